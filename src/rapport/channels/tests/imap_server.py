"""A small IMAP4rev1 server for tests, on a real socket: enough to sign in, look, fetch and flag, and to misbehave.

with imap_server() as server:
    server.deliver(b"From: ...")
    server.drop_at = {3}          # the connection breaks when the third message is fetched
    server.offers_idle = True     # it tells of new mail by itself
"""

import base64
import re
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from rapport.kit import clock


@dataclass
class Stored:
    uid: int
    body: bytes
    day: date
    flags: set[str] = field(default_factory=set)


class ImapServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = self.server_address[1]
        self.user, self.password, self.folder = "support", "open sesame", "INBOX"
        self.validity, self.next_uid = 1, 1
        self.messages: list[Stored] = []
        self.fetched: list[int] = []
        self.commands: list[str] = []
        # How it misbehaves: uids it breaks the connection at, or refuses to hand over; how often it still does.
        self.drop_at: set[int] = set()
        self.refuse: set[int] = set()
        self.drops_left = 10**9
        # When cleared, flags are not taken until it is set again; `store_reached` says that somebody is waiting there.
        self.hold_store, self.store_reached = threading.Event(), threading.Event()
        self.hold_store.set()
        self.offers_idle = False
        # Connections that wait in IDLE, and how often one began to.
        self.idling: set = set()
        self.idles = 0
        self.hang_up_in_idle = False
        # What an access token must be to get in, instead of a password; and the answer to a wrong one.
        self.token = ""
        self.signed_in_with: list[str] = []
        self.lock = threading.RLock()
        self.connections: set = set()

    def deliver(self, body: bytes, *, day: date | None = None) -> int:
        with self.lock:
            stored = Stored(self.next_uid, body, day or clock.now().date())
            self.next_uid += 1
            self.messages.append(stored)
            return stored.uid

    def expunge(self, uid: int) -> None:
        """Somebody else deletes it for good."""
        with self.lock:
            self.messages = [stored for stored in self.messages if stored.uid != uid]

    def hang_up(self) -> None:
        """Every connection breaks, as when the server is restarted."""
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def renumber(self) -> None:
        """What happens when a mailbox is restored: every message gets a new number, under a new UIDVALIDITY."""
        with self.lock:
            self.validity += 1
            self.next_uid = 1
            for stored in self.messages:
                stored.uid = self.next_uid
                self.next_uid += 1

    def flags_of(self, uid: int) -> set[str]:
        return next(stored.flags for stored in self.messages if stored.uid == uid)

    @property
    def settings(self) -> dict[str, object]:
        return {
            "incoming": "imap",
            "imap_host": "127.0.0.1",
            "imap_port": self.port,
            "imap_security": "plain",
            "imap_user": self.user,
            "imap_password": self.password,
            "imap_folder": self.folder,
            "mark_seen": True,
        }


class _Dropped(Exception):
    pass


class _Session(socketserver.StreamRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        self.server.connections.add(self.connection)
        self.signed_in = self.selected = False
        self.say("* OK IMAP4rev1 ready")
        try:
            while line := self.rfile.readline():
                tag, _, rest = line.decode(errors="replace").strip().partition(" ")
                self.server.commands.append(rest)
                if self.obey(tag, rest) == "bye":
                    return
        except (_Dropped, OSError):
            self.connection.close()
        finally:
            self.server.connections.discard(self.connection)

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def obey(self, tag: str, rest: str) -> str | None:
        name, _, arguments = rest.partition(" ")
        name = name.upper()
        if name == "UID":
            name, _, arguments = arguments.partition(" ")
            name = f"UID_{name.upper()}"
        method = getattr(self, f"do_{name.lower()}", None)
        if method is None:
            self.say(f"{tag} BAD unknown command")
            return None
        if name not in ("CAPABILITY", "LOGIN", "AUTHENTICATE", "LOGOUT", "NOOP") and not self.signed_in:
            self.say(f"{tag} NO sign in first")
            return None
        return method(tag, arguments)

    def do_capability(self, tag: str, _: str) -> None:
        idle, oauth = (" IDLE" if self.server.offers_idle else ""), (" AUTH=XOAUTH2" if self.server.token else "")
        self.say(f"* CAPABILITY IMAP4rev1 AUTH=PLAIN{oauth}{idle}")
        self.say(f"{tag} OK done")

    def do_noop(self, tag: str, _: str) -> None:
        self.say(f"{tag} OK done")

    def do_login(self, tag: str, arguments: str) -> None:
        self.sign_in(tag, *re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', arguments))

    def sign_in(self, tag: str, user: tuple[str, str], password: tuple[str, str]) -> None:
        self.signed_in = ("".join(user), "".join(password)) == (self.server.user, self.server.password)
        self.say(f"{tag} OK welcome" if self.signed_in else f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")

    def do_authenticate(self, tag: str, mechanism: str) -> None:
        self.say("+ ")
        if mechanism.upper() == "XOAUTH2":
            self.by_token(tag, base64.b64decode(self.rfile.readline()).decode())
            return
        _zone, user, password = base64.b64decode(self.rfile.readline()).decode().split("\0")
        self.sign_in(tag, (user, ""), (password, ""))

    def by_token(self, tag: str, said: str) -> None:
        user, _, token = said.strip("\1").removeprefix("user=").partition("\1auth=Bearer ")
        self.server.signed_in_with.append(token)
        self.signed_in = bool(self.server.token) and (user, token) == (self.server.user, self.server.token)
        if not self.signed_in:
            # As Google does it: the reason comes as a challenge, which the client answers by an empty line.
            self.say("+ " + base64.b64encode(b'{"status":"400","schemes":"Bearer"}').decode())
            self.rfile.readline()
        self.say(f"{tag} OK welcome" if self.signed_in else f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")

    def do_idle(self, tag: str, _: str) -> None:
        if not self.server.offers_idle:
            self.say(f"{tag} BAD unknown command")
            return
        known = len(self.server.messages)
        self.server.idles += 1
        self.server.idling.add(self)
        self.say("+ idling")
        try:
            if self.server.hang_up_in_idle:
                raise _Dropped
            while not select.select([self.connection], [], [], 0.02)[0]:
                if len(self.server.messages) > known:
                    known = len(self.server.messages)
                    self.say(f"* {known} EXISTS")
            if not self.rfile.readline():
                raise _Dropped
            self.say(f"{tag} OK done")
        finally:
            self.server.idling.discard(self)

    def do_select(self, tag: str, arguments: str) -> None:
        if arguments.strip('"') != self.server.folder:
            self.say(f"{tag} NO [NONEXISTENT] Unknown Mailbox: {arguments}")
            return
        self.selected = True
        self.say(r"* FLAGS (\Seen \Deleted)")
        self.say(f"* {len(self.server.messages)} EXISTS")
        self.say("* 0 RECENT")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] valid")
        self.say(f"* OK [UIDNEXT {self.server.next_uid}] next")
        self.say(f"{tag} OK [READ-WRITE] selected")

    do_examine = do_select

    def do_uid_search(self, tag: str, arguments: str) -> None:
        criteria = re.sub(r"^CHARSET \S+ ", "", arguments).strip("()")
        uids = [str(stored.uid) for stored in self.server.messages if self.matches(stored, criteria)]
        self.say(f"* SEARCH {' '.join(uids)}".rstrip())
        self.say(f"{tag} OK done")

    def matches(self, stored: Stored, criteria: str) -> bool:
        if criteria == "ALL":
            return True
        if found := re.fullmatch(r"SINCE (\S+)", criteria):
            return stored.day >= datetime.strptime(found.group(1) + " +0000", "%d-%b-%Y %z").date()
        if found := re.fullmatch(r"UID (\d+):\*", criteria):
            # As the standard has it, "n:*" holds the last message even when its number is below n.
            return stored.uid >= min(int(found.group(1)), max(other.uid for other in self.server.messages))
        raise AssertionError(f"this server does not know the search {criteria!r}")

    def do_uid_fetch(self, tag: str, arguments: str) -> None:
        numbers, _, what = arguments.partition(" ")
        wanted = {int(number) for number in numbers.split(",")}
        for place, stored in enumerate(list(self.server.messages), 1):
            if stored.uid not in wanted:
                continue
            if "RFC822.SIZE" in what:
                self.say(f"* {place} FETCH (UID {stored.uid} RFC822.SIZE {len(stored.body)})")
            elif stored.uid in self.server.refuse:
                self.say(f"{tag} NO [UNAVAILABLE] this message cannot be read")
                return
            else:
                self.hand_over(place, stored, what)
        self.say(f"{tag} OK done")

    def hand_over(self, place: int, stored: Stored, what: str) -> None:
        if stored.uid in self.server.drop_at and self.server.drops_left:
            self.server.drops_left -= 1
            self.wfile.write(b"* %d FETCH (UID %d BODY[] {%d}\r\nFrom: half" % (place, stored.uid, len(stored.body)))
            raise _Dropped
        self.server.fetched.append(stored.uid)
        body, where = stored.body, ""
        if piece := re.search(r"<(\d+)\.(\d+)>", what):
            begin, count = int(piece.group(1)), int(piece.group(2))
            body, where = body[begin : begin + count], f"<{begin}>"
        head = f"* {place} FETCH (UID {stored.uid} BODY[]{where} {{{len(body)}}}\r\n"
        self.wfile.write(head.encode() + body + b")\r\n")

    def do_uid_store(self, tag: str, arguments: str) -> None:
        self.server.store_reached.set()
        if not self.server.hold_store.wait(60):
            raise _Dropped
        numbers, _action, flags = arguments.split(" ", 2)
        for stored in self.server.messages:
            if str(stored.uid) in numbers.split(","):
                stored.flags.update(flags.strip("()").split())
        self.say(f"{tag} OK done")

    def do_logout(self, tag: str, _: str) -> str:
        self.say("* BYE see you")
        self.say(f"{tag} OK done")
        return "bye"


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    with ImapServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
