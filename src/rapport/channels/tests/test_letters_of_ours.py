"""What an agent writes as it really arrives at a mail server: its parts, headers, text and HTML."""

from datetime import UTC, datetime

import pytest

from rapport.backbone import files
from rapport.backbone.jobs import run_pending
from rapport.channels import actions, quotes
from rapport.channels.actions.addressing import answered_by_default, recipients_of
from rapport.channels.kinds.email import quoting
from rapport.channels.models import Channel
from rapport.channels.tokens import token_for
from rapport.conversations.models import Message
from rapport.conversations.types import Direction, IncomingFile
from rapport.team.models import Organisation

PIXEL = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def conversation(arrive, post):
    message = arrive(message_id="one@studio.example").message
    Message.objects.update(sent_at=datetime(2026, 3, 3, 14, 5, tzinfo=UTC))
    return message.conversation


def stored(body, name, content_type, **said):
    kept = files.keep(body)
    return IncomingFile(kept.pk, name, content_type, kept.size, kept.sha256, **said)


def shape(part):
    """A mail as nested names of its types."""
    if part.is_multipart():
        return [part.get_content_subtype(), *(shape(each) for each in part.iter_parts())]
    return part.get_content_type()


def test_text_html_pictures_and_files_each_have_their_place(conversation, post, ada):
    html = '<p>Look <strong>here</strong>:</p><p><img src="cid:lamp@rapport" alt="The lamp"></p>'
    picture = stored(PIXEL, "lamp.png", "image/png", content_id="lamp@rapport", inline=True)
    manual = stored(b"%PDF", "说明.pdf", "application/pdf")
    actions.reply(conversation, by=ada, text="", html=html, files=[picture, manual], undo_seconds=0)
    run_pending(strict=True)
    (mail,) = post.received
    assert shape(mail) == [
        "mixed",
        ["alternative", "text/plain", ["related", "text/html", "image/png"]],
        "application/pdf",
    ]
    shown = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert (shown["Content-ID"], shown.get_content_disposition()) == ("<lamp@rapport>", "inline")
    assert shown.get_payload(decode=True) == PIXEL
    (attached,) = [part for part in mail.walk() if part.get_content_disposition() == "attachment"]
    assert (attached.get_filename(), attached.get_payload(decode=True)) == ("说明.pdf", b"%PDF")
    assert mail.get_body(["plain"]).get_content().split() == ["Look", "here:", "[The", "lamp]"]
    written = mail.get_body(["html"]).get_content()
    assert 'src="cid:lamp@rapport"' in written
    assert "<strong>here</strong>" in written


def test_kim_reads_the_same_in_html_and_in_text(conversation, post, ada):
    quote = quotes.reply_quote(conversation.messages.get())
    html = (
        '<p>See <a href="https://lampwright.example/a">the guide</a>:</p><ol><li><p>Hold it</p></li>'
        '<li><p>Wait</p></li></ol><div class="gmail_signature"><p>Ada<br>Lampwright</p></div>'
    )
    message = actions.reply(conversation, by=ada, text="", html=html + quote, undo_seconds=0)
    run_pending(strict=True)
    (mail,) = post.received
    assert shape(mail) == ["alternative", "text/plain", "text/html"]
    text = mail.get_body(["plain"]).get_content().replace("\r\n", "\n").strip()
    assert text == (
        "See the guide <https://lampwright.example/a>:\n\n1. Hold it\n2. Wait\n\n-- \nAda\nLampwright\n\n"
        "On 3 March 2026 at 14:05, Kim Park wrote:\n\n> The lamp flickers."
    )
    written = mail.get_body(["html"]).get_content()
    assert '<div class="gmail_quote gmail_quote_container"><div>On 3 March 2026 at 14:05, Kim Park wrote:' in written
    assert '<blockquote class="gmail_quote"' in written
    assert "quoted-text" not in written
    assert message.visible_text == "See the guide <https://lampwright.example/a>:\n\n1. Hold it\n2. Wait"


def test_our_own_quotes_are_taken_off_again_when_they_come_back(conversation, post, ada, arrive):
    quote = quotes.reply_quote(conversation.messages.get())
    actions.reply(conversation, by=ada, text="", html=f"<p>Hold the button.</p>{quote}", undo_seconds=0)
    run_pending(strict=True)
    sent = post.received[0]
    assert quoting.visible_text(sent.get_body(["plain"]).get_content()) == "Hold the button."
    page = sent.get_body(["html"]).get_content()
    head = "From: x@other.example\nTo: support@lampwright.example\nSubject: Lamp\nMessage-ID: <x@other.example>\n"
    back = arrive(f"{head}Content-Type: text/html; charset=utf-8\n\n{page}".encode()).message
    assert back.visible_text == "Hold the button."
    assert "<quoted-text>" in back.html


def test_remote_pictures_in_a_quote_reach_kim_and_wait_in_our_own_thread(arrive, post, ada):
    mail = (
        b"From: kim@studio.example\nTo: support@lampwright.example\nSubject: Lamp\nMessage-ID: <a@studio.example>\n"
        b'Content-Type: text/html\n\n<p>See <img src="https://studio.example/lamp.png" alt="lamp"></p>'
    )
    kims = arrive(mail).message
    html = f"<p>Nice.</p>{quotes.reply_quote(kims)}"
    message = actions.reply(kims.conversation, by=ada, text="", html=html, undo_seconds=0)
    assert 'data-src="https://studio.example/lamp.png"' in message.html
    run_pending(strict=True)
    assert ' src="https://studio.example/lamp.png"' in post.received[0].get_body(["html"]).get_content()


def test_a_blind_copy_stays_blind(conversation, post, ada):
    to = ["kim@studio.example", "lee@studio.example"]
    message = actions.reply(
        conversation, by=ada, text="Hi", to=to, cc=["cc@b.example"], bcc=["boss@b.example"], undo_seconds=0
    )
    run_pending(strict=True)
    assert b"boss@b.example" not in post.raw[0]
    assert sorted(post.recipients[0]) == ["boss@b.example", "cc@b.example", *to]
    assert recipients_of(message).cc == ("cc@b.example",)
    assert "boss" not in quotes.reply_quote(message) + quotes.forwarded(message)


def test_answering_all_leaves_out_every_address_of_ours_however_it_is_written(arrive, mailbox, ada, inbox):
    Channel.objects.create(kind="email", inbox=inbox, name="Sales", address="sales@lampwright.example")
    token = token_for(12)
    received = arrive(
        to=f"Support@Lampwright.example, support+r-{token}@lampwright.example, lee@studio.example",
        cc="SALES@lampwright.example, kim@studio.example, Max <max@studio.example>",
    ).message
    whom = recipients_of(received)
    assert (whom.to, whom.cc) == (("kim@studio.example",), ("lee@studio.example", "max@studio.example"))


def test_a_forward_carries_one_message_and_no_way_to_pose_as_kim(arrive, mailbox, post, ada):
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Lampwright"})
    token = token_for(99)
    first = arrive("My password is lamp.", message_id="one@studio.example").message
    kims = arrive(
        "It is this lamp.",
        message_id="two@studio.example",
        answers="one@studio.example",
        to=f"support+r-{token}@lampwright.example",
        cc="max@studio.example",
    ).message
    message = actions.reply(
        kims.conversation,
        by=ada,
        text="",
        html=f"<p>Can you repair it?</p>{quotes.forwarded(kims)}",
        to=["works@supplier.example"],
        about=kims,
        is_forward=True,
        undo_seconds=0,
    )
    run_pending(strict=True)
    (mail,) = post.received
    assert (mail["Subject"], mail["To"]) == ("Fwd: Flickering lamp", "works@supplier.example")
    assert (mail["In-Reply-To"], mail["References"]) == (None, None)
    text = mail.get_body(["plain"]).get_content()
    assert "---------- Forwarded message ----------\n" in text.replace("\r\n", "\n")
    assert "From: Kim Park <kim@studio.example>" in text
    assert "Cc: max@studio.example" in text
    assert "It is this lamp." in text
    assert first.text not in text
    assert token not in str(mail)
    assert message.forwards == kims
    kims.conversation.refresh_from_db()
    assert kims.conversation.waiting_since is not None, "Kim still waits"


def test_the_answer_to_a_forward_comes_back_and_is_not_what_kim_is_answered_with(arrive, mailbox, post, ada):
    kims = arrive("It is this lamp.", message_id="one@studio.example").message
    passed_on = actions.reply(
        kims.conversation,
        by=ada,
        text="Can you repair it?",
        to=["works@supplier.example"],
        about=kims,
        is_forward=True,
        undo_seconds=0,
    )
    run_pending(strict=True)
    back = arrive(
        "Yes, in a week.",
        sender="Works <works@supplier.example>",
        message_id="w@supplier.example",
        answers=passed_on.external_id,
        subject="Re: Fwd: Flickering lamp",
    ).message
    assert back.conversation == kims.conversation
    assert answered_by_default(kims.conversation) == kims
    assert actions.reply(kims.conversation, by=ada, text="In a week.").to == ["kim@studio.example"]
    asked = actions.reply(kims.conversation, by=ada, text="Thanks.", about=back, to=recipients_of(back).to)
    assert (asked.to, asked.in_reply_to) == (["works@supplier.example"], "w@supplier.example")


def test_ada_writes_from_another_of_our_addresses_and_under_another_subject(conversation, mailbox, post, ada):
    sales = Channel.objects.create(
        kind="email",
        inbox=mailbox.inbox,
        name="Sales",
        address="sales@lampwright.example",
        settings={**mailbox.settings, "address": "sales@lampwright.example"},
    )
    actions.reply(
        conversation, by=ada, text="Hi", sender=sales, subject="Your offer\r\nBcc: x@y.example", undo_seconds=0
    )
    run_pending(strict=True)
    (mail,) = post.received
    assert mail["From"].addresses[0].addr_spec == "sales@lampwright.example"
    assert (mail["Subject"], mail["Bcc"]) == ("Your offer Bcc: x@y.example", None)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "On 3 March 2026 at 14:05, Kim Park wrote:"), ("zh-hans", None), ("fr", "On 3 March 2026 at 14:05")],
)
def test_the_line_above_a_quote_is_in_kims_language_and_known_to_quote_removal(conversation, language, said):
    conversation.customer.language = language
    conversation.customer.save()
    message = Message.objects.get(direction=Direction.IN)
    line = quotes.reply_quote(message).partition("<div>")[2].partition("</div>")[0]
    assert "Kim Park" in line
    assert said is None or line.startswith(said)
    assert quoting.visible_text(f"Mine\n\n{line}\n\n> Theirs") == "Mine"
