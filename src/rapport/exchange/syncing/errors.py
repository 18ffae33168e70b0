"""What can go wrong with another system, and whose turn it is.

SyncError
├── NotUsable       what was typed cannot work: mend it
├── NotNow          it runs, it is paused or it has not begun
└── SystemProblem   the other system did not do it
    ├── NotLetIn    it does not know us, or does not let us do this: an administrator there has to look
    ├── SlowDown    too many requests: it is tried again by itself, after `seconds`
    └── Unreachable it does not answer, or in words nobody understands: it is tried again by itself
"""


class SyncError(Exception):
    """Its text is shown to the person who asked, so it is a whole, translated sentence."""


class NotUsable(SyncError):
    pass


class NotNow(SyncError):
    pass


class SystemProblem(SyncError):
    pass


class NotLetIn(SystemProblem):
    pass


class SlowDown(SystemProblem):
    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Unreachable(SystemProblem):
    pass
