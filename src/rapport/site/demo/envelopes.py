"""The mails as they came in over the wire, so that the original of what a customer wrote can be looked at."""

import base64
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from html import escape

from rapport.site.demo.drawing import content_type


def paragraphs(text: str) -> str:
    """The same in HTML, as a mail program would write it."""
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in text.split("\n\n"))


def mail(
    *,
    house: str,
    name: str,
    address: str,
    to: str,
    subject: str,
    at: datetime,
    external_id: str,
    references: Sequence[str],
    text: str,
    html: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    is_automatic: bool = False,
) -> bytes:
    """An RFC 5322 message: plain text, HTML beside it when there is any, files after it."""
    headers = [
        f"From: {_words(name)} <{address}>",
        f"To: {_words(house)} <{to}>",
        f"Subject: {_words(subject)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{external_id}>",
    ]
    if references:
        headers += [f"In-Reply-To: <{references[-1]}>", "References: " + " ".join(f"<{one}>" for one in references)]
    if is_automatic:
        headers.append("Auto-Submitted: auto-replied")
    headers.append("MIME-Version: 1.0")
    body = _part("text/plain; charset=utf-8", text.encode())
    if html:
        body = _multipart("alternative", [body, _part("text/html; charset=utf-8", html.encode())], house)
    if files:
        body = _multipart("mixed", [body, *(_file(file, content) for file, content in files)], house)
    return "\r\n".join(headers).encode("ascii") + b"\r\n" + body


def _words(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=70).encode(linesep="\r\n")


def _part(kind: str, content: bytes, disposition: str = "") -> bytes:
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
    if disposition:
        head += f"Content-Disposition: {disposition}\r\n"
    return head.encode("ascii") + b"\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _file(name: str, content: bytes) -> bytes:
    return _part(f'{content_type(name)}; name="{name}"', content, f'attachment; filename="{name}"')


def _multipart(kind: str, parts: Sequence[bytes], house: str) -> bytes:
    boundary = f"=_{house.partition(' ')[0].lower()}_{kind}"
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    inside = b"".join(f"--{boundary}\r\n".encode("ascii") + part for part in parts)
    return head + inside + f"--{boundary}--\r\n".encode("ascii")
