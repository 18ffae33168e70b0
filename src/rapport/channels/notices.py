"""How news of conversations is carried by mail, and what of the channels is news itself."""

from django.utils.translation import gettext_lazy as _

from rapport.channels.actions.notifying import carry_by_mail
from rapport.team.notifications import Kind, carries, declare

carries("mail", carry_by_mail)

NOISY = declare(
    Kind(
        "noisy",
        _("A sender writes so much that it goes to Junk"),
        _("A sender writes so much that it goes to Junk"),
        icon="alert",
        order=8,
        usual=frozenset({"app"}),
    )
)
