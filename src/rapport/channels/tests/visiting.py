"""A visitor's page, as its requests look: for tests of what it is told."""

import json
from itertools import count

from django.test import Client

from rapport.channels.models import Channel

SECRET = "a secret that only the shop's server knows"


_ADDRESSES = count(1)


def chat_in(inbox, **settings) -> Channel:
    said = {"identity_secret": SECRET, "mail_after": 5, "takes_files": True, **settings}
    return Channel.objects.create(kind="chat", inbox=inbox, name="Chat", settings=said)


class Page:
    """One browser with the widget in it."""

    def __init__(self, channel: Channel, *, origin: str = "https://shop.example") -> None:
        self.channel, self.origin = channel, origin
        # Each from an address of its own, so that a test is not slowed down for what the one before did.
        self.client = Client(REMOTE_ADDR=f"2001:db8::{next(_ADDRESSES):x}")
        self.token = self.visitor = ""
        self.exchange = "e1"
        self.count = 0

    def ask(self, path, said=None, **headers):
        headers = {
            "Origin": self.origin,
            **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
            **headers,
        }
        address = f"/chat/{self.channel.key}/{path}"
        if said is None:
            return self.client.get(address, headers=headers)
        return self.client.post(address, json.dumps(said), content_type="application/json", headers=headers)

    def begin(self, **said):
        answer = self.ask("session", said)
        if answer.status_code == 200:
            self.token, self.visitor = answer.json()["token"], answer.json()["visitor"]
        return answer

    def write(self, text="Does the Arc work in London?", **said):
        if not self.token:
            self.begin()
        self.count += 1
        return self.ask("messages", self.message(text, **said))

    def message(self, text, **said):
        return {
            "type": "message",
            "id": f"m{self.count}",
            "visitor": self.visitor,
            "exchange": self.exchange,
            "text": text,
        } | said

    def history(self, exchange="e1"):
        return self.ask(f"history?exchange={exchange}").json()

    @property
    def told(self):
        """What its stream was told so far: pairs of what and about."""
        from rapport.backbone.models import Event

        rows = Event.objects.filter(name="VisitorTold").order_by("id").values_list("payload", flat=True)
        return [(said["what"], said["word"] or said["about"]) for said in rows]
