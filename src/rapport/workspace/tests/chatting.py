"""Run inside an installation: channels whose providers are played on this machine."""

from typing import Any


def connect(kind: str, settings: dict[str, Any], api: str) -> str:
    """A mailbox, and a channel of this kind beside it; answers where the latter's provider pushes."""
    from rapport.channels.models import Channel
    from rapport.channels.pushing import push_url
    from rapport.team.models import Agent
    from rapport.workspace.tests.writing import mailbox

    # What is sent leaves at once: whoever tests it need not wait for second thoughts.
    Agent.objects.update(undo_seconds=0)
    address = str(settings.get("address", ""))
    channel = Channel.objects.create(
        kind=kind, inbox_id=mailbox(), name="Lampwright", address=address, settings=settings, simulated_at=api
    )
    return push_url(channel)


def a_day_passes(since: str) -> None:
    """Once this has arrived: whatever was written is older than any provider's day."""
    import time
    from datetime import timedelta

    from django.db.models import F

    from rapport.conversations.models import Message

    deadline = time.monotonic() + 30
    while not Message.objects.filter(text=since).exists():
        assert time.monotonic() < deadline, f"“{since}” did not arrive"
        time.sleep(0.1)
    Message.objects.update(created_at=F("created_at") - timedelta(hours=25))


def introduce(name: str, email: str) -> None:
    """The person who wrote by a messenger is reached by mail too."""
    from rapport.customers.actions import also_known_as
    from rapport.customers.models import Customer, IdentityKind

    customer = Customer.objects.filter(name=name).latest("id")
    also_known_as(customer, kind=IdentityKind.EMAIL, value=email, verified=True)
    Customer.objects.filter(pk=customer.pk).update(email=email)
