"""Letters to the people who work here, sent by the installation's own `EMAIL_URL`."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.team.queries import active_agents, organisation


def send_password_link(agent_id: int, *, language: str) -> None:
    """A link to choose a new password, good for an hour and for one use."""
    agent = active_agents().filter(pk=agent_id).first()
    if agent is None:
        return
    key = {"uidb36": user_pk_to_url_str(agent), "key": default_token_generator.make_token(agent)}
    # From the setting, never from the request: a forged Host header must not lead anybody astray.
    link = settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=key)
    with translation.override(language):
        company = organisation().name or "Rapport"
        text = render_to_string("team/mail/password_link.txt", {"agent": agent, "link": link, "company": company})
        send(_("Choose a new password for %(company)s") % {"company": company}, text, to=agent.email)


def send(subject: str, text: str, *, to: str) -> None:
    EmailMessage(
        " ".join(subject.split()), text.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [to], headers=_AUTOMATIC
    ).send()


_AUTOMATIC = {"Auto-Submitted": "auto-generated"}
