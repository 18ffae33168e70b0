"""Run inside an installation: Kim and others write, colleagues act. Answers are plain, for JSON to hold."""

from typing import Any


def mailbox() -> int:
    """An inbox with one mailbox, which sends by the installation's own EMAIL_URL."""
    from rapport.channels.models import Channel
    from rapport.conversations.models import Inbox

    inbox, _made = Inbox.objects.get_or_create(name="Support")
    Channel.objects.get_or_create(
        kind="email", inbox=inbox, name="Support", address="support@lampwright.example", defaults={"settings": {}}
    )
    return inbox.pk


def order(number: str, name: str = "Kim Park") -> dict[str, int]:
    """A customer buys."""
    from rapport.kit import clock
    from rapport.sales.orders.recording import record
    from rapport.sales.types import Buyer, OrderSaid

    said = OrderSaid(
        external_id=number,
        number=number,
        placed_at=clock.now(),
        status="paid",
        total=21_990,
        currency="EUR",
        changed_at=clock.now(),
        buyer=Buyer(email=f"{name.partition(' ')[0].lower()}@studio.example", name=name),
    )
    return {"id": record(said, source="api", by=None).order}


def arrive(text: str, subject: str = "", name: str = "Kim Park", into: int = 0, times: int = 1) -> dict[str, int]:
    """A customer writes; answers the id, number and last message of the conversation."""
    from rapport.conversations.actions import receive
    from rapport.conversations.models import Conversation, Inbox
    from rapport.conversations.types import Writing
    from rapport.customers.actions import meet
    from rapport.customers.models import IdentityKind

    address = f"{name.partition(' ')[0].lower()}@studio.example"
    kim = meet(kind=IdentityKind.EMAIL, value=address, name=name)
    inbox = Inbox.objects.get(pk=mailbox())
    conversation = Conversation.objects.filter(pk=into).first()
    message = None
    for number in range(times):
        said = text.replace("{n}", str(number))
        arrival = receive(
            Writing(text=said, subject=subject or said[:60], to=("support@lampwright.example",)),
            customer=kim,
            inbox=inbox,
            channel="email",
            author_name=name,
            author_address=address,
            into=conversation,
        )
        message = arrival.message
        conversation = message.conversation if into else None
    assert message is not None
    return {"id": message.conversation_id, "number": message.conversation.number, "message": message.pk}


def correspond(subjects: list[str]) -> list[dict[str, int]]:
    """Kim writes to us and to Max, with Lee as a copy, once for each subject; answers ids and numbers."""
    from rapport.channels.models import Channel
    from rapport.conversations.actions import receive
    from rapport.conversations.models import Inbox
    from rapport.conversations.types import Writing
    from rapport.customers.actions import meet
    from rapport.customers.models import IdentityKind
    from rapport.team.models import Agent

    # What they send leaves at once: whoever tests it need not wait for second thoughts.
    Agent.objects.update(undo_seconds=0)
    inbox = Inbox.objects.get(pk=mailbox())
    Channel.objects.get_or_create(kind="email", inbox=inbox, name="Sales", address="sales@lampwright.example")
    kim = meet(kind=IdentityKind.EMAIL, value="kim@studio.example", name="Kim Park")
    meet(kind=IdentityKind.EMAIL, value="works@supplier.example", name="Works")
    made = []
    for number, subject in enumerate(subjects):
        writing = Writing(
            text="Three lamps flicker.",
            html="<p>Three <b>lamps</b> flicker.</p>",
            subject=subject,
            to=("support@lampwright.example", "max@studio.example"),
            cc=("lee@studio.example", "Sales@Lampwright.example"),
            external_id=f"kim{number}@studio.example",
        )
        arrival = receive(
            writing,
            customer=kim,
            inbox=inbox,
            channel="email",
            author_name="Kim Park",
            author_address="kim@studio.example",
        )
        made.append({"id": arrival.message.conversation_id, "number": arrival.message.conversation.number})
    return made


def act(verb: str, conversation: int, by: str, **said: Any) -> None:
    """A colleague does something: `verb` is an action of the conversations' room."""
    from rapport.conversations import actions
    from rapport.conversations.models import Conversation
    from rapport.team.models import Agent

    agent = Agent.objects.get(email=f"{by}@lampwright.example")
    if "to" in said:
        said["to"] = Agent.objects.get(email=f"{said['to']}@lampwright.example")
    getattr(actions, verb)(Conversation.objects.get(pk=conversation), by=agent, **said)


def stands(conversation: int) -> dict[str, Any]:
    """How a conversation stands now."""
    from rapport.conversations.models import Conversation

    found = Conversation.objects.select_related("assignee").get(pk=conversation)
    return {
        "status": found.status,
        "assignee": found.assignee.name if found.assignee else None,
        "tags": [tag.name for tag in found.tags.all()],
        "priority": found.priority,
        "messages": [message.text for message in found.messages.order_by("id")],
        "drafts": [draft.text for draft in found.drafts.all()],
    }


def listen() -> None:
    """Do what the lines of standard input ask, one call a line, and answer each on a line of standard output."""
    import json
    import sys

    known = {function.__name__: function for function in (order, arrive, act, stands)}
    for line in sys.stdin:
        asked = json.loads(line)
        answer = known[asked["name"]](**asked["said"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
