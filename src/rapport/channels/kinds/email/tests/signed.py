"""Mails signed as their domains sign them, with keys made for the occasion."""

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@cache
def key():
    """A private key in PEM, and what its owner publishes."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def signed(mail, domain, *, selector="lamp", **options):
    """The mail with the signature of a domain before it."""
    names = [b"from", b"to", b"subject", b"date", b"message-id"]
    line = dkim.sign(mail, selector.encode(), domain.encode(), key()[0], include_headers=names, **options)
    return line + mail


def published(domain, *, selector="lamp"):
    return {(f"{selector}._domainkey.{domain}", "TXT"): [key()[1]]}
