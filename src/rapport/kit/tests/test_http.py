import gzip
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from rapport.kit import http
from rapport.kit.http import Refused, TooLarge, TooSlow, Unreachable, fetch, is_public


class Shop(BaseHTTPRequestHandler):
    """A web server with good and bad manners."""

    visits: ClassVar[list[str]] = []

    def do_GET(self):
        self.visits.append(self.path)
        getattr(self, f"serve_{self.path.split('/')[1].split('?')[0] or 'hello'}")()

    do_POST = do_GET

    def serve_hello(self):
        self._answer(200, b'{"lamp": 1}', "application/json")

    def serve_echo(self):
        self._answer(200, self.rfile.read(int(self.headers["Content-Length"])))

    def serve_broken(self):
        self._answer(500, b"broken")

    def serve_large(self):
        self._answer(200, b"x" * 300_000)

    def serve_bomb(self):
        self.send_response(200)
        body = gzip.compress(b"0" * 30_000_000)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def serve_slow(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        try:
            for _ in range(200):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    def serve_away(self):
        self.send_response(302)
        self.send_header("Location", self.path.partition("?to=")[2])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status, body, kind="text/plain"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def port():
    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def shop_is_allowed(settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["shop.example"]
    Shop.visits.clear()


def resolver(names):
    """A name server of our own; it counts how often it was asked."""

    def look_up(host, port):
        look_up.asked.append(host)
        if host not in names:
            raise OSError("Name or service not known")
        return names[host]

    look_up.asked = []
    return look_up


SHOP = resolver({"shop.example": ["127.0.0.1"]})


def test_an_answer_is_read_whole(port):
    answer = fetch("GET", f"http://shop.example:{port}/hello", resolver=SHOP)
    assert answer.status_code == 200
    assert answer.json() == {"lamp": 1}


def test_json_is_sent(port):
    answer = fetch("POST", f"http://shop.example:{port}/echo", json={"a": "ü"}, resolver=SHOP)
    assert answer.json() == {"a": "ü"}


def test_an_error_status_is_an_answer(port):
    assert fetch("GET", f"http://shop.example:{port}/broken", resolver=SHOP).status_code == 500


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::]", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254",
     "[fd00:ec2::254]", "[fe80::1]", "100.64.0.1", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "224.0.0.1",
     "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "255.255.255.255", "192.0.2.1"],
)  # fmt: skip
def test_no_address_inside_our_network_is_reached(port, host):
    with pytest.raises(Refused, match="inside this network"):
        fetch("GET", f"http://{host}:{port}/hello")
    assert Shop.visits == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_an_odd_spelling_of_our_own_address_reaches_nothing(port, host):
    with pytest.raises((Refused, Unreachable)):
        fetch("GET", f"http://{host}:{port}/hello")
    assert Shop.visits == []


def test_a_name_that_points_inside_is_refused(port):
    with pytest.raises(Refused, match="RAPPORT_ALLOWED_HOSTS"):
        fetch("GET", f"http://evil.example:{port}/", resolver=resolver({"evil.example": ["127.0.0.1", "10.1.2.3"]}))
    assert Shop.visits == []


@pytest.fixture
def a_guarded_attempt(stays_on_this_machine):
    """That test tries, on purpose, to leave; forget it before the suite's guard complains."""
    yield
    from tests import loopback

    loopback._attempts.clear()


@pytest.mark.usefixtures("a_guarded_attempt")
def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_checked(port):
    """DNS rebinding: the first answer is public, every later one is our own address."""
    answers = [["192.0.32.8"], ["127.0.0.1"], ["127.0.0.1"]]
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    with pytest.raises(Unreachable):  # the tests' own guard lets nobody reach 192.0.32.8
        fetch("GET", f"http://evil.example:{port}/hello", resolver=rebinding, seconds=2)
    assert asked == ["evil.example"]
    assert Shop.visits == []


def test_of_a_name_with_inside_and_outside_addresses_only_the_outside_is_tried(port):
    backend = http.GuardedBackend(deadline=0, resolver=resolver({"both.example": ["127.0.0.1", "8.8.8.8"]}))
    assert backend._checked("both.example", port) == ["8.8.8.8"]


def test_a_redirect_passes_the_same_door(port):
    with pytest.raises(Refused):
        fetch("GET", f"http://shop.example:{port}/away?to=http://127.0.0.1:{port}/hello", resolver=SHOP_AND_SYSTEM)
    assert [path.split("?")[0] for path in Shop.visits] == ["/away"]


def SHOP_AND_SYSTEM(host, port):
    return ["127.0.0.1"] if host == "shop.example" else http.resolve(host, port)


def test_a_redirect_to_an_allowed_place_is_followed(port):
    answer = fetch("GET", f"http://shop.example:{port}/away?to=/hello", resolver=SHOP)
    assert answer.json() == {"lamp": 1}
    again = fetch("GET", f"http://shop.example:{port}/away?to=/hello", resolver=SHOP, follow_redirects=False)
    assert again.status_code == 302


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://shop.example/", "gopher://shop.example/"])
def test_a_redirect_to_something_that_is_no_web_address_is_refused(port, target):
    with pytest.raises((Refused, Unreachable)):
        fetch("GET", f"http://shop.example:{port}/away?to={target}", resolver=SHOP)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://shop.example", "shop.example", "http://", "", "http://["])
def test_only_web_addresses_are_asked(url):
    with pytest.raises((Refused, Unreachable)):
        fetch("GET", url, resolver=SHOP)


def test_redirects_in_circles_end(port):
    with pytest.raises(Unreachable, match="circles"):
        fetch("GET", f"http://shop.example:{port}/away?to=/away?to=/away", resolver=SHOP)


def test_a_large_answer_is_not_read_to_its_end(port):
    with pytest.raises(TooLarge, match="more than 1000 bytes"):
        fetch("GET", f"http://shop.example:{port}/large", largest=1000, resolver=SHOP)


def test_a_packed_bomb_is_measured_unpacked(port):
    with pytest.raises(TooLarge):
        fetch("GET", f"http://shop.example:{port}/bomb", largest=1_000_000, resolver=SHOP)


def test_a_server_that_drips_is_left_in_time(port):
    began = time.monotonic()
    with pytest.raises(TooSlow, match=r"within 0\.5 seconds"):
        fetch("GET", f"http://shop.example:{port}/slow", seconds=0.5, resolver=SHOP)
    assert time.monotonic() - began < 2


def test_a_name_that_nobody_knows_is_unreachable():
    with pytest.raises(Unreachable, match="not known"):
        fetch("GET", "http://nowhere.example/", resolver=SHOP)


def test_a_closed_port_is_unreachable():
    with pytest.raises(Unreachable):
        fetch("GET", "http://shop.example:9/", resolver=SHOP, seconds=3)


def test_the_environments_proxy_is_not_asked(port, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert fetch("GET", f"http://shop.example:{port}/hello", resolver=SHOP).status_code == 200


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True), ("64:ff9b::808:808", True),
     ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("fe80::1%eth0", False), ("not an address", False)],
)  # fmt: skip
def test_what_is_public(address, public):
    assert is_public(address) is public
