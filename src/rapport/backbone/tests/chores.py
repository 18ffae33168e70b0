"""Jobs for the tests: real module-level functions, as a worker in another process finds them by name."""

import os
import signal
import time
from pathlib import Path

from rapport.backbone.jobs import GiveUp, job, progress


@job
def note(path: str, line: str) -> None:
    """Append a line to a file, which every process can see."""
    with Path(path).open("a") as file:
        file.write(f"{line}\n")


@job(retries=3, first_wait=0.05, longest_wait=0.1)
def fail(path: str, line: str) -> None:
    note(path, line)
    raise RuntimeError("the lamp\0 is broken")


@job
def refuse(path: str) -> None:
    note(path, "refused")
    raise GiveUp("nobody wants this")


@job
def dawdle(path: str, seconds: float) -> None:
    note(path, f"begin {os.getpid()}")
    time.sleep(seconds)
    note(path, "end")


@job(retries=2, first_wait=0.05, longest_wait=0.1)
def die_at_once(path: str) -> None:
    """What running out of memory looks like."""
    note(path, "died")
    os.kill(os.getpid(), signal.SIGKILL)


@job
def time_it(path: str, since: float) -> None:
    note(path, f"{time.time() - since:.6f}")


@job
def count_to(number: int) -> None:
    for done in range(1, number + 1):
        progress(done, number)


@job
def nothing() -> None:
    pass
