"""Stopping what went wrong by itself, and telling whoever set it up."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.automation.models import Rule, Webhook
from rapport.automation.notices import STOPPED
from rapport.backbone.jobs import job
from rapport.kit import clock
from rapport.team import mail
from rapport.team.models import Agent
from rapport.team.notifications import notify
from rapport.team.queries import active_agents, organisation, owners


def pause(rule: Rule, *, because: str) -> None:
    """Let the rule do nothing until somebody switches it on again. Its owner is told once."""
    paused = Rule.objects.filter(pk=rule.pk, paused_at=None)
    if paused.update(paused_at=clock.now(), paused_because=because):
        tell_of_pause.enqueue(rule.pk)


@job(retries=5, first_wait=60)
def tell_of_pause(rule_id: int) -> None:
    """Mail to whoever made the rule; to the owners where they have left."""
    rule = Rule.objects.filter(pk=rule_id, paused_at__isnull=False).first()
    if rule is None:
        return
    link = settings.BASE_URL + reverse("settings_rule", args=[rule.pk])
    whom = _whom(rule.owner_id)
    notify(STOPPED.name, [agent.pk for agent in whom], place=f"rule:{rule.pk}")
    # Without a server of the installation's own the notice and the count beside Settings have to do.
    for agent in whom if settings.MAIL_OUT else ():
        with translation.override(agent.language or organisation().reply_language):
            subject = _("The rule “%(name)s” is paused") % {"name": rule.name}
            text = _("The rule “%(name)s” does nothing at present. %(because)s\n\nSwitch it on again here: %(link)s")
            said = {"name": rule.name, "because": rule.paused_because, "link": link}
            mail.send(subject, text % said, to=agent.email)


@job(retries=5, first_wait=60)
def tell_of_disabling(webhook_id: int) -> None:
    """Mail to whoever made the webhook, that nothing is sent there any more."""
    webhook = Webhook.objects.filter(pk=webhook_id, disabled_at__isnull=False).first()
    if webhook is None:
        return
    link = settings.BASE_URL + reverse("settings_webhook", args=[webhook.pk])
    whom = _whom(webhook.owner_id)
    notify(STOPPED.name, [agent.pk for agent in whom], place=f"webhook:{webhook.pk}")
    for agent in whom if settings.MAIL_OUT else ():
        with translation.override(agent.language or organisation().reply_language):
            subject = _("The webhook “%(name)s” is switched off") % {"name": webhook.name}
            text = _("Nothing is sent to %(url)s any more. %(because)s\n\nSwitch it on again here: %(link)s")
            said = {"url": webhook.url, "because": webhook.disabled_because, "link": link}
            mail.send(subject, text % said, to=agent.email)


def _whom(owner_id: int | None) -> list[Agent]:
    return list(active_agents().filter(pk=owner_id or 0)) or list(owners())
