"""How it is measured: figures beside their limits, medians, and a process of its own where memory counts."""

from __future__ import annotations

import gc
import importlib
import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: customers of the large and of the small office, rows of a workbook or a billing
    run, counter transactions of each kind, searches of each kind, runs of which the median counts, and facts
    that are reconciled."""

    customers: int = 500_000
    small: int = 5_000
    rows: int = 30_000
    transactions: int = 100
    searched: int = 60
    runs: int = 3
    facts: int = 100_000


FULL = Size()
QUICK = Size(customers=50_000, rows=5_000, facts=20_000)
SMOKE = Size(customers=60, small=60, rows=60, transactions=2, searched=2, runs=1, facts=500)


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured. `limit` is the most it may be; a figure without one stands beside another."""

    what: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def within(self) -> bool:
        """Whether it keeps its limit."""
        return self.limit is None or self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run took, in seconds: by the clock on the wall, and of the processor."""

    wall: float
    cpu: float


def spent(work: Callable[[], object]) -> Spent:
    """What one run of `work` takes."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def median(runs: list[Spent]) -> Spent:
    """The medians of several runs."""
    return Spent(statistics.median(r.wall for r in runs), statistics.median(r.cpu for r in runs))


def percentile(values: list[float], percent: int) -> float:
    """The value that `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def apart(function: str, **arguments: Any) -> dict[str, Any]:
    """Call "module:function" with plain arguments in a process of its own. What it returns, a dict, comes
    with `peak_mb`, the most memory the process held, and `started`, when it was started (Unix time)."""
    command = [sys.executable, "-m", "benchmarks.harness", function, json.dumps(arguments)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONIOENCODING": "utf-8"}
    started = time.time()
    done = subprocess.run(  # noqa: S603 - this same Python, on this same package
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer | {"started": started}


def peak_mb() -> float:
    """The most memory this process has held so far, in MiB."""
    if sys.platform == "linux":  # getrusage would count in what was there before this program was loaded
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    if sys.platform == "win32":
        return _peak_of_windows()
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1024)


def _peak_of_windows() -> float:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD),
            ("faults", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in ("peak", "now", "a", "b", "c", "d", "e", "f")),
        )

    counters = Counters()
    kernel: Any = ctypes.windll  # type: ignore[attr-defined,unused-ignore]
    kernel.kernel32.GetCurrentProcess.restype = wintypes.HANDLE
    kernel.kernel32.K32GetProcessMemoryInfo.argtypes = [wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD]
    kernel.kernel32.K32GetProcessMemoryInfo(
        kernel.kernel32.GetCurrentProcess(), ctypes.byref(counters), ctypes.sizeof(counters)
    )
    return float(counters.peak) / (1 << 20)


@contextmanager
def telling(what: str) -> Iterator[Callable[[int, int], None]]:
    """Says on the screen how far something is that takes long."""
    begun = told = time.monotonic()

    def step(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= 5:
            told = now
            print(f"  {what}: {done:,} of {total:,}, {now - begun:.0f} s", file=sys.stderr, flush=True)

    yield step
    print(f"  {what}: {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)


def machine() -> dict[str, str]:
    """On what it was measured, and how busy that was."""
    load = "unknown"
    if hasattr(os, "getloadavg"):
        load = " ".join(f"{one:.2f}" for one in os.getloadavg())
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": load,
    }


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    if about.exists():
        for line in about.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main() -> None:
    """The other end of `apart`."""
    module, _, name = sys.argv[1].partition(":")
    answer = getattr(importlib.import_module(module), name)(**json.loads(sys.argv[2]))
    print(json.dumps({**answer, "peak_mb": peak_mb()}), flush=True)


if __name__ == "__main__":
    main()
