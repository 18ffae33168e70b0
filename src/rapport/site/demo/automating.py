"""What Lampwright has set up: macros that are used, rules with what they did, a webhook that is switched off."""

from datetime import datetime, timedelta
from typing import Any

from rapport.automation.models import Macro, Rule, Run, Webhook
from rapport.automation.types import Sharing, Trigger
from rapport.backbone.models import Event
from rapport.conversations.models import Conversation
from rapport.conversations.types import Status
from rapport.kit.standard_webhooks import new_secret
from rapport.site.demo.furnishing import House

_GREETING = "<p>Hello {{ customer.first_name | there }},</p>"
_BYE = "<p>Kind regards,<br>{{ agent.first_name }}, {{ company.name }}</p>"
# Name, shortcut, folder, text, text in Chinese, steps, how often it was used.
_MACROS: tuple[tuple[str, str, str, str, str, list[dict[str, str]], int], ...] = (
    (
        "Ask for the order number",
        "order",
        "Orders",
        f"{_GREETING}<p>could you send us your order number? It begins with LW and stands at the top of the "
        f"confirmation.</p>{_BYE}",
        "<p>{{ customer.name | 尊敬的客户 }}，您好！</p><p>请把订单号发给我们，它以 LW 开头，写在确认邮件的最上方。</p>"
        "<p>{{ company.name }}，{{ agent.name }}</p>",
        [],
        214,
    ),
    (
        "Refund is on its way",
        "refund",
        "Orders",
        f"{_GREETING}<p>your refund has left us today. It takes three to five working days until your bank shows "
        f"it.</p>{_BYE}",
        "<p>{{ customer.name | 尊敬的客户 }}，您好！</p><p>退款今天已经汇出，三到五个工作日内会到账。</p>"
        "<p>{{ company.name }}，{{ agent.name }}</p>",
        [{"do": "tag", "value": "Return"}, {"do": "close", "value": ""}],
        131,
    ),
    (
        "Reset a lamp",
        "reset",
        "Lamps",
        f"{_GREETING}<p>please try this first:</p><ol><li>Switch the lamp off and on five times, a second apart.</li>"
        f"<li>Wait until it blinks twice.</li><li>Add it again in the app.</li></ol>{_BYE}",
        "",
        [],
        97,
    ),
    ("Wait for three days", "wait", "", "", "", [{"do": "snooze", "value": "72"}], 45),
    ("Not for us", "spam", "", "", "", [{"do": "tag", "value": "spam"}, {"do": "close", "value": ""}], 12),
)


def automate(house: House, now: datetime) -> None:
    """Everything, as Priya has set it up, with what the rules did to the latest conversations they fit."""
    priya = house.agents["priya"]
    Macro.objects.bulk_create(
        Macro(
            name=name,
            shortcut=shortcut,
            folder=folder,
            html=html,
            html_zh=html_zh,
            steps=steps,
            uses=uses,
            used_at=now - timedelta(minutes=7 * place + 3),
            sharing=Sharing.EVERYONE,
            owner=priya,
        )
        for place, (name, shortcut, folder, html, html_zh, steps, uses) in enumerate(_MACROS)
    )
    began = now - timedelta(days=90)
    rules = Rule.objects.bulk_create(
        Rule(position=place, owner=priya, on_since=began, looked_until=now, created_at=began, **said)
        for place, said in enumerate(_rules())
    )
    for rule in rules:
        _log(rule, now)
    Webhook.objects.create(
        name="Warehouse",
        url="https://warehouse.example/rapport",
        events=["conversation.created", "conversation.tagged", "conversation.closed"],
        secret={"current": new_secret()},
        is_on=False,
        owner=house.agents["mia"],
        created_at=began,
    )


def _rules() -> list[dict[str, Any]]:
    back = [{"field": "text", "op": "has", "value": "return"}, {"field": "text", "op": "has", "value": "money back"}]
    quiet = [{"field": "status", "op": "is", "value": ["open"]}]
    return [
        {
            "name": "Returns",
            "trigger": Trigger.CREATED,
            "conditions": {"version": 1, "match": "any", "conditions": back},
            "steps": [{"do": "tag", "value": "Return"}],
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


def _log(rule: Rule, now: datetime) -> None:
    """What it did lately: the latest conversations that it would have met."""
    moments: list[tuple[Conversation, dict[str, Any], datetime]]
    if rule.trigger == Trigger.CREATED:
        met = Conversation.objects.filter(tags__name="Return")
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
