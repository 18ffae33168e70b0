"""Mail to the people who work here."""

from rapport.backbone.jobs import job
from rapport.team import mail


@job
def mail_password_link(agent_id: int, language: str) -> None:
    mail.send_password_link(agent_id, language=language)


@job
def mail_notice(subject: str, text: str, to: str) -> None:
    mail.send(subject, text, to=to)
