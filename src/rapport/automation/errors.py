"""What can be wrong with what people set up here.

Mistaken (ValueError)      whoever set it up mends it; the sentence says what
"""


class Mistaken(ValueError):
    """Something in a macro, a rule or a webhook cannot be kept as it is; `field` says where."""

    def __init__(self, reason: str, *, field: str = "") -> None:
        super().__init__(reason)
        self.field = field
