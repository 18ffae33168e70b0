"""DKIM (RFC 6376): a key of our own for each mailbox, the record that publishes it, and the signature of each mail."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dkim
import dns.exception
import dns.resolver
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils.translation import gettext as _

from rapport.channels.types import Check, DnsRecord

TIMEOUT = 4.0
_BITS = 2048
# What says who wrote what to whom, and (RFC 8058) how to get off a mailing.
_SIGNED = frozenset(
    b"from to cc reply-to subject date message-id in-reply-to references mime-version content-type "
    b"content-transfer-encoding list-unsubscribe list-unsubscribe-post auto-submitted".split()
)
_NAME = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)

LookUp = Callable[[str], Sequence[str]]


def new_signing(address: str) -> dict[str, Any]:
    """A fresh key for the domain of an address. Nothing is signed with it before `look_up` has found it published."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "domain": address.rpartition("@")[2].strip().lower().encode("idna").decode(),
        # A name of its own, so that the next key can be published beside this one.
        "selector": f"rapport-{secrets.token_hex(3)}",
        "key": private.decode(),
        "public": "".join(public.decode().splitlines()[1:-1]),
        "is_on": False,
    }


def record(signing: Mapping[str, Any]) -> DnsRecord:
    """What to publish. A DNS page splits the value by itself where it has to."""
    return DnsRecord(
        "TXT", f"{signing['selector']}._domainkey.{signing['domain']}", f"v=DKIM1; k=rsa; p={signing['public']}"
    )


def look_up(signing: Mapping[str, Any], texts: LookUp | None = None) -> Check:
    """Whether the world finds the key. Asks DNS, at most a few seconds; `texts` answers instead in a test."""
    wanted = record(signing)
    step = _("Find %(name)s") % {"name": wanted.name}
    try:
        found = (texts or _texts)(wanted.name)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Check(
            step, False, _("There is no such record yet. Publish it; others may take an hour to see what is new.")
        )
    except dns.exception.DNSException as error:
        said = " ".join(str(error).split())[:200]
        return Check(step, False, _("The name servers do not answer. Try again later. %(said)s") % {"said": said})
    keys = [_tags(text).get("p", "") for text in found]
    if signing["public"] in keys:
        return Check(step, True)
    return Check(step, False, _("There is a record, with another key. Replace its value by the one shown here."))


def signed(mail: bytes, signing: Mapping[str, Any]) -> bytes:
    """The mail with its signature in front, if the key is published."""
    if not signing.get("is_on"):
        return mail
    head = mail.partition(b"\r\n\r\n")[0]
    present = [name for name in (each.lower() for each in _NAME.findall(head)) if name in _SIGNED]
    header: bytes = dkim.sign(
        mail,
        str(signing["selector"]).encode(),
        str(signing["domain"]).encode(),
        str(signing["key"]).encode(),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=list(dict.fromkeys(present)),
    )
    return header + mail


def _texts(name: str) -> list[str]:
    answer = dns.resolver.resolve(name, "TXT", lifetime=TIMEOUT)
    return [b"".join(row.strings).decode("ascii", "replace") for row in answer]


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): re.sub(r"\s", "", value) for name, equals, value in pairs if equals}
