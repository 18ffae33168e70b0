"""What can go wrong with segments.

CannotSegment   the message is a whole sentence for whoever asked; `field` says what it is about
"""

from rapport.customers.errors import CustomerError


class CannotSegment(CustomerError):
    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
