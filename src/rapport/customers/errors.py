"""What can go wrong with customers, and whose turn it is.

CustomerError
├── IdentityTaken    another customer is known by this address or number: look them up instead
├── LastIdentity     nothing would be left by which they are known: add another address first
├── CannotMerge      the two records cannot be made one, or two again: the message says why
├── CannotArrange    a stage, rule, task or wish that cannot be: the message says why, `field` what to mend
├── DomainTaken      another company has this domain: use that one
└── NotUnderstood    a value has no meaning here: mend it and try again; `field` says which
"""

from django.utils.translation import gettext as _


class CustomerError(Exception):
    """Its text is shown to the person who asked, so it is a whole, translated sentence."""


class IdentityTaken(CustomerError):
    def __init__(self, value: str) -> None:
        super().__init__(_("Another customer is already known by %(value)s.") % {"value": value})


class LastIdentity(CustomerError):
    def __init__(self) -> None:
        super().__init__(_("They are known by nothing else. Add another address before you remove this one."))


class DomainTaken(CustomerError):
    def __init__(self, domain: str) -> None:
        super().__init__(_("Another company already has the domain %(domain)s.") % {"domain": domain})


class CannotMerge(CustomerError):
    pass


class CannotArrange(CustomerError):
    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class NotUnderstood(CustomerError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
