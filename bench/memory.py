"""What an idle `rapport up` holds, all its processes together."""

import time
from pathlib import Path

from bench.measuring import Figure
from bench.serving import crew, running, set_up


def measure(data: Path) -> list[Figure]:
    set_up(data)
    crew()
    with running(data) as server:
        time.sleep(15)
        held = sum(_proportional(pid) for pid in _family(server.pid))
    return [Figure("Memory of an idle `rapport up`, all processes", held / 1024, "MB", goal=350)]


def _family(root: int) -> list[int]:
    """The process and everything below it."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
    family, fresh = [root], [root]
    while fresh:
        fresh = [pid for pid, parent in parents.items() if parent in fresh]
        family += fresh
    return family


def _proportional(pid: int) -> int:
    """Kilobytes, shared pages counted by share (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
