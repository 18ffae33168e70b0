"""The mail that leaves, as bytes, and the providers that take it."""

from email import message_from_bytes
from email.policy import default

import pytest
from anymail.message import AnymailRecipientStatus, AnymailStatus
from django.core import mail as outbox

from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.email import sending
from rapport.channels.kinds.email.forms import EmailForm
from rapport.channels.kinds.email.providers import PROVIDERS, backend_of, options_in
from rapport.channels.kinds.email.smtp import address_in
from rapport.channels.kinds.email.suggesting import suggest
from rapport.channels.types import Address, Outgoing, Part


def outgoing(**said):
    whole = {
        "external_id": "one@lampwright.example",
        "sender": Address("Ada from Lampwright", "support@lampwright.example"),
        "to": [Address("Kim Park", "kim@studio.example")],
        "subject": "Re: Lamp",
        "text": "Hold the button.",
        **said,
    }
    return Outgoing(**whole)


def built(**said):
    return message_from_bytes(sending.build(outgoing(**said)).message().as_bytes(), policy=default)


def test_text_html_and_files_travel_together():
    body = b"a\r\nb\nc\x00\xff"
    mail = built(html="<p>Hold the <b>button</b>.</p>", parts=[Part("Anleitung für Kim.txt", "text/plain", body)])
    assert mail.get_body(["plain"]).get_content().strip() == "Hold the button."
    assert "<b>button</b>" in mail.get_body(["html"]).get_content()
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == ("Anleitung für Kim.txt", body)


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed", "nonsense", "text/plain\r\nX: y"])
def test_a_file_of_an_impossible_type_is_just_bytes(kind):
    (file,) = built(parts=[Part("a", kind, b"x")]).iter_attachments()
    assert file.get_content_type() == "application/octet-stream"


def test_names_in_any_script_arrive():
    mail = built(sender=Address('陈雨桐, "Lampwright"', "support@lampwright.example"), subject="台灯 – 回复")
    assert mail["From"].addresses[0].display_name == "陈雨桐, Lampwright"
    assert mail["From"].addresses[0].addr_spec == "support@lampwright.example"
    assert mail["Subject"] == "台灯 – 回复"


def test_an_automatic_mail_says_so():
    mail = built(is_automatic=True)
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")


def test_the_chain_is_whole_and_not_endless():
    assert built(references=("a@b", "c@d"))["References"] == "<a@b> <c@d>"
    long = built(references=tuple(f"{number}@b" for number in range(200)))["References"].split()
    assert (len(long), long[0], long[-1]) == (60, "<0@b>", "<199@b>")


@pytest.mark.parametrize(
    "said",
    [
        {"subject": "Hello\r\nBcc: eve@stranger.example"},
        {"sender": Address("Ada\r\nBcc: eve@stranger.example", "support@lampwright.example")},
        {"to": [Address("", "kim@studio.example\r\nBcc: eve@stranger.example")]},
        {"to": [Address('Kim" <eve@stranger.example>, "', "kim@studio.example")]},
        {"in_reply_to": "a@b>\r\nBcc: eve@stranger.example"},
        {"references": ("a@b\r\nBcc: <eve@stranger.example>",)},
        {"external_id": "a@b\r\nBcc: eve@stranger.example"},
        {"headers": {"X-Note": "x\r\nBcc: eve@stranger.example", "Bcc": "eve@stranger.example", "Evil: x\r\nBcc": "y"}},
        {"parts": [Part("a\r\nBcc: eve@stranger.example", "text/plain", b"", content_id="x\r\nBcc: eve@s.example")]},
    ],
)
def test_eve_adds_no_header_and_no_recipient(said):
    message = sending.build(outgoing(**said))
    mail = message_from_bytes(message.message().as_bytes(), policy=default)
    assert "Bcc" not in mail
    assert not any("eve" in address.addr_spec for address in mail["To"].addresses)
    recipients = [address_in(name) for name in message.recipients()]
    assert len(recipients) == 1
    assert "eve@stranger.example" not in recipients


def test_headers_of_the_caller_are_kept_unless_they_are_ours():
    mail = built(headers={"List-Unsubscribe": "<mailto:x@y.example>", "From": "eve@stranger.example"})
    assert mail["List-Unsubscribe"] == "<mailto:x@y.example>"
    assert mail["From"].addresses[0].addr_spec == "support@lampwright.example"


def test_ids_are_random_and_at_our_domain():
    ids = {sending.new_message_id("support@lampwright.example") for _ in range(100)}
    assert len(ids) == 100
    assert all(name.endswith("@lampwright.example") and len(name) > 40 for name in ids)
    assert sending.new_message_id("").endswith("@localhost")


def test_the_installations_own_way_out_is_used(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    receipt = sending.send(outgoing(), {"outgoing": "installation"})
    assert receipt.external_id == "one@lampwright.example"
    assert outbox.outbox[-1].to == ['"Kim Park" <kim@studio.example>']


def test_a_provider_takes_it_and_names_it(settings, monkeypatch):
    monkeypatch.setitem(PROVIDERS, "test", ("Test", "anymail.backends.test.EmailBackend", ()))
    receipt = sending.send(outgoing(), {"outgoing": "provider", "provider": "test"})
    assert receipt.external_id


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (401, False), (413, True), (422, True), (429, False), (500, False), (503, False)],
)
def test_what_a_providers_refusal_means(status, permanent):
    from anymail.exceptions import AnymailRequestsAPIError
    from requests import Response

    response = Response()
    response.status_code = status
    refusal = AnymailRequestsAPIError("no", response=response)
    refusal.status_code = status
    assert sending._provider_refusal(refusal).permanent is permanent


# SendGrid works and is no longer vouched for by django-anymail, which says so.
@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support")
@pytest.mark.parametrize("name", PROVIDERS)
def test_every_provider_is_made_from_its_key_and_options(name):
    from django.core.mail import get_connection

    needed = PROVIDERS[name][2]
    options = "\n".join(f"{option} = https://post.example/{option}" for option in (*needed[1:], "api_url"))
    settings = {"provider": name, "provider_key": "secret", "provider_options": options if name != "amazon_ses" else ""}
    if name == "amazon_ses":
        # Amazon's own client is not part of a plain installation; the remedy names it.
        with pytest.raises(CannotDeliver, match="boto3"):
            sending.send(outgoing(), {"outgoing": "provider", **settings})
    else:
        assert get_connection(backend_of(name), **options_in(settings))


def filled(**said):
    return EmailForm({"address": "Support@Lampwright.example", "incoming": "none", "outgoing": "installation", **said})


def test_only_the_chosen_ways_need_their_fields():
    form = filled()
    assert form.is_valid(), form.errors
    assert form.cleaned_data["address"] == "support@lampwright.example"
    assert len(form.cleaned_data["push_secret"]) > 30
    assert set(filled(incoming="imap").errors) == {"imap_host", "imap_port", "imap_user", "imap_password"}
    assert set(filled(outgoing="smtp").errors) == {"smtp_host", "smtp_port"}
    assert set(filled(outgoing="provider").errors) == {"provider"}
    assert "Mailjet needs secret_key" in str(
        filled(outgoing="provider", provider="mailjet", provider_key="x").errors["provider_key"]
    )


@pytest.mark.parametrize(
    ("address", "imap", "smtp", "port"),
    [
        ("lamps@gmail.com", "imap.gmail.com", "smtp.gmail.com", 465),
        ("lamps@outlook.com", "outlook.office365.com", "smtp-mail.outlook.com", 587),
        ("lamps@qq.com", "imap.qq.com", "smtp.qq.com", 465),
        ("lamps@lampwright.example", "imap.lampwright.example", "smtp.lampwright.example", 465),
    ],
)
def test_an_address_suggests_its_servers(address, imap, smtp, port):
    guess = suggest(address)
    assert (guess["imap_host"], guess["smtp_host"], guess["smtp_port"]) == (imap, smtp, port)
    assert guess["hint"]
    assert set(guess) - {"hint"} <= set(EmailForm.base_fields)


@pytest.mark.parametrize("address", ["", "lamps", "lamps@", "@gmail.com", "lamps@localhost"])
def test_half_an_address_suggests_nothing(address):
    assert suggest(address) == {}


def test_of_several_names_a_provider_gives_the_first_is_kept():
    status = AnymailStatus()
    assert sending._providers_name(None) == sending._providers_name(status) == ""
    status.set_recipient_status({"kim@studio.example": AnymailRecipientStatus("b-2", "sent")})
    assert sending._providers_name(status) == "b-2"
    status.set_recipient_status({"omar@studio.example": AnymailRecipientStatus("a-1", "sent")})
    assert sending._providers_name(status) == "a-1"
