"""Letting rules act: once for each event or moment, never in circles, never without end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rapport.automation.actions.pausing import pause
from rapport.automation.actions.performing import STEPS, Back, CannotDo, Doer, Doing, perform, said_here
from rapport.automation.actions.posting import post_for_rule
from rapport.automation.conditions import Conditions, letter_in
from rapport.automation.errors import Mistaken
from rapport.automation.models import Rule, Run, Webhook
from rapport.automation.notices import POINTED_OUT
from rapport.automation.queries import rules_on
from rapport.automation.steps import ASSIGNEE, LEADS
from rapport.automation.triggers import triggers_of
from rapport.automation.types import DEEPEST_CHAIN, Do
from rapport.backbone.events import Announcement, caused_by
from rapport.backbone.models import Event
from rapport.channels import actions as channels
from rapport.channels.errors import ChannelError
from rapport.conversations.models import Conversation
from rapport.conversations.queries import visible_to
from rapport.conversations.types import AuthorKind
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.team.notifications import notify
from rapport.team.queries import active_agents, agents_who_may
from rapport.team.types import Permission, Role

_AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Occasion:
    """Why rules look at a conversation: an event, or for a rule by time the moment its hours began."""

    event: int | None = None
    since: datetime | None = None
    message: int | None = None
    # The rules that led here, one after the other.
    chain: tuple[int, ...] = ()


def hear(row: Event, event: Announcement) -> None:
    """Let the rules that wait for this look at its conversation, in their order."""
    triggers = triggers_of(event)
    chain = tuple(row.payload.get("cause", {}).get("rules", ()))
    if not triggers or len(chain) >= DEEPEST_CHAIN:
        return
    conversation = _conversation(row.payload["conversation"])
    if conversation is None:
        return
    rules = rules_on().filter(trigger__in=triggers, on_since__lte=row.at).exclude(pk__in=chain)
    run_rules(rules, conversation, Occasion(row.pk, None, row.payload.get("message"), chain))


def run_rules(rules: Iterable[Rule], conversation: Conversation, occasion: Occasion) -> None:
    for rule in rules:
        if run_rule(rule, conversation, occasion) and rule.stops:
            return


def run_rule(rule: Rule, conversation: Conversation, occasion: Occasion) -> bool:
    """Do what the rule says if the conversation fits; whether it fits, also where it was done before."""
    if _run_of(rule, conversation, occasion):
        return True
    try:
        conditions = Conditions.parse(rule.conditions)
    except Mistaken as error:
        pause(rule, because=_("It makes no sense any more. %(reason)s") % {"reason": error})
        return False
    letter = letter_in(conversation, occasion.message) if conditions.lines else None
    if not conditions.matches(conversation, letter):
        return False
    if _is_too_much(rule):
        return False
    try:
        with transaction.atomic():
            _act(rule, conversation, occasion)
    except IntegrityError:
        # Another worker was told of the same event. If it was something else, that is not our doing either.
        if not _run_of(rule, conversation, occasion):
            raise
    return True


def _act(rule: Rule, conversation: Conversation, occasion: Occasion) -> None:
    run = Run.objects.create(rule=rule, conversation=conversation, event=occasion.event, since=occasion.since)
    doers: dict[str, Doer] = {
        **STEPS,
        Do.REPLY: partial(_reply, run, occasion),
        Do.NOTIFY: partial(_notify, rule),
        Do.WEBHOOK: partial(_call, run),
    }
    with caused_by(rule=rule.pk, name=rule.name, rules=[*occasion.chain, rule.pk]):
        doing = perform(rule.actions, conversation, Doing(None, name=rule.name), doers)
    run.did = [step.as_json() for step in doing.did]
    run.error = "\n".join(doing.problems)
    run.replied = any(step.do == Do.REPLY for step in doing.did)
    run.save(update_fields=["did", "error", "replied"])


def _reply(run: Run, occasion: Occasion, conversation: Conversation, value: str, doing: Doing) -> Back:
    """Once in a conversation; by time once for each silence, since both have written between two of them."""
    if occasion.since is None and _replied_before(run, conversation):
        raise CannotDo(_("It has replied in this conversation before."))
    try:
        text = said_here(value, conversation, doing)
        channels.reply(conversation, by=None, author_kind=AuthorKind.RULE, text=text, undo_seconds=0)
    except ChannelError as error:
        raise CannotDo(str(error)) from error
    return {}


def _replied_before(run: Run, conversation: Conversation) -> bool:
    earlier = Run.objects.filter(rule=run.rule_id, conversation=conversation, replied=True)
    return earlier.exclude(pk=run.pk).exists()


def _notify(rule: Rule, conversation: Conversation, value: str, _doing: Doing) -> Back:
    people = [agent for agent in _people(value, conversation) if visible_to(agent).filter(pk=conversation.pk).exists()]
    if not people:
        raise CannotDo(_("There is nobody to tell who may see this conversation."))
    notify(POINTED_OUT.name, [agent.pk for agent in people], place=f"conversation:{conversation.pk}", rule=rule.pk)
    return {}


def _people(value: str, conversation: Conversation) -> list[Agent]:
    if value == ASSIGNEE:
        found = active_agents().filter(pk=conversation.assignee_id or 0)
    elif value == LEADS:
        leads = active_agents().filter(role=Role.LEAD)
        found = leads if leads.exists() else agents_who_may(Permission.MANAGE_AUTOMATION)
    else:
        found = active_agents().filter(pk=int(value))
    return list(found)


def _call(run: Run, conversation: Conversation, value: str, _doing: Doing) -> Back:
    webhook = Webhook.objects.filter(pk=int(value), is_on=True, disabled_at=None, deleted_at=None).first()
    if webhook is None:
        raise CannotDo(_("The webhook is switched off or deleted."))
    post_for_rule(webhook, run, conversation)
    return {}


def _is_too_much(rule: Rule) -> bool:
    """Whether it did enough for an hour; then it is paused, and its owner is told."""
    recent = Run.objects.filter(rule=rule, at__gt=clock.now() - _AN_HOUR).order_by()
    if recent[: rule.most_an_hour].count() < rule.most_an_hour:
        return False
    most = {"count": rule.most_an_hour}
    pause(rule, because=_("It ran more than %(count)d times within an hour.") % most)
    return True


def _run_of(rule: Rule, conversation: Conversation, occasion: Occasion) -> bool:
    if occasion.event is not None:
        return Run.objects.filter(rule=rule, event=occasion.event).exists()
    return Run.objects.filter(rule=rule, conversation=conversation, since=occasion.since).exists()


def _conversation(pk: int) -> Conversation | None:
    return Conversation.objects.select_related("customer__company", "inbox").filter(pk=pk).first()
