"""A messenger for tests of the core: flags waved from a hill. Everything a chat channel can do, in plain JSON."""

import json
from datetime import UTC, datetime
from typing import ClassVar

from django import forms

from rapport.channels.errors import CannotDeliver, CannotRead, NotAllowed
from rapport.channels.seam import Kind
from rapport.channels.types import (
    Abilities,
    Address,
    Answer,
    Happened,
    IdentityOf,
    KnownAs,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Part,
    Profile,
    Reacted,
    Receipt,
    Reported,
)


class SemaphoreForm(forms.Form):
    address = forms.CharField(label="Hill")


class Semaphore(Kind):
    name = "semaphore"
    label = "Semaphore"
    icon = "chat"
    identity = IdentityOf.HANDLE
    abilities = Abilities(one_exchange=True, session_hours=24, templates=True, attachments=True, max_attachments=1)
    form = SemaphoreForm
    # What left, as the tests look at it.
    sent: ClassVar[list] = []

    def verify(self, body, headers, settings, url=""):
        if headers.get("X-Flag") != settings.get("flag", "red"):
            raise NotAllowed("The wrong flag.")
        return {"flag": "red"}

    def greet(self, query, settings):
        if query.get("flag") != "red":
            raise NotAllowed("The wrong flag.")
        return Answer(query.get("riddle", ""))

    def answer(self, body, transport, settings, desk):
        return Answer(f"<seen>{desk.is_open}</seen>", "text/xml")

    def read(self, body):
        try:
            said = json.loads(body)
            made = _READERS[said["type"]]
        except (ValueError, KeyError, TypeError) as error:
            raise CannotRead("No such flags.") from error
        return [made(said, Address(said.get("name", ""), said.get("from", "")))]

    def send(self, message, settings):
        if message.text == "fog":
            raise CannotDeliver("There is fog.", permanent=True)
        self.sent.append(message)
        return Receipt(f"out-{len(self.sent)}")

    def introduce(self, address, settings):
        return Profile(name="Kim Park", language="en", phone="+49 30 1234567")


def _at(said):
    return datetime.fromtimestamp(said["at"], UTC) if "at" in said else None


_READERS = {
    "text": lambda said, author: MessageReceived(
        external_id=said["id"],
        author=author,
        text=said["text"],
        in_reply_to=said.get("answers", ""),
        exchange=said.get("exchange", ""),
        known_as=tuple(KnownAs(**each) for each in said.get("known_as", ())),
        profile=said.get("profile", {}),
        parts=tuple(Part(name, "text/plain", b"x") for name in said.get("files", ())),
    ),
    "edit": lambda said, author: MessageEdited(said["id"], said["about"], said["text"], _at(said)),
    "delete": lambda said, author: MessageDeleted(said["id"], said["about"], _at(said)),
    "react": lambda said, author: Reacted(said["id"], said["about"], author, said["emoji"], _at(said)),
    "state": lambda said, author: Reported(
        said["id"], said.get("about", ""), author.address, said["state"], up_to=_at(said) if "at" in said else None
    ),
    "call": lambda said, author: Happened(
        said["id"],
        author,
        said.get("exchange", ""),
        said["what"],
        said["said"],
        subject="A call",
        begins="begins" in said,
    ),
}
