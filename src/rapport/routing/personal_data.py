"""What this room keeps of a customer: nothing they said, only how they were served."""

from rapport.backbone.personal_data import DELETE, declare, keep
from rapport.routing import models

_OF_ONE = "conversation__customer"

declare(models.Decision, subject=_OF_ONE, plain="scheme_name why needs candidates", erase=DELETE)
declare(models.Waiting, subject=_OF_ONE, erase=DELETE)
declare(
    models.Promise,
    subject=_OF_ONE,
    plain="kind",
    erase=keep("Reports count it, and without the conversation it names nobody."),
)
