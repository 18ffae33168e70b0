"""Whether the machine's clock can be believed: it may have jumped, and may be put right a moment later."""

from datetime import datetime, timedelta

from rapport.kit import clock

# The wall clock and the one that only grows are allowed to differ by so much between two looks.
SLACK = timedelta(minutes=10)
# A jump that has lasted so long is believed.
PATIENCE = 150.0


class Steadiness:
    """Remembers the last look of this process. Not for two threads at once."""

    def __init__(self) -> None:
        self._wall: datetime | None = None
        self._steps = 0.0
        self._doubted_since: float | None = None

    def is_steady(self) -> bool:
        """False for a while after the wall clock jumped ahead: what seems due may not be."""
        wall, steps = clock.now(), clock.monotonic()
        if self._wall is not None:
            expected = self._wall + timedelta(seconds=steps - self._steps)
            if wall - expected <= SLACK:
                self._doubted_since = None
            elif self._doubted_since is None:
                self._doubted_since = steps
            elif steps - self._doubted_since >= PATIENCE:
                self._doubted_since = None
        if self._doubted_since is None:
            self._wall, self._steps = wall, steps
            return True
        return False
