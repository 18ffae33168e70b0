"""Pictures on other servers: fetched by us when Ada asks, and nothing of hers goes there."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rapport.conversations import actions
from rapport.conversations.models import PicturesWanted
from rapport.team.models import Team

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def shop(settings):
    """A web server of a sender's, and what it was asked."""
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            found = {
                "/a.png": (200, "text/html", PNG),
                "/page": (200, "image/png", b"<script>alert(1)</script>"),
                "/vector.svg": (200, "image/svg+xml", b"<svg onload='alert(1)'/>"),
                "/large.png": (200, "image/png", PNG + b"\0" * 11 * 1024 * 1024),
                "/inside": (302, "", b""),
            }
            status, kind, body = found.get(self.path, (404, "image/png", PNG))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Set-Cookie", "who=ada")
            if status == 302:
                self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    server.asked = asked
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def letter(write, shop):
    """A letter that shows what lies there under a path."""

    def written(path):
        html = f'<p>New lamps<img data-src="http://127.0.0.1:{shop.server_port}{path}" width="300"></p>'
        return write("New lamps", html=html).messages.get()

    return written


def test_the_picture_comes_through_us_and_takes_nothing_of_adas_along(ada, signed_in, letter, shop):
    answer = signed_in(ada).get(f"/pictures/{letter('/a.png').pk}/0", headers={"Referer": "http://desk.example/inbox/"})
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PNG, "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer
    [(_path, headers)] = shop.asked
    assert not {"Cookie", "Referer", "Authorization", "X-Forwarded-For", "Origin"} & set(headers)


@pytest.mark.parametrize("path", ["/page", "/vector.svg", "/large.png", "/missing.png", "/inside"])
def test_what_is_no_picture_is_not_passed_on(ada, signed_in, letter, path):
    answer = signed_in(ada).get(f"/pictures/{letter(path).pk}/0")
    assert (answer.status_code, answer.content) == (404, b"")


def test_nothing_inside_our_network_is_asked(ada, signed_in, letter, shop, settings):
    settings.PRIVATE_HOSTS_ALLOWED = []
    assert signed_in(ada).get(f"/pictures/{letter('/a.png').pk}/0").status_code == 404
    assert shop.asked == []


def test_only_what_a_letter_names_is_fetched_for_who_may_read_it(ada, omar, client, signed_in, letter, shop):
    message = letter("/a.png")
    assert signed_in(ada).get(f"/pictures/{message.pk}/1").status_code == 404
    assert client.get(f"/pictures/{message.pk}/0").status_code == 302
    actions.assign(message.conversation, to=None, team=Team.objects.create(name="Legal"), by=omar)
    assert signed_in(ada).get(f"/pictures/{message.pk}/0").status_code == 404
    assert signed_in(ada).post(f"/messages/{message.pk}/pictures").status_code == 404
    assert shop.asked == []


def test_ada_may_want_the_pictures_of_a_sender_always(ada, omar, signed_in, letter):
    message = letter("/a.png")
    adas, omars = signed_in(ada), signed_in(omar)
    page = f"/messages/{message.pk}/"
    assert "Always for kim@studio.example" in adas.get(page).content.decode()
    adas.post(f"{page}pictures")
    adas.post(f"{page}pictures")
    assert PicturesWanted.objects.get().agent == ada
    assert f'src="/messages/{message.pk}/body?images=1"' in adas.get(page).content.decode()
    assert "Stop showing images" in adas.get(page).content.decode()
    assert f'src="/messages/{message.pk}/body"' in omars.get(page).content.decode()
    adas.delete(f"{page}pictures")
    assert f'src="/messages/{message.pk}/body"' in adas.get(page).content.decode()
