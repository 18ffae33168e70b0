"""Run inside an installation: a chat, the mailbox beside it, and what came of them."""


def open_chat(**settings) -> dict[str, object]:
    """A chat and a mailbox in one inbox; answers the key and the secret."""
    from rapport.channels.models import Channel
    from rapport.conversations.models import Inbox

    inbox = Inbox.objects.get_or_create(name="Support")[0]
    address = "support@lampwright.example"
    mail = {"address": address, "display_name": "Lampwright", "incoming": "smtp", "outgoing": "installation"}
    Channel.objects.get_or_create(kind="email", inbox=inbox, name=address, address=address, defaults={"settings": mail})
    said = {
        "identity_secret": "the shop's own secret, 32 letters",
        "greeting": "Hello!",
        "takes_files": True,
        **settings,
    }
    chat = Channel.objects.create(kind="chat", inbox=inbox, name="Chat", settings=said)
    from rapport.team.models import Agent

    # An agent who need not wait for the moment in which they may change their mind.
    Agent.objects.update(undo_seconds=0)
    return {"key": chat.key, "secret": said["identity_secret"]}


def messages() -> list[list[str]]:
    """Everything that was said, oldest first: direction, channel, text."""
    from rapport.conversations.models import Message

    return [list(row) for row in Message.objects.order_by("id").values_list("direction", "channel", "text")]


def leave_behind(answer: str) -> None:
    """The visitor is gone, this answer of ours is out, and over are the minutes that it waits to be read."""
    import time

    from rapport.channels.guests import Visitor
    from rapport.channels.models import Dispatch
    from rapport.channels.visitors.handing import hand_over
    from rapport.kit import clock

    # The page shows an answer before the server has it.
    out = Dispatch.objects.filter(channel__kind="chat", message__text__contains=answer, state="sent")
    deadline = time.monotonic() + 30
    while not out.exists():
        assert time.monotonic() < deadline, f"“{answer}” was not sent"
        time.sleep(0.1)
    Visitor.objects.update(here_until=clock.now())
    for pk in out.values_list("message_id", flat=True):
        hand_over.enqueue(pk)


def speak_to_a_segment(text: str, name: str, account: str) -> None:
    """The chat says this by itself to whoever is called so; one of them is known, by their account on the site."""
    from rapport.channels.models import Channel, ProactiveMessage
    from rapport.customers.actions import meet
    from rapport.customers.models import IdentityKind
    from rapport.customers.segments.actions import save
    from rapport.team.models import Agent

    meet(kind=IdentityKind.EXTERNAL, value=account, name=name, verified=True)
    called = {"conditions": [{"field": "name", "op": "is", "value": name}]}
    segment = save(None, by=Agent.objects.filter(role="lead")[0], name=name, filter=called)
    chat = Channel.objects.get(kind="chat")
    ProactiveMessage.objects.create(channel=chat, text=text, segment=segment, after_seconds=0, only_when_open=False)
