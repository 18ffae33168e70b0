"""The product's own door, at which tests hand in what a provider pushes, one by one."""

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from django.test import Client

from rapport.channels import actions
from rapport.channels.models import Channel, Delivery
from rapport.channels.pushing import push_url
from rapport.channels.simulating import Push, Stage


class Door:
    """What was stored is read at once, as the worker does; reports that follow an answer wait in `later`."""

    def __init__(self, client: Client, stage: Stage, channel: Channel) -> None:
        self._client, self._simulator = client, stage.simulator
        stage.simulator.push_url = push_url(channel)
        self.later = stage.keep_back()

    def take(self, push: Push):
        """One push, whatever is answered."""
        parts = urlsplit(urljoin(self._simulator.push_url, push.path))
        said = self._client.generic(
            push.method,
            f"{parts.path}?{parts.query}" if parts.query else parts.path,
            push.body,
            content_type=push.headers.get("Content-Type", "application/octet-stream"),
            query_params=dict(push.query) or None,
            headers={name: value for name, value in push.headers.items() if name != "Content-Type"},
        )
        stored = Delivery.objects.filter(state="stored").select_related("channel__inbox")
        actions.process_all(stored.order_by("id"))
        return said

    def hand_in(self, pushes: Iterable[Push]) -> None:
        """Each is taken, and what the provider does about the answer is handed in too."""
        waiting = list(pushes)
        while waiting:
            push = waiting.pop(0)
            said = self.take(push)
            assert said.status_code == 200, said.content
            waiting += self._simulator.told(push, said.content)
