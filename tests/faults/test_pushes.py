"""Providers of every kind push the same again and again, at once, in another order, a day later; and strangers push."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from rapport.channels.seam import kinds
from rapport.channels.simulating import Stage
from tests.faults.desk import Desk, wait_until
from tests.faults.test_repeats import age

# On the phone nobody writes; what its provider pushes is tried beside it. So is a form, which sends nothing: nobody
# signs what is filled in, and the sixth time within an hour is refused.
SIMULATED = sorted(
    name
    for name, kind in kinds().items()
    if kind.simulator() is not None and kind.abilities.sends and not kind.abilities.calls
)
SAID = ["One lamp flickers.", "Two lamps flicker.", "Three lamps flicker."]


@dataclass(frozen=True)
class Connected:
    stage: Stage
    channel: int


@pytest.fixture
def stages():
    """Every provider, played on this machine."""
    opened = {name: kinds()[name].simulator().stage() for name in SIMULATED}
    for stage in opened.values():
        stage.__enter__()
    yield opened
    for stage in opened.values():
        stage.__exit__()


@pytest.fixture
def providers(desk: Desk, stages) -> dict[str, Connected]:
    """One channel of each kind at a running desk."""
    settings = {name: dict(stage.simulator.settings(stage.api)) for name, stage in stages.items()}
    made = desk.installation.call(connect_all, settings=settings, apis={name: at.api for name, at in stages.items()})
    for name, stage in stages.items():
        stage.simulator.push_url, stage.simulator.channel_settings = made[name]["url"], settings[name]
        stage.arrive()
    return {name: Connected(stage, made[name]["id"]) for name, stage in stages.items()}


def connect_all(settings: dict[str, Any], apis: dict[str, str]) -> dict[str, Any]:
    """Run inside an installation."""
    from rapport.channels.models import Channel
    from rapport.channels.pushing import push_url
    from rapport.conversations.models import Inbox

    inbox = Inbox.objects.first() or Inbox.objects.create(name="Support")
    made = {}
    for name, each in settings.items():
        channel = Channel.objects.create(
            kind=name,
            inbox=inbox,
            name=name,
            address=str(each.get("address", "")),
            settings=each,
            simulated_at=apis[name],
        )
        made[name] = {"id": channel.pk, "url": push_url(channel)}
    return made


def texts(channel: int) -> list[str]:
    """Run inside an installation: what people wrote by a channel."""
    from rapport.channels.models import Delivery

    told = Delivery.objects.filter(channel=channel, message__isnull=False).exclude(outcome="duplicate")
    return sorted(told.values_list("message__text", flat=True))


def stored() -> list[list[str]]:
    """Run inside an installation: the kind, and how each begins.

    Without WeCom's, whose pushes carry no words: what somebody wrote the desk fetches there by itself, now and then.
    """
    from rapport.channels.models import Delivery

    found = Delivery.objects.exclude(kind="wecom")
    return [[each.kind, bytes(each.body or b"")[:300].decode("utf-8", "replace")] for each in found]


def waiting() -> int:
    """Run inside an installation."""
    from rapport.channels.models import Delivery

    return Delivery.objects.filter(state="stored").count()


def test_every_push_has_one_effect_however_often_it_comes(desk: Desk, providers, size):
    for name, provider in providers.items():
        pushes = [push for text in SAID for push in provider.stage.simulator.says(text)] * size(2, 5)
        random.Random(8).shuffle(pushes)
        with ThreadPoolExecutor(5) as at_once:
            answers = list(at_once.map(provider.stage.push, pushes))
        assert {answer.status_code for answer in answers} == {200}, name
    wait_until(lambda: desk.installation.call(waiting) == 0, 120)
    for name, provider in providers.items():
        assert desk.installation.call(texts, channel=provider.channel) == sorted(SAID), name
    desk.installation.call(age)
    for provider in providers.values():
        for push in (push for text in SAID[:1] for push in provider.stage.simulator.says(text)):
            assert provider.stage.push(push).status_code == 200


def test_what_nobody_signed_is_refused_by_every_kind_and_nothing_is_stored(desk: Desk, providers):
    before = desk.installation.call(stored)
    for name, provider in providers.items():
        for push in provider.stage.simulator.says("Let me in"):
            kept = {field: value for field, value in push.headers.items() if field == "Content-Type"}
            query = {field: value for field, value in push.query.items() if "sign" not in field.lower()}
            bare = replace(push, headers=kept, query=query)
            wrong = replace(push, body=push.body + b" ", headers={**push.headers, **_spoilt(push.headers)}, query=query)
            refused: list[httpx.Response] = [provider.stage.push(bare), provider.stage.push(wrong)]
            assert {answer.status_code for answer in refused} <= {401, 403}, name
    assert desk.installation.call(stored) == before


def _spoilt(headers) -> dict[str, str]:
    """Every header that proves something, with something else in it."""
    return {name: f"{value[:-4]}AAAA" for name, value in headers.items() if name != "Content-Type"}
