"""A text that leaves, and payloads out of files."""

from pathlib import Path

from rapport.channels.kinds.sms.simulator import NUMBER, PERSON
from rapport.channels.types import Address, Outgoing

HERE = Path(__file__).parent
URL = "https://desk.example/in/sms/abc/"


def payload(name):
    return (HERE / name).read_bytes()


def outgoing(text="", *, to=PERSON, parts=()):
    given = dict.fromkeys(("external_id", "subject", "html", "in_reply_to"), "")
    return Outgoing(
        **given, sender=Address("Ada", NUMBER), to=[Address("Kim Park", to)], cc=[], bcc=[], text=text, references=[],
        parts=parts, is_automatic=False, once="once-1",
    )  # fmt: skip
