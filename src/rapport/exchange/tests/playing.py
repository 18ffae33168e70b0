"""Other systems played on this machine: HTTP servers that speak as their documents say, over a socket."""

import json
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class Played:
    """A system with what it holds. `faults` are answers that the next requests get, in their order."""

    def __init__(self):
        self.lock = threading.RLock()
        self.asked = []
        self.faults = []
        self.ticks = 1_760_000_000_000
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def now(self):
        """Milliseconds; each change has one of its own, two minutes apart, so that no overlap hides a mistake."""
        self.ticks += 120_000
        return self.ticks

    def answer(self, method, path, query, body, headers):
        """(status, JSON, headers)"""
        raise NotImplementedError

    def _handler(played):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self):
                parts = urlsplit(self.path)
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                is_json = "json" in self.headers.get("Content-Type", "")
                body = json.loads(raw) if is_json and raw else dict(parse_qsl(raw.decode()))
                query = dict(parse_qsl(parts.query))
                with played.lock:
                    played.asked.append((self.command, parts.path, body))
                    status, said, headers = (
                        played.faults.pop(0)
                        if played.faults
                        else played.answer(self.command, parts.path, query, body, self.headers)
                    )
                    date = formatdate(played.ticks / 1000, usegmt=True)
                out = b"" if said is None else json.dumps(said).encode()
                self.send_response_only(status)
                for name, value in {"Date": date, "Content-Length": str(len(out)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(out)

            do_GET = do_POST = do_PATCH = do_PUT = _serve

            def log_message(self, *_all):
                pass

        return Handler
