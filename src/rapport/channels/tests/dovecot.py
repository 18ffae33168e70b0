"""Debian's Dovecot for tests: a real IMAP server as a process of its own, with its own directory and ports.

with dovecot("support", "sales") as server:
    server.deliver("support", b"From: ...")
    server.settings("support")
"""

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rapport.channels.tests.certificates import self_signed
from tests.browser.installation import free_ports
from tools import servers

PASSWORD = "open sesame"

_CONFIG = """
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.pem
disable_plaintext_auth = no
auth_mechanisms = plain {mechanisms}
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {home}/users
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={home}/mail/%u
}}
"""
_UNPRIVILEGED = """
default_internal_user = {me}
default_internal_group = {group}
default_login_user = {me}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
"""
# Asks the token server whether a token is good, and whose it is.
_OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {home}/oauth2.conf
}}
"""


@dataclass
class Dovecot:
    """A running server. `port` speaks plainly and offers STARTTLS, `tls_port` TLS under `certificate`."""

    home: Path
    port: int
    tls_port: int
    process: subprocess.Popen

    @property
    def certificate(self) -> Path:
        return self.home / "server.pem"

    def settings(self, user: str) -> dict[str, object]:
        return {
            "incoming": "imap",
            "imap_host": "127.0.0.1",
            "imap_port": self.port,
            "imap_security": "plain",
            "imap_user": user,
            "imap_password": PASSWORD,
            "imap_folder": "INBOX",
            "mark_seen": True,
        }

    def deliver(self, user: str, body: bytes, *, folder: str = "INBOX") -> None:
        with self.mailbox(user) as box:
            status, said = box.append(folder, "", "", body)
            assert status == "OK", said

    @contextlib.contextmanager
    def mailbox(self, user: str) -> Iterator[imaplib.IMAP4]:
        """Somebody else's mail program in this mailbox."""
        box = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        try:
            box.login(user, PASSWORD)
            yield box
        finally:
            box.logout()

    def said(self) -> str:
        log = self.home / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)


def binary() -> str:
    """Where Dovecot is; skips the test where there is none, or one whose settings are written in another way."""
    found = servers.find()
    if not found:
        pytest.skip(servers.REMEDY)
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    if not version.startswith("2.3."):
        pytest.skip(f"these tests set up Dovecot 2.3, and this is {version.split(' ')[0]}")
    return found


@contextlib.contextmanager
def dovecot(*users: str, introspection_url: str = "", days: int = 30) -> Iterator[Dovecot]:
    """With an `introspection_url` one may sign in by XOAUTH2; its certificate is good for so many `days`."""
    program = binary()
    # Sockets have short names: not below pytest's own directories.
    home = Path(tempfile.mkdtemp(prefix="dc-"))
    try:
        server = _start(program, home, users, introspection_url, days)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _start(program: str, home: Path, users: tuple[str, ...], introspection_url: str, days: int) -> Dovecot:
    me = pwd.getpwuid(os.getuid()).pw_name
    owner = group = "mail"
    if os.getuid():
        owner, group = str(os.getuid()), str(os.getgid())
    port, tls_port = free_ports(2)
    (home / "mail").mkdir()
    (home / "run").mkdir()
    (home / "server.pem").write_bytes(self_signed("127.0.0.1", days=days))
    (home / "users").write_text("".join(f"{user}:{{PLAIN}}{PASSWORD}\n" for user in users))
    config = _CONFIG.format(
        home=home,
        port=port,
        tls_port=tls_port,
        owner=owner,
        group=group,
        mechanisms="xoauth2" * bool(introspection_url),
    )
    if os.getuid():
        config += _UNPRIVILEGED.format(me=me, group=grp.getgrgid(os.getgid()).gr_name)
    else:
        shutil.chown(home / "mail", "mail", "mail")
        home.chmod(0o755)
    if introspection_url:
        config += _OAUTH.format(home=home)
        (home / "oauth2.conf").write_text(
            f"introspection_mode = post\nintrospection_url = {introspection_url}\nusername_attribute = username\n"
            "active_attribute = active\nactive_value = true\n"
        )
    (home / "dovecot.conf").write_text(config)
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(
            [program, "-F", "-c", str(home / "dovecot.conf")], stdin=subprocess.DEVNULL, stderr=log
        )
    server = Dovecot(home, port, tls_port, process)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, imaplib.IMAP4.error), server.mailbox(users[0]):
            return server
        time.sleep(0.05)
    server.stop()
    raise AssertionError(f"Dovecot did not start:\n{server.said()}")
