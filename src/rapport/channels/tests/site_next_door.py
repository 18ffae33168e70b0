"""Somebody else's site, on an origin of its own and with a strict content security policy, that has the chat in it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{before}</head>
<body><main><h1>{title}</h1><p><a href="/pricing">Prices</a> <button>Buy</button></p></main>
<script async src="{rapport}/widget.js" data-key="{key}"></script></body></html>"""


@contextmanager
def site(rapport: str, key: str) -> Iterator[str]:
    """Its address. Every path is a page of it; `/pricing` is called Prices."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            title = "Prices" if self.path.startswith("/pricing") else "The shop"
            body = PAGE.format(title=title, rapport=rapport, key=key, before="").encode()
            policy = f"default-src 'none'; script-src {rapport}; connect-src {rapport}; img-src {rapport} blob:"
            self.send_response(200)
            for name, value in (
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", policy),
                ("Cross-Origin-Embedder-Policy", "require-corp"),
                ("Content-Length", str(len(body))),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
