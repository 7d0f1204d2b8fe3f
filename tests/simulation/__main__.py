"""`python3 run.py simulate`: is anything lost, whatever happens? Exits with 0 when nothing was.

Plays made-up districts, each seed another one, with every fault that can be thought of; with --core only the
bare core of them, thousands of seeds a minute; or kills real programs; or takes safeguards away, to see that
they are missed. A seed that fails is told with its shortest trace, and plays the same way again.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="run.py simulate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, metavar="N", help="play so many seeds")
    parser.add_argument("--from", type=int, dest="first", metavar="SEED", help="the first or only seed")
    parser.add_argument("--steps", type=int, metavar="K", help="so many steps of each seed")
    parser.add_argument("--core", action="store_true", help="play the bare core, without files and rights")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="in so many processes")
    parser.add_argument(
        "--kill",
        type=int,
        nargs="?",
        const=200,
        metavar="N",
        help="kill real desks and a real head office N times, 200 unless given",
    )
    parser.add_argument("--desks", type=int, default=3, metavar="N", help="so many desks with --kill")
    parser.add_argument(
        "--mutations",
        nargs="*",
        metavar="WORD",
        help="take each safeguard away in turn, or those whose names hold a word: is it missed?",
    )
    parser.add_argument("--folder", type=Path, help="where the programs of --kill leave what they made")
    args = parser.parse_args()
    first = args.first if args.first is not None else time.time_ns() // 1_000_000 % 1_000_000
    if args.kill is not None:
        from tests.kill.harness import run

        return int(bool(run(args.kill, first, args.desks, args.folder)))
    if args.mutations is not None:
        from tests.simulation.mutating import SEEDS, prove

        return prove(args.mutations, args.seeds or SEEDS)
    if args.seeds is None:
        parser.error("say what to play: --seeds N, --kill or --mutations")
    from tests.simulation import core, runs

    steps = args.steps or (core.STEPS if args.core else runs.STEPS)
    return runs.simulate(first, args.seeds, steps, args.workers, args.core)


if __name__ == "__main__":
    sys.exit(main())
