"""Run inside an installation: a phone channel, and what became of its calls."""


def open_phone(**settings) -> str:
    """A phone channel whose provider is wherever the settings say; answers the path of its pushes."""
    from rapport.channels.models import Channel
    from rapport.channels.pushing import push_url
    from rapport.conversations.models import Inbox
    from rapport.team.models import Agent

    inbox = Inbox.objects.get_or_create(name="Support")[0]
    number = settings["address"]
    made = Channel.objects.create(kind="voice", inbox=inbox, name="Phone", address=number, settings=settings)
    Agent.objects.filter(email="ada@lampwright.example").update(phone="+15005550006")
    return push_url(made)
