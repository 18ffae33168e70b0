"""Run inside an installation: a portal that is open, a form, a mailbox that sends, and what Kim wrote."""


def open_portal() -> dict[str, str]:
    """The key of the form, and the number of Kim's conversation."""
    from rapport.channels.models import Channel
    from rapport.conversations.actions import receive
    from rapport.conversations.models import Inbox
    from rapport.conversations.types import Writing
    from rapport.customers.actions import meet
    from rapport.customers.models import IdentityKind
    from rapport.kit import clock
    from rapport.portal.models import Policy

    inbox, _made = Inbox.objects.get_or_create(name="Support")
    address = "support@lampwright.example"
    Channel.objects.create(
        kind="email",
        inbox=inbox,
        name="Support",
        address=address,
        settings={"address": address, "incoming": "none", "outgoing": "installation"},
    )
    topic = {"label": "Topic", "key": "", "is_required": True, "choices": ["Order", "Returns", "Something else"]}
    words = {"heading": "Write to Lampwright", "lead": "On weekdays we answer within five hours."}
    form = Channel.objects.create(
        kind="form", inbox=inbox, name="Contact", settings={**words, "questions": [topic], "takes_files": True}
    )
    Policy.objects.create(pk=1, is_open=True, form=form)
    kim = meet(kind=IdentityKind.EMAIL, value="kim@studio.example", name="Kim Park", verified=True)
    numbers = []
    for subject, text in (
        ("Cables for the Arc lamp", "Which cable fits the Arc lamp from 2024?\n\nIt has the round plug."),
        ("Flickering lamp", "The lamp flickers when it is dimmed below 30%."),
    ):
        said = Writing(text=text, subject=subject, to=(address,), sent_at=clock.now())
        arrival = receive(
            said, customer=kim, inbox=inbox, channel="email", author_name=kim.name, author_address=kim.email
        )
        numbers.append(str(arrival.message.conversation.number))
    return {"form": form.key, "number": numbers[-1]}


def answer(number: str, text: str) -> None:
    """Ada answers, without a second thought."""
    from rapport.channels.actions import reply
    from rapport.conversations.models import Conversation
    from rapport.team.models import Agent

    ada = Agent.objects.get(email="ada@lampwright.example")
    reply(Conversation.objects.get(number=int(number)), by=ada, text=text, undo_seconds=0)
