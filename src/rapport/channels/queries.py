"""Reading what the channels hold."""

from collections.abc import Iterable

from rapport.backbone import files
from rapport.channels.models import Channel, Delivery
from rapport.channels.seam import kind_of, kinds
from rapport.conversations.models import Conversation
from rapport.kit.remembering import remembered


def raw(delivery: Delivery) -> bytes:
    """What came in, byte for byte. Raises backbone.files.Missing."""
    if delivery.file is not None:
        return files.read(delivery.file)
    return bytes(delivery.body or b"")


@remembered
def all_channels() -> tuple[Channel, ...]:
    """Every channel with its inbox and the inbox's team, oldest first."""
    return tuple(Channel.objects.select_related("inbox__team").order_by("id"))


@remembered
def channels_by_address(kind: str) -> dict[str, Channel]:
    """Every channel of a kind that has an address, oldest last so that it wins where two share one."""
    found = [channel for channel in reversed(all_channels()) if channel.kind == kind and channel.address]
    return {channel.address.strip().lower(): channel for channel in found}


def bare(address: str) -> str:
    """An address as channels are looked up by it: lower case, without a sub-address such as +orders."""
    local, at, domain = address.strip().strip("<>").lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def addressed(channels: dict[str, Channel], addresses: Iterable[str]) -> Channel | None:
    """The first channel that one of these addresses names."""
    for address in addresses:
        found = channels.get(address.strip().strip("<>").lower()) or channels.get(bare(address))
        if found is not None:
            return found
    return None


@remembered
def channel_to_answer_by(conversation: Conversation) -> Channel | None:
    """The channel its customer last wrote by; else one of its inbox; else any of its kind.

    What came by a kind that carries no answers, such as a form, is answered as whatever else reaches such people.
    """
    silent = [name for name, kind in kinds().items() if not kind.abilities.sends]
    last = (
        Delivery.objects.filter(message__conversation=conversation, channel__isnull=False)
        .exclude(kind__in=silent)
        .select_related("channel")
        .order_by("-id")
        .first()
    )
    if last is not None and last.channel is not None:
        return last.channel
    wanted = _answering(conversation.channel) if conversation.channel in silent else [conversation.channel]
    same = [channel for channel in all_channels() if channel.kind in wanted]
    here = [channel for channel in same if channel.inbox_id == conversation.inbox_id]
    return next(iter([*here, *same]), None)


def _answering(name: str) -> list[str]:
    """The kinds that reach by the same address those who came by this one."""
    identity = kind_of(name).identity
    return [other for other, kind in kinds().items() if kind.abilities.sends and kind.identity == identity]
