"""Plain letters for tests, as a mail program writes them."""

from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from rapport.kit import clock


def letter(
    text="The lamp flickers.",
    *,
    sender="Kim Park <kim@studio.example>",
    to="support@lampwright.example",
    subject="Flickering lamp",
    message_id=None,
    answers="",
    references=(),
    files=(),
    **headers,
) -> bytes:
    """`answers` and `references` are ids without angle brackets; `headers` are named with underscores."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{message_id}>" if message_id else make_msgid(domain="studio.example")
    if answers:
        mail["In-Reply-To"] = f"<{answers}>"
    if references:
        mail["References"] = " ".join(f"<{name}>" for name in references)
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    for name, body in files:
        mail.add_attachment(body, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()
