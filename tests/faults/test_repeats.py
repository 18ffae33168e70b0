"""A provider that pushes the same thing again and again, at once, in another order, a day later."""

import base64
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rapport.channels.kinds import email
from tests.faults.desk import ADDRESS, Desk, wait_until

PUSHES = Path(email.__file__).parent / "tests" / "pushes"


def push(desk: Desk, key: str, body: bytes, kind: str, password: str = "whistle") -> int:
    proof = base64.b64encode(f"rapport:{password}".encode()).decode()
    request = urllib.request.Request(
        f"{desk.installation.address}/in/email/{key}/",
        data=body,
        headers={"Content-Type": kind, "Authorization": f"Basic {proof}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.usefixtures("full_only")
def test_a_push_has_one_effect_however_often_it_comes_and_none_without_its_secret(desk):
    head, _, body = (PUSHES / "postmark_inbound.http").read_bytes().partition(b"\n\n")
    kind = next(line.split(": ", 1)[1] for line in head.decode().splitlines() if line.startswith("Content-Type"))
    channel = desk.connect(incoming="provider", incoming_provider="postmark", push_secret="whistle", address=ADDRESS)
    key = desk.installation.call(key_of, channel=channel)
    assert push(desk, key, body, kind, password="guess") in (401, 403)
    assert desk.all("/deliveries") == []
    with ThreadPoolExecutor(5) as at_once:
        answers = list(at_once.map(lambda _: push(desk, key, body, kind), range(5)))
    answers += [push(desk, key, body, kind)]
    assert set(answers) <= {200, 202}
    wait_until(lambda: all(each["state"] != "stored" for each in desk.all("/deliveries")), 60)
    assert len(desk.messages()) == 1
    desk.installation.call(age)
    assert push(desk, key, body, kind) in (200, 202)
    wait_until(lambda: all(each["state"] != "stored" for each in desk.all("/deliveries")), 60)
    assert len(desk.messages()) == 1


def key_of(channel: int) -> str:
    """Run inside an installation: the secret part of a channel's address for pushes."""
    from rapport.channels.models import Channel

    return Channel.objects.get(pk=channel).key


def age() -> None:
    """Run inside an installation: everything that came in did so yesterday."""
    from datetime import timedelta

    from django.db.models import F

    from rapport.channels.models import Delivery

    Delivery.objects.update(received_at=F("received_at") - timedelta(days=1))
