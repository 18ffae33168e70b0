"""What can go wrong with sales, and whose turn it is.

SalesError
├── NotUnderstood     a value has no meaning here: mend it and try again; `field` says which
├── SkuTaken          another product has this article number: choose another one
└── CannotRefund      the order does not allow it: the message says why
"""

from django.utils.translation import gettext as _


class SalesError(Exception):
    """Its text is shown to the person who asked, so it is a whole, translated sentence."""


class NotUnderstood(SalesError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class SkuTaken(SalesError):
    def __init__(self, sku: str) -> None:
        super().__init__(_("Another product already has the article number %(sku)s.") % {"sku": sku})


class CannotRefund(SalesError):
    pass
