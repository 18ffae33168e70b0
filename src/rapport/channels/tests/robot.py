"""A rule that answers everything, machines and itself too: only the outbox can stop it."""

from rapport.backbone.jobs import run_pending
from rapport.channels import actions
from rapport.channels.errors import CannotWrite
from rapport.channels.models import Channel, Delivery, Dispatch
from rapport.channels.types import Incoming
from rapport.conversations.models import Inbox
from rapport.conversations.types import AuthorKind


def connected(address, port):
    settings = {"address": address, "incoming": "none", "outgoing": "smtp", "smtp_host": "127.0.0.1"}
    return Channel.objects.create(
        kind="email",
        inbox=Inbox.objects.create(name=address),
        name=address,
        address=address,
        settings={**settings, "smtp_port": port, "smtp_security": "plain", "push_secret": "whistle"},
    )


def robot_answer(raw, channel):
    """Take a mail in and have a rule answer it; what became of both."""
    stored = actions.accept(Incoming(raw, "test"), kind="email", channel=channel)
    actions.process_all([stored])
    delivery = Delivery.objects.get(pk=stored.pk)
    if delivery.message is None:
        return {"came": delivery.outcome, "went": None, "reason": delivery.reason}
    try:
        message = actions.reply(
            delivery.message.conversation, by=None, author_kind=AuthorKind.RULE, text="We have your letter."
        )
    except CannotWrite as error:
        return {"came": delivery.outcome, "went": None, "reason": str(error)}
    run_pending(strict=True)
    dispatch = Dispatch.objects.get(message=message)
    return {"came": delivery.outcome, "went": dispatch.state, "reason": dispatch.error}


def forget():
    Dispatch.objects.all().delete()
