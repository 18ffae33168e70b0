"""Encryption at rest with keys that can be changed: the newest encrypts, every kept one decrypts."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotDecrypt(Exception):
    """None of the configured keys opens this: a key that was in use is missing from RAPPORT_ENCRYPTION_KEYS."""

    def __init__(self) -> None:
        super().__init__(
            "This secret was encrypted with a key that is not here. "
            "Put the old key back behind the new one in RAPPORT_ENCRYPTION_KEYS."
        )


def encrypt(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text behind `encrypt`. Raises CannotDecrypt."""
    try:
        return _keys().decrypt(token.encode()).decode()
    except InvalidToken:
        raise CannotDecrypt from None


def rotate(token: str) -> str:
    """The same text under the newest key. Raises CannotDecrypt."""
    try:
        return _keys().rotate(token.encode()).decode()
    except InvalidToken:
        raise CannotDecrypt from None


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
