"""Python reads this first in every process of a desk whose PYTHONPATH has this folder: its wall clock can be moved.

The file that TEST_CLOCK names holds the seconds by which it is wrong; what measures time goes on as it did.
"""

import os
import threading
import time

import time_machine


def _follow(path: str, traveller: time_machine.Traveller) -> None:
    moved = 0.0
    while True:
        with open(path) as file:
            wanted = float(file.read() or moved)
        if wanted != moved:
            traveller.shift(wanted - moved)
            moved = wanted
        time.sleep(0.02)


if "TEST_CLOCK" in os.environ:
    started = time_machine.travel(time.time(), tick=True).start()
    threading.Thread(target=_follow, args=(os.environ["TEST_CLOCK"], started), daemon=True).start()
