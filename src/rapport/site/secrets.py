"""Keys of this installation, created on the first run and readable by its owner alone."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


def secret_key(directory: Path) -> str:
    return os.environ.get("RAPPORT_SECRET_KEY") or _kept(directory / "secret.key", secrets.token_urlsafe(50))


def encryption_keys(directory: Path) -> list[str]:
    """Fernet keys, newest first; all of them decrypt, the first one encrypts."""
    given = os.environ.get("RAPPORT_ENCRYPTION_KEYS")
    if given:
        return [key.strip() for key in given.split(",") if key.strip()]
    return _kept(directory / "encryption.key", Fernet.generate_key().decode()).split()


def vapid_key(directory: Path) -> str:
    """What browsers' push services know us by, as PEM. With another key every browser has to subscribe again."""
    given = os.environ.get("RAPPORT_VAPID_KEY")
    return given.replace("\\n", "\n") if given else _kept(directory / "vapid.key", _new_vapid_key())


def _new_vapid_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*form).decode()


def _kept(path: Path, fresh: str) -> str:
    """What the file holds; a new file gets `fresh`, written so that two processes starting at once agree."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(fresh)
        file.flush()
        os.fsync(file.fileno())
    return fresh
