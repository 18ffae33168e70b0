"""What the environment may say. Every setting here is listed in `docs/reference/settings.md`."""

import difflib
import os
from pathlib import Path

KNOWN = {
    "RAPPORT_DATA": "where the database, stored files and keys live",
    "RAPPORT_BASE_URL": "the address people reach this installation by",
    "RAPPORT_SECRET_KEY": "signs sessions and links; created in the data directory when absent",
    "RAPPORT_ENCRYPTION_KEYS": "encrypt credentials at rest, newest first, comma separated",
    "RAPPORT_VAPID_KEY": "the PEM key that push services know us by; created in the data directory when absent",
    "RAPPORT_FILES_URL": "where stored files live: file:///path or s3://bucket/prefix",
    "RAPPORT_LANGUAGE": "the language of a visitor who has not chosen one: en or zh-hans",
    "RAPPORT_TIME_ZONE": "the company's time zone, such as Europe/Berlin",
    "RAPPORT_SMTP_LISTEN": "host:port on which incoming mail is accepted, smtp://host:port or lmtp://host:port",
    "RAPPORT_SMTP_CERTIFICATE": "the PEM file with its certificate; one is made in the data directory when absent",
    "RAPPORT_SMTP_KEY": "the PEM file with the certificate's key, if that is not in the same file",
    "RAPPORT_DEBUG": "developer mode: error pages with details, templates reloaded",
    "RAPPORT_OIDC": "company sign-in: https://CLIENT:SECRET@issuer.example, see the how-to",
    "RAPPORT_TRANSCRIBER": "what writes recordings of calls down, such as acme.speech.write_down",
    "RAPPORT_ALLOWED_HOSTS": "private hosts that webhooks and mailboxes may reach, comma separated",
}


class UnknownSetting(Exception):
    """A RAPPORT_* name that nothing reads, most likely a slip of the keyboard."""


def refuse_unknown(environ: "os._Environ[str] | dict[str, str]") -> None:
    """Raise UnknownSetting for the first RAPPORT_* name that is not known, naming the nearest one."""
    for name in sorted(environ):
        if name.startswith("RAPPORT_") and name not in KNOWN:
            nearest = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0)[0]
            raise UnknownSetting(f"{name} is not a setting of Rapport. Did you mean {nearest}?")


def data_directory() -> Path:
    """The directory that holds everything this installation must not lose; created when absent."""
    path = Path(os.environ.get("RAPPORT_DATA", "data")).resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path
