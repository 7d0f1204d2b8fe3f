"""The customer charter: what the utility promises, as targets whose keeping is counted.

(Seed S0, "Điều lệ khách hàng": commitments and target indicators; domain.md 1E 47 to 50.)
"""

from __future__ import annotations

MEASURES = ("answered", "on_site", "restored")
"""What has to come within the limit from receipt: the answer; the crew; the supply."""

WHOLE = 1000
"""The share of a promise made to all."""
