"""`python3 run.py simulate`: kills real programs at random moments; exits with 0 when nothing was lost."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.py simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, metavar="N", help="play so many seeds")
    parser.add_argument("--from", type=int, dest="first", metavar="SEED", help="the first or only seed")
    parser.add_argument(
        "--kill",
        type=int,
        nargs="?",
        const=200,
        metavar="N",
        help="kill real desks and a real head office N times, 200 unless given",
    )
    parser.add_argument("--desks", type=int, default=3, metavar="N", help="so many desks with --kill")
    parser.add_argument("--folder", type=Path, help="where the programs of --kill leave what they made")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the programs end with this one
    first = args.first if args.first is not None else time.time_ns() // 1_000_000 % 1_000_000
    if args.kill is not None:
        from tests.kill.harness import run

        return int(bool(run(args.kill, first, args.desks, args.folder)))
    parser.error("say what to play: --kill")


if __name__ == "__main__":
    sys.exit(main())
