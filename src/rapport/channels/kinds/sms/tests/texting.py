"""A text that leaves, and payloads out of files."""

from pathlib import Path

from rapport.channels.kinds.sms.simulator import NUMBER, PERSON
from rapport.channels.types import Address, Outgoing

HERE = Path(__file__).parent
URL = "https://desk.example/in/sms/abc/"


def payload(name):
    return (HERE / name).read_bytes()


def outgoing(text="", *, to=PERSON, parts=()):
    kim = Address("Kim Park", to)
    return Outgoing(sender=Address("Ada", NUMBER), to=[kim], text=text, parts=parts, once="once-1")
