"""Time and memory of the models at growing numbers of customers, beside the obvious pandas and scikit-learn way.

Each model, way and size runs in a process of its own (`python -m bench.science TASK WAY SIZE`): what one leaves in
memory or in caches cannot help or hurt the next. Memory is what comes on top of the table and the imported libraries.
"""

import gc
import json
import math
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.measuring import Figure
from bench.tasks import TASKS, Table, Way

SIZES = (10_000, 100_000, 1_000_000)
GOALS = {("value", 1_000_000): 10.0}  # seconds
_REPEAT_BELOW = 1.0  # seconds; shorter runs are taken three times, and the shortest counts
_WARM_UP = 600  # customers; loads what is imported on first use


def measure(data: Path, *, sizes: Sequence[int] = SIZES) -> list[Figure]:
    """Seconds and megabytes at each size, and the exponent with which time grows, for every task."""
    figures = []
    for name, task in TASKS.items():
        taken = {way: [_in_its_own_process(name, way, size) for size in sizes] for way in ("ours", "rival")}
        for place, size in enumerate(sizes):
            (seconds, held), (other_seconds, other_held) = taken["ours"][place], taken["rival"][place]
            label = f"{task.name}, {size:,} customers"
            figures += [
                Figure(f"{label}: time", seconds, "s", other_seconds, task.rival, GOALS.get((name, size))),
                Figure(f"{label}: memory at most", held, "MB", other_held, task.rival),
            ]
        ours, rival = (exponent(sizes, [seconds for seconds, _held in taken[way]]) for way in ("ours", "rival"))
        figures.append(Figure(f"{task.name}: time grows with customers to the power of", ours, "", rival, task.rival))
    return figures


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The slope of the logarithm of time on that of size, by least squares: 1 is linear, 2 quadratic."""
    x, y = [math.log(size) for size in sizes], [math.log(second) for second in seconds]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    over = sum((a - mean_x) ** 2 for a in x)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / over


def _in_its_own_process(task: str, way: str, size: int) -> tuple[float, float]:
    print(f"  {task}, {way}, {size:,} …", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "bench.science", task, way, str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, held = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), float(held)


def _measured(action: Way, table: Table) -> tuple[float, float]:
    """Seconds, and the most megabytes held on top of what was there before."""
    gc.collect()
    before = _held("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts from here
    seconds = [_seconds(action, table)]
    most = _held("VmHWM") - before
    while seconds[0] < _REPEAT_BELOW and len(seconds) < 3:
        seconds.append(_seconds(action, table))
    return min(seconds), max(most, 0.0) / 1024


def _seconds(action: Way, table: Table) -> float:
    start = time.perf_counter()
    action(table)
    return time.perf_counter() - start


def _held(field: str) -> float:
    """Kilobytes of this process, from its status in /proc."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return float(line.split()[1])
    raise SystemExit(f"/proc/self/status has no {field}")


def main(task: str, way: str, size: str) -> None:
    chosen = TASKS[task]
    action = chosen.ours if way == "ours" else chosen.theirs
    action(chosen.table(_WARM_UP))
    print(json.dumps(_measured(action, chosen.table(int(size)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
