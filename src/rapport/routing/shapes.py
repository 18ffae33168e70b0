"""Hours, policies and promises as the API shows and takes them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from rapport.conversations.models import Conversation
from rapport.conversations.shapes import PRIORITIES, PriorityWord, PromiseShape
from rapport.kit import clock
from rapport.kit.rest.shapes import WITHOUT_NUL, Shape, StrictId
from rapport.routing.calendars import hours_of
from rapport.routing.hours import is_open, next_change
from rapport.routing.models import Calendar, Promise, ServicePolicy
from rapport.routing.types import MOST_MINUTES, Target, Targets
from rapport.routing.week import written

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^\s*[^\s\u0000][^\u0000]*$")]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Code = Annotated[str, StringConstraints(max_length=20, pattern=WITHOUT_NUL)]
Minutes = Annotated[int, Field(ge=1, le=MOST_MINUTES, strict=True)]
Answer = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=WITHOUT_NUL)]
WeekdayName = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAY_NAMES: tuple[WeekdayName, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class SpanShape(Shape):
    opens: TimeOfDay
    closes: TimeOfDay = Field(description="24:00 for the end of the day.")


class HolidayShape(Shape):
    day: date
    name: Annotated[str, StringConstraints(max_length=80, pattern=WITHOUT_NUL)] = ""


class HoursShape(BaseModel):
    id: int
    name: str
    time_zone: str
    default: bool = Field(description="Whether they count for everyone who has no hours of their own.")
    always_open: bool
    week: dict[str, list[SpanShape]] = Field(description="By weekday, in local time; a day left out is closed.")
    holidays: list[HolidayShape] = Field(description="Days of your own on which it is closed.")
    country: str = Field(description="Whose public holidays are closed, too: a code such as DE, or empty.")
    region: str
    teams: list[int]
    inboxes: list[int]
    open_now: bool
    changes_at: datetime | None = Field(description="When it opens or closes next.")


class HoursChanges(Shape):
    name: Name | None = None
    time_zone: Annotated[str, StringConstraints(max_length=64, pattern=WITHOUT_NUL)] | None = None
    default: bool | None = None
    always_open: bool | None = None
    week: dict[WeekdayName, Annotated[list[SpanShape], Field(max_length=8)]] | None = Field(
        None, description="Replaces the whole week."
    )
    holidays: Annotated[list[HolidayShape], Field(max_length=400)] | None = Field(None, description="Replaces all.")
    country: Code | None = None
    region: Code | None = None
    teams: Annotated[list[StrictId], Field(max_length=500)] | None = None
    inboxes: Annotated[list[StrictId], Field(max_length=500)] | None = None


class NewHours(HoursChanges):
    name: Name


class TargetShape(Shape):
    minutes: Minutes | None = Field(None, description="Of working time; null promises it for some priorities only.")
    by_priority: dict[PriorityWord, Minutes] = Field(default_factory=dict)


class TargetsShape(Shape):
    first_answer: TargetShape | None = None
    next_answer: TargetShape | None = None
    resolution: TargetShape | None = None


class WarningShape(Shape):
    at: Annotated[int, Field(ge=0, le=MOST_MINUTES, strict=True)]
    unit: Literal["percent", "minutes"] = Field(
        "percent", description="Percent of the time that has passed, or minutes that are left."
    )


class PolicyShape(BaseModel):
    id: int
    name: str
    position: int = Field(description="The first policy that fits a conversation applies.")
    on: bool
    conditions: dict[str, list[str]] = Field(
        description="What a conversation must be: `inbox`, `team` and `tag` by id, `priority` as 1 to 4, `channel`. "
        "One answer of each must fit."
    )
    targets: TargetsShape
    business_hours: int | None = Field(description="Null: those of the team, else of the inbox, else the default.")
    warning: WarningShape | None
    pauses_snoozed: bool


class PolicyChanges(Shape):
    name: Name | None = None
    position: Annotated[int, Field(ge=0, le=10_000, strict=True)] | None = None
    on: bool | None = None
    conditions: dict[Code, Annotated[list[Answer], Field(min_length=1, max_length=500)]] | None = Field(
        None, description="Replaces all."
    )
    targets: TargetsShape | None = Field(None, description="Replaces all.")
    business_hours: StrictId | None = None
    warning: WarningShape | None = None
    pauses_snoozed: bool | None = None


class NewPolicy(PolicyChanges):
    name: Name
    targets: TargetsShape


def hours_shape(calendar: Calendar) -> HoursShape:
    hours, now = hours_of(calendar), clock.now()
    return HoursShape(
        id=calendar.pk,
        name=calendar.name,
        time_zone=calendar.time_zone,
        default=calendar.is_default,
        always_open=calendar.is_always_open,
        week={
            name: [
                SpanShape(opens=written(opens), closes=written(closes) if closes < 1440 else "24:00")
                for opens, closes in day
            ]
            for name, day in zip(WEEKDAY_NAMES, calendar.week, strict=True)
            if day
        },
        holidays=[HolidayShape(day=one.day, name=one.name) for one in calendar.holidays.all()],
        country=calendar.country,
        region=calendar.region,
        teams=[team.pk for team in calendar.teams.all()],
        inboxes=[inbox.pk for inbox in calendar.inboxes.all()],
        open_now=is_open(hours, now),
        changes_at=next_change(hours, now),
    )


def policy_shape(policy: ServicePolicy) -> PolicyShape:
    shown = {
        kind: TargetShape(
            minutes=target.minutes, by_priority={PRIORITIES[key]: n for key, n in target.by_priority.items()}
        )
        for kind, target in policy.promised.by_kind.items()
    }
    unit: Literal["percent", "minutes"] = "minutes" if policy.warns == "minutes" else "percent"
    return PolicyShape(
        id=policy.pk,
        name=policy.name,
        position=policy.position,
        on=policy.is_on,
        conditions=policy.conditions,
        targets=TargetsShape(**shown),
        business_hours=policy.calendar_id,
        warning=None if policy.warns_at is None else WarningShape(at=policy.warns_at, unit=unit),
        pauses_snoozed=policy.pauses_snoozed,
    )


def targets_of(shape: TargetsShape) -> Targets:
    numbers = {word: number for number, word in PRIORITIES.items()}
    said = {kind: getattr(shape, kind) for kind in TargetsShape.model_fields}
    return Targets(
        {
            kind: Target(target.minutes, {numbers[word]: n for word, n in target.by_priority.items()})
            for kind, target in said.items()
            if target
        }
    )


def promise_shapes(conversation: Conversation) -> list[PromiseShape]:
    return [_promise_shape(promise) for promise in conversation.promises.all()]


def _promise_shape(promise: Promise) -> PromiseShape:
    return PromiseShape.model_construct(
        kind=str(promise.kind),
        state=str(promise.state),
        policy=promise.policy.name if promise.policy else "",
        minutes=promise.minutes,
        started_at=promise.started_at,
        due_at=promise.due_at,
        met_at=promise.met_at,
    )
