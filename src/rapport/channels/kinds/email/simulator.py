"""Customers' mail played on this machine: they write letters, and a mail server of theirs takes what we answer.

WORDS                  goes on where the person last wrote or was answered, as a mail program would
/new WORDS             begins another conversation
/from ADDRESS WORDS    somebody else writes, such as bounce@studio.example

What is sent to bounce@ any domain is taken and comes back for good, to late@ it is reported as late; nobody@ is refused
for good, busy@ for the moment.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from rapport.channels.kinds.email.listening import listening_address
from rapport.channels.kinds.email.post import HOST, MailStage
from rapport.channels.kinds.email.returns import returned
from rapport.channels.simulating import Asked, CannotSay, Heard, Push, Said, SentFile, Simulator
from rapport.kit import clock

DESK, PERSON = "desk@rapport.example", f"kim@{HOST}"
_SIGNATURE = "X-Rapport-Signature"
_NEW, _FROM = "/new", "/from"
_SUBJECT_WORDS = 6
_LONGEST_CHAIN = 50
_TAKEN = Said("2.0.0 Taken", 250)


@dataclass(frozen=True)
class _Last:
    """The newest letter of somebody's correspondence, which their next one answers."""

    id: str
    chain: Sequence[str]
    subject: str
    # Where an answer goes, and what it quotes: nothing where it is their own.
    to: str = DESK
    quote: str = ""


class EmailSimulator(Simulator):
    push_secret: ClassVar[str] = "simulated-push-secret"  # noqa: S105  # of nobody

    failures: ClassVar[Mapping[str, Said]] = {
        "permanent": Said("5.1.1 Nobody has this address here", 550),
        "temporary": Said("4.3.0 The disk is full, try again later", 451),
        "too_many": Said("4.7.28 Too many messages lately, slow down", 450),
    }
    # By what stands before the @: who takes nothing, and who takes it and sends it back.
    refusing: ClassVar[Mapping[str, Said]] = {"nobody": failures["permanent"], "busy": failures["temporary"]}
    returning: ClassVar[Mapping[str, str]] = {"bounce": "failed", "late": "delayed"}

    def __init__(self) -> None:
        super().__init__()
        # Everything that the desk sent, newest last.
        self.letters: list[EmailMessage] = []

    @property
    def hint(self) -> str:
        words = f"Letters go to {DESK}. /new begins another conversation, /from ADDRESS writes as somebody else."
        if urlsplit(self.push_url).scheme in ("smtp", "lmtp") or listening_address() is not None:
            return words
        return f"{words} Rapport takes no mail by SMTP (RAPPORT_SMTP_LISTEN), so they are pushed over HTTP, signed."

    def stage(self, *, port: int = 0) -> MailStage:
        return MailStage(self, port=port)

    def settings(self, api: str) -> Mapping[str, Any]:
        server = urlsplit(api)
        return {
            "address": DESK,
            "incoming": "smtp" if listening_address() else "none",
            "push_secret": self.push_secret,
            "outgoing": "smtp",
            "smtp_host": server.hostname,
            "smtp_port": server.port,
            "smtp_security": "plain",
        }

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        name, address, is_new = self.person, PERSON, False
        if text == _FROM or text.startswith(f"{_FROM} "):
            address, _space, text = text.removeprefix(_FROM).lstrip().partition(" ")
            name = _name(address)
        if text == _NEW or text.startswith(f"{_NEW} "):
            is_new, text = True, text.removeprefix(_NEW).lstrip()
        if not text.strip() and not files:
            raise CannotSay("There are no words in this letter.")
        letter = self._letter(name, address, text, None if is_new else self._last(address))
        for file in files:
            main, _slash, sub = file.content_type.partition("/")
            if not sub or main in ("message", "multipart"):
                main, sub = "application", "octet-stream"
            letter.add_attachment(file.body, maintype=main, subtype=sub, filename=file.name)
        return [self.posted(letter.as_bytes())]

    def posted(self, letter: bytes) -> Push:
        """A letter on its way: what is signed counts where it goes over HTTP, its headers where it goes by SMTP."""
        signed = hmac.new(self.push_secret.encode(), letter, hashlib.sha256).hexdigest()
        return Push(letter, {_SIGNATURE: f"sha256={signed}", "Content-Type": "message/rfc822"})

    def sends(self, asked: Asked) -> bool:
        return asked.method == "DATA"

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        """RCPT asks whether somebody is here, DATA brings the letter to them."""
        if asked.method != "DATA":
            return self.refusing.get(_local(asked.path), _TAKEN), ()
        letter = message_from_bytes(asked.body, policy=SMTP)
        recipients = asked.path.split()
        self.letters.append(letter)
        back = [address for address in recipients if _local(address) in self.returning]
        reached = [address for address in recipients if address not in back]
        for address in recipients:
            self._keep(address, letter, to=str(letter["Reply-To"] or letter["From"]), quote=_quoted(letter))
        if reached:
            self.heard.put(_heard(letter, reached))
        sender = asked.query.get("from", "")
        returns = [returned(letter, address, self.returning[_local(address)], to=sender) for address in back]
        # What came back is not sent back again (RFC 5321 4.5.5).
        return _TAKEN, [self.posted(each) for each in returns if sender]

    def _letter(self, name: str, address: str, text: str, answered: _Last | None) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["From"] = Address(name, addr_spec=address)
        letter["To"] = DESK
        letter["Subject"] = (
            _answering(answered.subject) if answered else " ".join(text.split()[:_SUBJECT_WORDS]).rstrip(",;:.")
        )
        letter["Date"] = format_datetime(clock.now())
        letter["Message-ID"] = f"<{secrets.token_hex(12)}@{HOST}>"
        if answered:
            letter.replace_header("To", answered.to)
            letter["In-Reply-To"] = answered.id
            letter["References"] = " ".join(answered.chain)
        letter.set_content("\n\n".join(filter(None, [text, answered.quote if answered else ""])))
        self._keep(address, letter, to=answered.to if answered else DESK)
        return letter

    def _last(self, address: str) -> _Last | None:
        kept = self.memory.get(address)
        return _Last(**kept) if kept else None

    def _keep(self, address: str, letter: EmailMessage, *, to: str, quote: str = "") -> None:
        chain = [*_chain(letter), _id(letter)]
        self.memory[address] = asdict(
            _Last(_id(letter), chain[-_LONGEST_CHAIN:], str(letter["Subject"] or ""), to, quote)
        )


def _name(address: str) -> str:
    """What somebody with this address is called. Raises CannotSay."""
    try:
        validate_email(address)
        address.encode("ascii")
    except (ValidationError, UnicodeError) as error:
        raise CannotSay(f"“{address}” is no address. Type /from wren@studio.example and what they write.") from error
    return _local(address).capitalize()


def _heard(letter: EmailMessage, reached: Sequence[str]) -> Heard:
    head = f"{letter['From']} to {', '.join(reached)}: {letter['Subject'] or ''}"
    return Heard(f"{head}\n{_words(letter)}", tuple(_files(letter)), _id(letter))


def _words(letter: EmailMessage) -> str:
    body = letter.get_body(("plain", "html"))
    return str(body.get_content()).strip() if body is not None else ""


def _files(letter: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for part in letter.walk():
        name = part.get_filename()
        if name and not part.is_multipart():
            body = part.get_payload(decode=True)
            yield name, body if isinstance(body, bytes) else b""


def _quoted(letter: EmailMessage) -> str:
    """The letter below the answer, as most mail programs put it."""
    sender = parseaddr(str(letter["From"]))[0] or str(letter["From"])
    lines = (f"> {line}".rstrip() for line in _words(letter).splitlines())
    return "\n".join([f"On {clock.now():%a, %d %b %Y at %H:%M}, {sender} wrote:", *lines])


def _answering(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _id(letter: EmailMessage) -> str:
    return str(letter["Message-ID"] or "").strip()


def _chain(letter: EmailMessage) -> list[str]:
    return str(letter["References"] or letter["In-Reply-To"] or "").split()


def _local(address: str) -> str:
    return address.partition("@")[0].partition("+")[0].lower()
