"""STARTTLS for the mail server: the certificate of the installation, else one that it makes for itself.

Servers that pass mail on encrypt with any certificate (RFC 7435): a self-made one keeps out whoever only listens.
"""

import ssl
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from rapport.kit import clock

_DAYS = 3650
_RENEWED_BEFORE = timedelta(days=365)


class Encryption:
    """A context whose certificate is read anew when its file changes, as programs that renew one expect."""

    def __init__(self) -> None:
        self._certificate, self._key = _files()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._read_at: tuple[float, float] | None = None
        self.refresh()

    def refresh(self) -> None:
        """Raises ImproperlyConfigured at the start; later a broken file leaves the old certificate in use."""
        try:
            changed = (self._certificate.stat().st_mtime, self._key.stat().st_mtime)
            if changed == self._read_at:
                return
            self.context.load_cert_chain(self._certificate, self._key)
        except (OSError, ssl.SSLError) as error:
            if self._read_at is not None:
                return
            raise ImproperlyConfigured(
                f"The certificate {self._certificate} and its key {self._key} cannot be used: {error}. "
                "Set RAPPORT_SMTP_CERTIFICATE and RAPPORT_SMTP_KEY to PEM files that belong together, or neither."
            ) from error
        self._read_at = changed


def _files() -> tuple[Path, Path]:
    certificate, key = str(settings.SMTP_CERTIFICATE), str(settings.SMTP_KEY)
    if certificate:
        # Many programs keep both in one file.
        return Path(certificate), Path(key or certificate)
    made = Path(settings.DATA) / "smtp.pem"
    if not _is_good(made):
        _make(made)
    return made, made


def _is_good(path: Path) -> bool:
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return False
    return found.not_valid_after_utc > clock.now() + _RENEWED_BEFORE


def _make(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rapport")])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    fresh.replace(path)
