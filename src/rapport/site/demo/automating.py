"""What the house has set up: macros that are used, rules with what they did, a webhook that is switched off."""

from datetime import datetime, timedelta
from typing import Any

from rapport.automation.models import Macro, Rule, Run, Webhook
from rapport.automation.types import Sharing, Trigger
from rapport.backbone.models import Event
from rapport.conversations.models import Conversation
from rapport.conversations.types import Status
from rapport.kit.standard_webhooks import new_secret
from rapport.site.demo.furnishing import House
from rapport.site.demo.scene import Book

_GREETING = "<p>Hello {{ customer.first_name | there }},</p>"
_BYE = "<p>Kind regards,<br>{{ agent.first_name }}, {{ company.name }}</p>"
_GREETING_ZH = "<p>{{ customer.name | 尊敬的客户 }}，您好！</p>"
_BYE_ZH = "<p>{{ company.name }}，{{ agent.name }}</p>"


def automate(house: House, now: datetime) -> None:
    """Everything, as the lead has set it up, with what the rules did to the latest conversations they fit."""
    lead, webhook = house.part("lead"), house.scene.says["webhook"]
    Macro.objects.bulk_create(
        Macro(
            name=said["name"],
            shortcut=said["shortcut"],
            folder=said.get("folder", ""),
            html=f"{_GREETING}{said['html']}{_BYE}" if "html" in said else "",
            html_zh=f"{_GREETING_ZH}{said['html_zh']}{_BYE_ZH}" if "html_zh" in said else "",
            steps=list(said.get("steps", ())),
            uses=said["uses"],
            used_at=now - timedelta(minutes=7 * place + 3),
            sharing=Sharing.EVERYONE,
            owner=lead,
        )
        for place, said in enumerate(house.scene.says["macro"])
    )
    began = now - timedelta(days=90)
    rules = Rule.objects.bulk_create(
        Rule(position=place, owner=lead, on_since=began, looked_until=now, created_at=began, **rule)
        for place, rule in enumerate(_rules(house.scene.says["rule"]))
    )
    for rule in rules:
        _log(rule, house.scene.says["rule"]["tag"], now)
    Webhook.objects.create(
        name=webhook["name"],
        url=webhook["url"],
        events=["conversation.created", "conversation.tagged", "conversation.closed"],
        secret={"current": new_secret()},
        is_on=False,
        owner=house.part("admin"),
        created_at=began,
    )


def _rules(said: Book) -> list[dict[str, Any]]:
    words = [{"field": "text", "op": "has", "value": word} for word in said["words"]]
    quiet = [{"field": "status", "op": "is", "value": ["open"]}]
    return [
        {
            "name": said["name"],
            "trigger": Trigger.CREATED,
            "conditions": {"version": 1, "match": "any", "conditions": words},
            "steps": [{"do": "tag", "value": said["tag"]}],
        },
        {
            "name": "Escalate what waits",
            "trigger": Trigger.UNANSWERED_FOR,
            "hours": 4,
            "conditions": {},
            "steps": [{"do": "priority", "value": "urgent"}, {"do": "notify", "value": "leads"}],
        },
        {
            "name": "Close after silence",
            "trigger": Trigger.SILENT_FOR,
            "hours": 7 * 24,
            "conditions": {"version": 1, "match": "all", "conditions": quiet},
            "steps": [{"do": "close", "value": ""}],
        },
    ]


def _log(rule: Rule, tag: str, now: datetime) -> None:
    """What it did lately: the latest conversations that it would have met."""
    moments: list[tuple[Conversation, dict[str, Any], datetime]]
    if rule.trigger == Trigger.CREATED:
        met = Conversation.objects.filter(tags__name=tag)
        moments = [(each, {"event": _arrival(each)}, each.created_at) for each in met.order_by("-pk")[:8]]
    elif rule.trigger == Trigger.SILENT_FOR:
        met = Conversation.objects.filter(status=Status.CLOSED, closed_at__isnull=False).order_by("-closed_at")
        moments = [(each, {"since": each.last_at}, each.closed_at or now) for each in met[20:25]]
    else:
        hours = timedelta(hours=rule.hours or 0)
        met = Conversation.objects.filter(waiting_since__lt=now - hours).order_by("-waiting_since")
        waits = [(each, each.waiting_since or now) for each in met[:4]]
        moments = [(each, {"since": since}, since + hours) for each, since in waits]
    Run.objects.bulk_create(
        Run(rule=rule, conversation=each, at=at, did=rule.steps, **why)
        for each, why, at in sorted(moments, key=lambda moment: moment[2])
    )


def _arrival(conversation: Conversation) -> int | None:
    arrived = Event.objects.filter(subject=f"conversation:{conversation.pk}", name="MessageArrived").order_by("pk")
    return arrived.values_list("pk", flat=True).first()
