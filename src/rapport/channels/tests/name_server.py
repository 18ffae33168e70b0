"""A name server on this machine that knows a few names, and one that never answers."""

import socket
import threading
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


class NameServer:
    """`records` are {("_dmarc.shop.example", "TXT"): ["v=DMARC1; p=reject"]}; `asked` are the names so far."""

    def __init__(self, records=None, *, is_silent=False, rcode=dns.rcode.NXDOMAIN):
        self.records, self.is_silent, self.rcode = records or {}, is_silent, rcode
        self.asked = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def resolver(self):
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self._socket.getsockname()[1]
        return resolver

    def stop(self):
        self._stopping.set()
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while not self._stopping.is_set():
            try:
                question, caller = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            if not self.is_silent:
                self._socket.sendto(self._answer(dns.message.from_wire(question)).to_wire(), caller)

    def _answer(self, message):
        asked = message.question[0]
        name, kind = asked.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(asked.rdtype)
        self.asked.append((name, kind))
        answer = dns.message.make_response(message)
        answer.flags |= dns.flags.RA
        values = self.records.get((name, kind), [])
        if values:
            texts = [_quoted(value) if kind == "TXT" else value for value in values]
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *texts))
        elif not any(known == name for known, _kind in self.records):
            answer.set_rcode(self.rcode)
        return answer


def _quoted(value):
    pieces = [value[at : at + 200] for at in range(0, len(value), 200)]
    return " ".join(f'"{piece}"' for piece in pieces)


@contextmanager
def name_server(records=None, **options):
    """Everybody here asks this one while it runs."""
    server = NameServer(records, **options)
    before, dns.resolver.default_resolver = dns.resolver.default_resolver, server.resolver
    try:
        yield server
    finally:
        dns.resolver.default_resolver = before
        server.stop()
