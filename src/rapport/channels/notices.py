"""How news of conversations is carried by mail."""

from rapport.channels.actions.notifying import carry_by_mail
from rapport.team.notifications import carries

carries("mail", carry_by_mail)
