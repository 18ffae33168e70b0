"""What can go wrong with people and their rights, and whose turn it is.

TeamError
├── AlreadySetUp     somebody finished the first run before: sign in instead
├── CannotJoin       the invitation is used, withdrawn or too old, or the address is taken: ask for a new one
├── LastOwner        it would leave nobody in charge: make somebody else an owner first
└── NotYours         the role of who is asking does not reach that far: ask an owner
"""


class TeamError(Exception):
    """Its text is shown to the person who asked, so it is a whole, translated sentence."""


class AlreadySetUp(TeamError):
    pass


class CannotJoin(TeamError):
    pass


class LastOwner(TeamError):
    pass


class NotYours(TeamError):
    pass
