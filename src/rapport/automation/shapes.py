"""Macros, rules and webhooks as the API shows and takes them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from rapport.automation.models import Macro, Parcel, Rule, Run, Webhook
from rapport.automation.types import Step, Trigger
from rapport.conversations.api import Subject
from rapport.conversations.models import Conversation
from rapport.kit.rest.shapes import Line, Shape, StrictId, Words
from rapport.team.api import Named, team_shape

Url = Annotated[str, StringConstraints(max_length=500)]
SharingWord = Literal["everyone", "team", "private"]


class StepShape(Shape):
    """One action: `do` is assign, team, tag, untag, priority, snooze, close, reopen, note, reply, notify or webhook."""

    do: Annotated[str, StringConstraints(max_length=20)]
    value: Words = Field("", description="An id, a word, hours or a text, as text.")


class MacroBody(Shape):
    name: Line | None = None
    shortcut: Line | None = None
    folder: Line | None = None
    html: Words | None = Field(None, description="With names such as `{{ customer.name }}`.")
    html_zh: Words | None = Field(None, description="For customers who write Chinese.")
    steps: list[StepShape] | None = None
    sharing: SharingWord | None = None
    team: StrictId | None = None


class MacroShape(BaseModel):
    id: int
    name: str
    shortcut: str
    folder: str
    html: str
    html_zh: str
    steps: list[StepShape]
    sharing: SharingWord
    team: Named | None
    uses: int
    created_at: datetime
    updated_at: datetime


class RuleBody(Shape):
    name: Line | None = None
    trigger: Annotated[str, StringConstraints(max_length=20)] | None = Field(
        None, description=", ".join(Trigger.values)
    )
    hours: int | None = Field(None, description="Of a rule by time.")
    conditions: dict[str, Any] | None = Field(
        None,
        description="A filter, `{match, conditions: [{field, op, value}]}`; besides its fields `text`, `sender`, "
        "`domain` and `language` ask about what the customer wrote.",
    )
    steps: list[StepShape] | None = None
    stops: bool | None = Field(None, description="Whether no later rule looks at the same event.")
    most_an_hour: int | None = None
    is_on: bool | None = None


class RuleShape(BaseModel):
    id: int
    name: str
    trigger: str
    hours: int | None
    conditions: dict[str, Any]
    steps: list[StepShape]
    position: int
    stops: bool
    most_an_hour: int
    is_on: bool
    paused_at: datetime | None
    paused_because: str
    created_at: datetime
    updated_at: datetime


class RuleRunShape(BaseModel):
    """A rule met a conversation, and what it did."""

    id: int
    at: datetime
    conversation: Subject
    did: list[StepShape]
    error: str


class FittingShape(BaseModel):
    conversation: Subject
    at: datetime


class TrialShape(BaseModel):
    """What a rule would have done in the last 30 days."""

    looked: int
    count: int = Field(description="How many fit, shown or not.")
    is_whole: bool = Field(description="False when there was more than could be looked at.")
    fitting: list[FittingShape]
    steps: list[str] = Field(description="What would have been done to each, in words.")


class WebhookBody(Shape):
    name: Line | None = None
    url: Url | None = None
    events: list[Annotated[str, StringConstraints(max_length=60)]] | None = None
    is_on: bool | None = None


class WebhookShape(BaseModel):
    id: int
    name: str
    url: str
    events: list[str]
    is_on: bool
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_because: str
    created_at: datetime


class WebhookWithSecret(WebhookShape):
    secret: str = Field(description="What calls are signed with; shown here only.")


class TryShape(BaseModel):
    at: datetime
    status: int | None
    said: str
    milliseconds: int


class ParcelShape(BaseModel):
    """One message to a webhook."""

    id: int
    key: str = Field(description="Its `webhook-id`.")
    kind: str
    state: Literal["waiting", "delivered", "failed"]
    due_at: datetime | None
    created_at: datetime
    attempts: list[TryShape]


def macro_shape(macro: Macro) -> MacroShape:
    return MacroShape(
        id=macro.pk,
        name=macro.name,
        shortcut=macro.shortcut,
        folder=macro.folder,
        html=macro.html,
        html_zh=macro.html_zh,
        steps=_steps(macro.actions),
        sharing=macro.sharing,  # type: ignore[arg-type]  # one of its choices
        team=team_shape(macro.team),
        uses=macro.uses,
        created_at=macro.created_at,
        updated_at=macro.updated_at,
    )


def rule_shape(rule: Rule) -> RuleShape:
    return RuleShape(
        id=rule.pk,
        name=rule.name,
        trigger=rule.trigger,
        hours=rule.hours,
        conditions=rule.conditions,
        steps=_steps(rule.actions),
        position=rule.position,
        stops=rule.stops,
        most_an_hour=rule.most_an_hour,
        is_on=rule.is_on,
        paused_at=rule.paused_at,
        paused_because=rule.paused_because,
        created_at=rule.created_at,
        updated_at=rule.updated_at,
    )


def run_shape(run: Run) -> RuleRunShape:
    did = _steps(Step.of(each) for each in run.did)
    return RuleRunShape(id=run.pk, at=run.at, conversation=subject_of(run.conversation), did=did, error=run.error)


def parcel_shape(parcel: Parcel) -> ParcelShape:
    tries = parcel.attempts.all()
    return ParcelShape(
        id=parcel.pk,
        key=parcel.key,
        kind=parcel.kind,
        state=parcel.state,  # type: ignore[arg-type]  # one of its choices
        due_at=parcel.due_at,
        created_at=parcel.created_at,
        attempts=[TryShape(at=t.at, status=t.status, said=t.said, milliseconds=t.milliseconds) for t in tries],
    )


def _steps(found: Iterable[Step]) -> list[StepShape]:
    return [StepShape(do=step.do, value=step.value) for step in found]


def subject_of(conversation: Conversation) -> Subject:
    return Subject(id=conversation.pk, number=conversation.number, subject=conversation.subject)


def webhook_facts(webhook: Webhook) -> dict[str, Any]:
    names = ("name", "url", "events", "is_on", "failing_since", "disabled_at", "disabled_because", "created_at")
    return {"id": webhook.pk} | {name: getattr(webhook, name) for name in names}
