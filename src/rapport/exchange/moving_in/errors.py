"""What can go wrong when moving in, and whose turn it is.

MovingError
├── NotAllowed     the source refuses us: a token is wrong or may not see this; a person mends it
├── NotThere       the source has no such thing, or nothing of the kind is at this address
├── MustWait       the source asks for patience, or does not answer: goes on by itself after `seconds`
├── CannotRead     what came is not what this source is documented to say
├── WrongSettings  the form is filled in wrongly; `field` says where
└── NotNow         it runs, it is over, or it is too old to take back
"""


class MovingError(Exception):
    """Its text is shown to the person who moves in, so it is a whole, translated sentence."""


class NotAllowed(MovingError):
    pass


class NotThere(MovingError):
    pass


class MustWait(MovingError):
    """`is_asked` when the source itself said how long, which is no failure."""

    def __init__(self, text: str, *, seconds: float, is_asked: bool = False) -> None:
        super().__init__(text)
        self.seconds = seconds
        self.is_asked = is_asked


class CannotRead(MovingError):
    pass


class WrongSettings(MovingError):
    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class NotNow(MovingError):
    pass
