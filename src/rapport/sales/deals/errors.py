"""What can go wrong with deals, and whose turn it is.

DealError
├── NotSaid      a value is missing or has no meaning: mend it and try again; `field` says which
├── TooLate      the move cannot be taken back any more: move the deal instead
├── InUse        a pipeline or stage still has deals: move them first
└── NoLines      there is nothing to quote: add lines to the deal first
"""


class DealError(Exception):
    """Its text is shown to the person who asked, so it is a whole, translated sentence."""


class NotSaid(DealError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class TooLate(DealError):
    pass


class InUse(DealError):
    pass


class NoLines(DealError):
    pass
