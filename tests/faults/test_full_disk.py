"""The disk is full while mail and files come in, and has room again later."""

import contextlib
import json
import os
import smtplib
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.channels.tests.letters import letter
from tests.faults.desk import Desk, wait_until

pytestmark = pytest.mark.usefixtures("full_only")


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of 96 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a disk of its own needs the right to mount one")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Take what room there is."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(256))
    return ballast


def test_mail_stays_on_its_server_until_there_is_room_and_then_comes_by_itself(open_desk, sink, mailbox, small_disk):
    desk: Desk = open_desk(outgoing=sink.port, data=small_disk / "data")
    desk.connect(**mailbox.settings)
    desk.wait_for_mail_port()
    mailbox.deliver(letter("Before.", message_id="before@studio.example"))
    wait_until(lambda: desk.arrived() == ["before@studio.example"], 30)
    ballast = fill(small_disk)
    photo = os.urandom(3_000_000)
    waiting = letter("Photo.", message_id="photo@studio.example", files=[("photo.bin", photo)])
    mailbox.deliver(waiting)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        desk.take(letter("Pushed.", message_id="pushed@studio.example", files=[("photo.bin", photo)]))
    assert refused.value.smtp_code in (451, 452)
    status = upload(desk, photo)
    assert status in (503, 507)
    assert "photo@studio.example" not in desk.arrived()
    ballast.unlink()
    wait_until(lambda: "photo@studio.example" in desk.arrived(), 120)
    desk.take(letter("Pushed.", message_id="pushed@studio.example"))
    wait_until(lambda: "pushed@studio.example" in desk.arrived(), 30)
    assert desk.is_sound()
    halves = [path for path in small_disk.rglob("*") if path.is_file() and path.suffix in (".part", ".tmp")]
    assert halves == []


def upload(desk: Desk, body: bytes) -> int:
    """The status that an agent's script gets for a reply with a file."""
    import base64

    (conversation, *_rest) = desk.all("/conversations")
    file = {"name": "a.bin", "content_type": "application/x-binary", "content": base64.b64encode(body).decode()}
    request = urllib.request.Request(
        f"{desk.installation.address}/api/v1/conversations/{conversation['id']}/messages",
        method="POST",
        data=json.dumps({"text": "Here.", "attachments": [file]}).encode(),
        headers={"Authorization": f"Bearer {desk.token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
