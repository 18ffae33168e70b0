"""`rapport mail ingest`: files, folders, archives and standard input, one line a mail, nothing lost."""

import json
import mailbox
from pathlib import Path

import pytest
from click.testing import CliRunner

from rapport.channels import ingesting
from rapport.channels.commands import mail
from rapport.channels.models import Channel, Delivery
from rapport.channels.tests.letters import letter
from rapport.channels.types import Incoming
from rapport.conversations.models import Conversation, Message

DELIVERIES = Path(__file__).parent.parent / "kinds" / "email" / "tests" / "deliveries"


def ingest(*arguments, stdin=None, code=0):
    done = CliRunner().invoke(mail, ["ingest", *map(str, arguments)], input=stdin)
    assert done.exit_code == code, done.output
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


@pytest.fixture
def archive(tmp_path):
    box = mailbox.mbox(tmp_path / "in.mbox")
    for number in range(7):
        box.add(letter(f"Mail {number}\n\nFrom here on it is text.\n", message_id=f"{number}@studio.example"))
    box.close()
    return tmp_path / "in.mbox"


def test_a_file_is_one_line(tmp_path, mailbox):
    path = tmp_path / "one.eml"
    path.write_bytes(letter())
    (line,), _ = ingest(path)
    message = Message.objects.get()
    assert line == {
        "source": str(path),
        "outcome": "created",
        "conversation": message.conversation_id,
        "message": message.pk,
        "reason": "",
    }


def test_every_kind_of_mail_has_its_outcome_in_input_order(mailbox):
    lines, _ = ingest(DELIVERIES)
    outcomes = {Path(line["source"]).stem: line["outcome"] for line in lines}
    assert list(outcomes) == sorted(outcomes)
    assert outcomes["gmail_reply"] == outcomes["broken"] == outcomes["google_group"] == "created"
    assert outcomes["out_of_office"] == outcomes["newsletter"] == outcomes["read_receipt"] == "auto_reply"
    assert outcomes["bounce_550"] == outcomes["bounce_delayed"] == outcomes["bounce_qmail"] == "bounce"
    assert Delivery.objects.count() == len(lines)


def test_an_archive_is_taken_apart(archive, mailbox):
    lines, _ = ingest(archive)
    assert [line["source"] for line in lines] == [f"{archive}#{number}" for number in range(1, 8)]
    assert {line["outcome"] for line in lines} == {"created"}
    # A line that begins with From was quoted in the archive and is itself again.
    assert "\nFrom here on" in Message.objects.get(external_id="3@studio.example").text


def test_twice_changes_nothing(archive, mailbox):
    first, _ = ingest(archive)
    again, _ = ingest(archive)
    assert {line["outcome"] for line in again} == {"duplicate"}
    assert [line["message"] for line in again] == [line["message"] for line in first]
    assert Message.objects.count() == 7


def test_standard_input_is_a_mail_or_an_archive(archive, mailbox):
    (line,), _ = ingest("-", stdin=letter("Hello."))
    assert (line["source"], line["outcome"]) == ("-", "created")
    lines, _ = ingest(stdin=archive.read_bytes())
    assert [line["source"] for line in lines] == [f"-#{number}" for number in range(1, 8)]


def test_what_cannot_be_opened_is_said_and_the_rest_goes_on(tmp_path, archive, mailbox):
    lines, said = ingest(tmp_path / "missing.eml", archive, code=1)
    assert len(lines) == 7
    assert said == f"{tmp_path}/missing.eml cannot be read: No such file or directory.\n"


def test_rubbish_is_stored_and_no_failure(tmp_path, mailbox):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "b.eml").write_bytes(b"")
    (tmp_path / "c.eml").write_bytes(letter())
    lines, _ = ingest(tmp_path)
    assert [line["outcome"] for line in lines] == ["quarantined", "quarantined", "created"]
    assert all(line["reason"] for line in lines[:2])


def test_a_large_mail_is_stored_from_its_file(tmp_path, mailbox):
    body = bytes(6_000_000)
    (tmp_path / "large.eml").write_bytes(letter("See the film.", files=[("film.bin", body)]))
    (line,), _ = ingest(tmp_path / "large.eml")
    assert line["outcome"] == "created"
    assert Message.objects.get().attachments.get().size == len(body)


def test_noor_names_the_inbox(tmp_path, mailbox):
    (tmp_path / "one.eml").write_bytes(letter(to="hidden@partner.example"))
    Channel.objects.create(kind="email", inbox=mailbox.inbox, name="Sales", address="sales@lampwright.example")
    ingest(tmp_path, "--inbox", "Sales@Lampwright.example")
    assert Delivery.objects.get().channel.name == "Sales"


def test_an_inbox_that_is_not_there_is_a_slip_of_the_keyboard(tmp_path, mailbox):
    lines, said = ingest(tmp_path, "--inbox", "suport@lampwright.example", code=1)
    assert lines == []
    assert "No mailbox has the address suport@lampwright.example" in said
    assert "support@lampwright.example" in said


def test_the_very_first_mailbox_is_made_for_an_import(tmp_path, db):
    (tmp_path / "one.eml").write_bytes(letter())
    ingest(tmp_path, "--inbox", "support@lampwright.example")
    assert Channel.objects.get().address == "support@lampwright.example"
    assert Conversation.objects.get().inbox.name == "Support"


def test_a_hundred_mails_share_their_questions(mailbox, django_assert_max_num_queries):
    mails = [
        Incoming(letter(sender=f"p{number % 25}@studio.example", message_id=f"{number}@studio.example"))
        for number in range(100)
    ]
    # Four a mail, eight more a new customer, and what is asked once for all.
    with django_assert_max_num_queries(100 * 4 + 25 * 9 + 40):
        results = list(ingesting.ingest(mails, kind="email"))
    assert {result.outcome for result in results} == {"created"}


def test_a_full_disk_stops_with_a_sentence_and_what_was_printed_is_stored(tmp_path, mailbox, monkeypatch):
    from rapport.backbone.files import NoSpace

    monkeypatch.setattr(ingesting, "BATCH", 2)
    taken = []
    accept_all = ingesting.accept_all

    def accept_some(items, **how):
        taken.append(len(items))
        if len(taken) > 1:
            raise NoSpace
        return accept_all(items, **how)

    monkeypatch.setattr(ingesting, "accept_all", accept_some)
    for number in range(4):
        (tmp_path / f"{number}.eml").write_bytes(letter(message_id=f"{number}@studio.example"))
    lines, said = ingest(tmp_path, code=1)
    assert len(lines) == Delivery.objects.count() == 2
    assert "no space left" in said.lower()
