"""How the conversations of companies are shared out, and why the latest of them went to whom they did."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rapport.backbone.models import Event
from rapport.conversations.models import Assignment
from rapport.routing.choosing import Reason, Verdict, Way
from rapport.routing.models import Decision, Knowledge, Scheme, Skill
from rapport.routing.types import Level
from rapport.site.demo.chronicle import Chronicle
from rapport.site.demo.furnishing import House

# Only a few: enough to read why in the lists that people open first.
_SHOWN = 4
_CAPACITY = 20


def share(told: Iterable[Chronicle], house: House, now: datetime) -> None:
    """One scheme, two skills, and the decisions about the companies that wrote last."""
    since = now - timedelta(weeks=12)
    scheme = Scheme.objects.create(
        name=house.scene.inbox("trade"),
        conditions={"inbox": [str(house.inboxes["trade"].pk)]},
        sticky_days=30,
        seen_within=30,
        capacities={"": _CAPACITY, "chat": 4},
        created_at=since,
    )
    for said in house.scene.says["skill"]:
        skill = Skill.objects.create(name=said["name"], language=said["language"], created_at=since)
        Knowledge.objects.bulk_create(
            Knowledge(agent=house.agents[key], skill=skill, level=Level(level)) for key, level in said["levels"].items()
        )
    # Tried with everything for a while, and switched off: what it decided still says why.
    tried = Scheme.objects.create(
        name=house.scene.inbox("support"), position=1, is_on=False, seen_within=None, created_at=since
    )
    told = list(told)
    _explain_latest([one for one in told if one.story.inbox == "trade"], scheme, house, house.scene.team)
    _explain_latest([one for one in told if one.story.state == "open"], tried, house, tuple(house.agents))


def _explain_latest(told: Iterable[Chronicle], scheme: Scheme, house: House, keys: tuple[str, ...]) -> None:
    ours = [one for one in told if one.story.to]
    subjects = {f"conversation:{one.conversation.pk}": one for one in ours}
    events: dict[str, Event] = {}
    for event in Event.objects.filter(name="ConversationAssigned", subject__in=subjects).order_by("id"):
        events.setdefault(event.subject, event)
    team = {house.agents[key].pk: key for key in keys if key != house.scene.part("away")}
    # What somebody took for themselves was not given to them.
    given = [event for event in events.values() if event.payload["by"] != event.payload["agent"]]
    shown = [event for event in given if event.payload["agent"] in team][-_SHOWN:]
    explained = set(Decision.objects.values_list("conversation", flat=True))
    for place, event in enumerate(one for one in shown if subjects[one.subject].conversation.pk not in explained):
        _explain(event, subjects[event.subject], scheme, house, place, keys)


def _explain(event: Event, one: Chronicle, scheme: Scheme, house: House, place: int, keys: tuple[str, ...]) -> None:
    chosen, away = event.payload["agent"], house.scene.part("away")
    others = [house.agents[key].pk for key in keys if key != away and house.agents[key].pk != chosen]
    needs = {"zh": ["Chinese"], "de": ["German"]}.get(one.story.person.language[:2], [])
    said = [
        Verdict(chosen, Reason.CHOSEN, 3 + place, _CAPACITY, knows=tuple(needs)),
        *(Verdict(pk, Reason.BUSIER, 5 + place + more, _CAPACITY, (), tuple(needs)) for more, pk in enumerate(others)),
        Verdict(house.agents[away].pk, Reason.AWAY, 5, _CAPACITY, (), tuple(needs)),
    ]
    decision = Decision.objects.create(
        conversation=one.conversation,
        scheme=scheme,
        scheme_name=scheme.name,
        agent_id=chosen,
        why=Way.LEAST_BUSY,
        needs=needs,
        candidates=[verdict.as_json() for verdict in said],
        at=event.at,
    )
    event.payload = {
        **event.payload, "by": None, "cause": {"decision": decision.pk, "scheme": scheme.name},
    }  # fmt: skip
    event.save(update_fields=["payload"])
    first = Assignment.objects.filter(conversation=one.conversation).order_by("pk").first()
    if first:
        Assignment.objects.filter(pk=first.pk).update(by=None)
