"""Mail and reports that a provider pushes over HTTP, for every provider that django-anymail can receive from.

What is signed or carries the channel's password is stored as it came; only then is it taken apart, by django-anymail
where it knows the form and from the mail's own bytes where the provider hands those over.
"""

from rapport.channels.kinds.email.webhooks.fetching import fetch
from rapport.channels.kinds.email.webhooks.instructions import instructions
from rapport.channels.kinds.email.webhooks.mails import original
from rapport.channels.kinds.email.webhooks.parcels import parcels
from rapport.channels.kinds.email.webhooks.pushers import CHOICES, SIGNING, label_of, lacks_key
from rapport.channels.kinds.email.webhooks.reading import read_pushed
from rapport.channels.kinds.email.webhooks.verifying import verify

__all__ = [
    "CHOICES",
    "SIGNING",
    "fetch",
    "instructions",
    "label_of",
    "lacks_key",
    "original",
    "parcels",
    "read_pushed",
    "verify",
]
