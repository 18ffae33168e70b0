"""Reading ratings, always from what the agent may see, and deciding whom to ask."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels import mailings
from rapport.channels.models import Dispatch
from rapport.channels.queries import channel_to_answer_by
from rapport.channels.types import DispatchState
from rapport.channels.visitors import rating
from rapport.conversations import queries as conversations
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import AuthorKind, Direction
from rapport.customers.consent.queries import may_send
from rapport.customers.models import Customer, Segment
from rapport.customers.segments.queries import members_of
from rapport.kit import clock
from rapport.science.satisfaction import csat, satisfaction_index
from rapport.surveys.models import Invitation, Policy, Rating
from rapport.surveys.types import SCORES, Chosen, Figures, Reason, Scale, Summary, Week
from rapport.team.models import Agent
from rapport.team.types import Permission, Visibility

M = TypeVar("M", bound=Model)
Counts = tuple[int, int, int, int, int]
Days = Mapping[date, Counts]

RATINGS = mailings.add("ratings", gettext_lazy("Questions about how we helped you"), purpose="surveys")
THE_POLICY = 1
A_WEEK = timedelta(days=7)


def policy() -> Policy:
    """When customers are asked, as it stands; the defaults before anybody changed them."""
    return Policy.objects.filter(pk=THE_POLICY).first() or Policy(pk=THE_POLICY)


# -- Whom to ask -----------------------------------------------------------------------------------


def reason_not_to_ask(conversation: Conversation) -> Reason | None:
    """Why its customer should not be asked to rate it now; None when they should."""
    rules = policy()
    written = Message.objects.filter(conversation=conversation)
    customer = conversation.customer
    if not rules.is_on:
        return Reason.OFF
    if not conversation.is_closed:
        return Reason.REOPENED
    # Who wrote from a page of ours is asked there, and needs no address.
    is_there = rating.asks_there(conversation)
    if not customer.email and not is_there:
        return Reason.NO_ADDRESS
    # Where they wrote is no mailing, yet who wants no surveys wants none there either.
    if not (may_send(customer, RATINGS.purpose, "any") if is_there else mailings.may_get(customer, RATINGS)):
        return Reason.UNSUBSCRIBED
    if channel_to_answer_by(conversation) is None:
        return Reason.NO_CHANNEL
    if not written.filter(direction=Direction.IN, is_automatic=False).exists():
        return Reason.AUTOMATIC
    if not _answers(written).exists():
        return Reason.UNREACHABLE if _bounced(conversation) else Reason.UNANSWERED
    if _bounced(conversation):
        return Reason.UNREACHABLE
    return _not_now(customer, rules)


def _not_now(customer: Customer, rules: Policy) -> Reason | None:
    if was_asked_since(customer, clock.now() - timedelta(days=rules.every_days)):
        return Reason.ASKED_LATELY
    if rules.segment and not members_of(rules.segment).filter(pk=customer.pk).exists():
        return Reason.NOT_IN_SEGMENT
    return None


def policies_asking_for(segment: Segment) -> list[str]:
    """Whether only the customers of this segment are asked to rate."""
    return [_("Ratings")] if Policy.objects.filter(segment=segment).exists() else []


def was_asked_since(customer: Customer, moment: datetime) -> bool:
    return Invitation.objects.filter(customer=customer, sent_at__gt=moment).exists()


def _answers(written: QuerySet[Message]) -> QuerySet[Message]:
    """What we wrote to the customer, and did not take back; a rule's message is not an answer."""
    lost = Dispatch.objects.filter(message=OuterRef("pk"), state__in=(DispatchState.FAILED, DispatchState.CANCELLED))
    ours = written.filter(direction=Direction.OUT, author_kind__in=(AuthorKind.AGENT, AuthorKind.BOT))
    return ours.exclude(Exists(lost))


def _bounced(conversation: Conversation) -> bool:
    """Whether the last message whose fate is known came back: the next would too."""
    known = Dispatch.objects.filter(
        message__conversation__customer=conversation.customer_id,
        state__in=(DispatchState.SENT, DispatchState.FAILED),
    )
    return known.order_by("-id").values_list("state", flat=True).first() == DispatchState.FAILED


# -- What was answered -----------------------------------------------------------------------------


def visible_to(agent: Agent) -> QuerySet[Rating]:
    """Every rating from 1 to 5 this agent may see."""
    return answers_visible_to(agent).filter(scale=Scale.CSAT)


def answers_visible_to(agent: Agent) -> QuerySet[Rating]:
    """Every answer in any scale: those about conversations they may see, and those about none, which are no team's."""
    if not agent.may(Permission.READ):
        return Rating.objects.none()
    if agent.visibility == Visibility.ALL:
        return Rating.objects.all()
    seen = Exists(conversations.visible_to(agent).filter(pk=OuterRef("conversation_id")))
    if agent.visibility == Visibility.OWN:
        return Rating.objects.filter(seen)
    return Rating.objects.filter(Q(conversation__isnull=True) | seen)


def invitations_visible_to(agent: Agent) -> QuerySet[Invitation]:
    return Invitation.objects.filter(conversation__in=conversations.visible_to(agent))


def last_ratings(customer: Customer, *, viewer: Agent, limit: int = 5) -> QuerySet[Rating]:
    """What this customer answered last, newest first, each with its conversation. One query."""
    return visible_to(viewer).filter(customer=customer).select_related("conversation")[:limit]


def index_of(customer: Customer, *, viewer: Agent) -> float | None:
    """The satisfaction index over everything this customer answered; None before the first answer. One query."""
    rated = visible_to(viewer).filter(customer=customer).order_by().values_list("score").annotate(Count("pk"))
    found = dict(rated)
    return index_of_counts(_five(found))


def index_of_counts(counts: Counts) -> float | None:
    """The weighted index over the five scores, each weighing as many answers as it got: every answer counts once."""
    return satisfaction_index(SCORES, counts) if any(counts) else None


def ratings_of(agent: Agent, chosen: Chosen) -> QuerySet[Rating]:
    """The answers of the chosen period, newest first."""
    return answers_of(agent, chosen).filter(scale=Scale.CSAT)


def answers_of(agent: Agent, chosen: Chosen) -> QuerySet[Rating]:
    """Those in every scale."""
    since, until = period(chosen)
    return _of(answers_visible_to(agent), chosen).filter(at__gte=_midnight(since), at__lt=_midnight(until))


def other_scales(agent: Agent, chosen: Chosen) -> Mapping[Scale, list[int]]:
    """What was answered in the period in other scales than 1 to 5, by scale; nothing for a scale without answers."""
    rows = answers_of(agent, chosen).exclude(scale=Scale.CSAT).order_by().values_list("scale", "score")
    found: dict[Scale, list[int]] = {}
    for scale, score, count in rows.annotate(Count("pk")):
        found.setdefault(Scale(scale), []).extend([score] * count)
    return found


def period(chosen: Chosen) -> tuple[date, date]:
    """The first day and the day after the last, which is today, in the active time zone."""
    until = timezone.localdate(clock.now()) + timedelta(days=1)
    return until - timedelta(days=chosen.days), until


def summary(agent: Agent, chosen: Chosen) -> Summary:
    """The period and the one before it, in three queries whatever their length."""
    since, until = period(chosen)
    before = since - timedelta(days=chosen.days)
    first, weeks = _weeks(since, until)
    days = _daily(_of(visible_to(agent), chosen), min(before, first - weeks * A_WEEK), until)
    comments = _comments(_of(answers_visible_to(agent), chosen), before, since, until)
    invited = _invited(_of(invitations_visible_to(agent), chosen), before, since, until)
    return Summary(
        since=since,
        until=until,
        now=_figures(days, since, until, comments["now"], invited["now"], invited["now_answered"]),
        before=_figures(days, before, since, comments["before"], invited["before"], invited["before_answered"]),
        weeks=_by_week(days, first, weeks),
        weeks_before=_by_week(days, first - weeks * A_WEEK, weeks),
    )


def weekly(agent: Agent, chosen: Chosen) -> tuple[Week, ...]:
    """The satisfaction index of every whole week that the period touches, oldest first. One query."""
    since, until = period(chosen)
    first, weeks = _weeks(since, until)
    return _by_week(_daily(_of(visible_to(agent), chosen), first, until), first, weeks)


def _of(rows: QuerySet[M], chosen: Chosen) -> QuerySet[M]:
    if chosen.inbox:
        rows = rows.filter(conversation__inbox=chosen.inbox)
    return rows.filter(conversation__assignee=chosen.agent) if chosen.agent else rows


def _daily(ratings: QuerySet[Rating], since: date, until: date) -> Days:
    """How often each score was given on each day that had any."""
    rows = (
        ratings.filter(at__gte=_midnight(since), at__lt=_midnight(until))
        .order_by()
        .annotate(day=TruncDate("at"))
        .values_list("day", "score")
        .annotate(count=Count("pk"))
    )
    days: dict[date, dict[int, int]] = defaultdict(dict)
    for day, score, count in rows:
        days[day][score] = count
    return {day: _five(found) for day, found in days.items()}


def _comments(ratings: QuerySet[Rating], before: date, since: date, until: date) -> dict[str, int]:
    now, past = _within("at", since, until), _within("at", before, since)
    said = ratings.exclude(comment="").order_by()
    return said.aggregate(now=Count("pk", filter=now), before=Count("pk", filter=past))


def _invited(invitations: QuerySet[Invitation], before: date, since: date, until: date) -> dict[str, int]:
    now, past = _within("sent_at", since, until), _within("sent_at", before, since)
    sent = invitations.filter(now | past).order_by()
    return sent.aggregate(
        now=Count("pk", filter=now),
        before=Count("pk", filter=past),
        now_answered=Count("rating", filter=now),
        before_answered=Count("rating", filter=past),
    )


def _figures(days: Days, since: date, until: date, comments: int, invited: int, answered: int) -> Figures:
    counts = _added(counts for day, counts in days.items() if since <= day < until)
    scores = [score for score, count in zip(SCORES, counts, strict=True) for _ in range(count)]
    return Figures(
        counts=counts,
        index=index_of_counts(counts),
        satisfied=csat(scores) if scores else None,
        comments=comments,
        invited=invited,
        answered=answered,
    )


def _by_week(days: Days, first: date, weeks: int) -> tuple[Week, ...]:
    totals: dict[date, list[Counts]] = defaultdict(list)
    for day, counts in days.items():
        totals[_monday(day)].append(counts)
    starts = [first + number * A_WEEK for number in range(weeks)]
    sums = {start: _added(totals.get(start, ())) for start in starts}
    return tuple(Week(start, sum(counts), index_of_counts(counts)) for start, counts in sums.items())


def _weeks(since: date, until: date) -> tuple[date, int]:
    """The Monday of the first week, and how many weeks there are up to the last day."""
    first, last = _monday(since), _monday(until - timedelta(days=1))
    return first, (last - first).days // 7 + 1


def _added(counts: Iterable[Counts]) -> Counts:
    one, two, three, four, five = map(sum, zip((0,) * 5, *counts, strict=True))
    return one, two, three, four, five


def _five(found: Mapping[int, int]) -> Counts:
    one, two, three, four, five = (found.get(score, 0) for score in SCORES)
    return one, two, three, four, five


def _within(field: str, since: date, until: date) -> Q:
    return Q(**{f"{field}__gte": _midnight(since), f"{field}__lt": _midnight(until)})


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
