"""`python -m app.demo.poor_line ARGUMENTS`: what `daumoi ARGUMENTS` does, over a line so poor that each
message carries one entry."""

from __future__ import annotations

import runpy

if __name__ == "__main__":
    from app.sync import wire

    wire.CHUNK_BYTES = wire.OFFERED_BYTES = 1  # before it is taken over by those who send
    runpy.run_module("app", run_name="__main__")
