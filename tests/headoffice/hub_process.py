"""A head office in a program of its own: `python -m tests.headoffice.hub_process HOME PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

from app.bootstrap import HeadOffice
from app.domain.clock import SystemClock
from app.headoffice.server import serve


def main() -> None:
    headoffice = HeadOffice(Path(sys.argv[1]), SystemClock())
    serve(headoffice.hub, "127.0.0.1", int(sys.argv[2]), lambda port: print(port, flush=True))


if __name__ == "__main__":
    main()
