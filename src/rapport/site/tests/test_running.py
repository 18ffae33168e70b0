import http.client
import json
import signal
import socket
import time

import psutil
import pytest

from rapport.backbone.tests.listening import Browser
from rapport.site.tests import inside
from rapport.site.tests.running import installation, processes_of, worker_of
from tests.browser import seeding


@pytest.fixture(scope="module")
def running(tmp_path_factory, prepared):
    with prepared(tmp_path_factory.mktemp("running")) as made:
        made.people = made.call(seeding.cast)
        made.start()
        yield made


def get(running, path, method="GET", body=None, headers=()):
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
    connection.request(method, path, body=body, headers=dict(headers))
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


class Listening(Browser):
    """A browser with credentials."""

    def __init__(self, running, header, after):
        self.header = header
        super().__init__(running.port, words=f"x\r\n{header}", after=after)


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_it_says_where_it_answers(running):
    assert f"Rapport answers on {running.address}" in running.said()


def test_the_probes_answer(running):
    assert [get(running, path)[0].status for path in ("/healthz", "/readyz")] == [200, 200]


def test_a_stranger_hears_nothing(running):
    answer, body = get(running, "/live")
    assert (answer.status, body) == (401, b"Sign in first.")
    for header in ("Cookie: rapport_session=made-up", "Authorization: Bearer rpt_guess", "Cookie: =;;;"):
        name, _, value = header.partition(": ")
        assert get(running, "/live", headers=[(name, value)])[0].status == 401


def test_agents_hear_what_their_role_and_team_may_see(running):
    seat = running.call(inside.take_seats, ada="ada@lampwright.example", omar="omar@lampwright.example")
    with (
        Listening(running, f"Cookie: {seat['cookie']}", seat["position"]) as ada,
        Listening(running, f"Authorization: Bearer {seat['token']}", seat["position"]) as omar,
    ):
        running.call(inside.say, words=["team:7 see_everything", f"agent:{running.people['ada']}", "everyone"])
        heard = {
            "ada": [event.data["team"] for event in ada.wait_for(2)],
            "omar": [event.data["team"] for event in omar.wait_for(2)],
        }
    assert heard == {"ada": [2, 3], "omar": [1, 3]}


def test_static_files_come_compressed_and_stay_for_ever(running):
    manifest = json.loads((running.data / "static" / "staticfiles.json").read_text())
    name = next(final for name, final in manifest["paths"].items() if name.endswith(".css"))
    answer, body = get(running, f"/static/{name}", headers=[("Accept-Encoding", "gzip")])
    assert answer.status == 200
    assert answer.getheader("Content-Encoding") == "gzip"
    assert "immutable" in answer.getheader("Cache-Control")
    assert int(answer.getheader("Content-Length")) == len(body)
    again, _ = get(running, f"/static/{name}", headers=[("If-None-Match", answer.getheader("ETag"))])
    assert again.status == 304
    assert get(running, f"/static/{name}", "HEAD")[1] == b""
    assert get(running, "/static/none.css")[0].status == 404
    assert get(running, "/static/../rapport.sqlite3")[0].status in {400, 404}


def test_a_job_queued_by_one_process_is_run_by_the_worker(running, tmp_path):
    paper = tmp_path / "paper.txt"
    running.call(inside.note_later, path=str(paper), line="hello")
    assert wait_until(lambda: paper.exists() and paper.read_text() == "hello\n")


def test_idle_it_takes_far_less_memory_than_promised(running):
    wait_until(lambda: "starts with" in running.said())
    get(running, "/accounts/login/")
    used = sum(process.memory_full_info().pss for process in processes_of(running)) / 1024**2
    assert used < 350, f"{used:.0f} MB"


def test_slow_visitors_keep_nobody_waiting(running):
    """More of them than there are threads: some never end their request, some never read the answer."""
    slow = []
    for number in range(40):
        visitor = socket.create_connection(("127.0.0.1", running.port))
        if number % 2:
            visitor.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nlogin=")
        else:
            visitor.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            visitor.sendall(b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 5)
        slow.append(visitor)
    began = time.monotonic()
    for _ in range(5):
        assert get(running, "/accounts/login/")[0].status == 200
    assert time.monotonic() - began < 10
    for visitor in slow:
        visitor.close()


def test_a_worker_that_is_killed_is_begun_again(running):
    wait_until(lambda: worker_of(running))
    first = worker_of(running)
    first.kill()
    assert wait_until(lambda: worker_of(running) not in {None, first})


def test_check_finds_nothing_wrong_with_a_running_installation(running):
    wait_until(lambda: "starts with" in running.said())
    assert json.loads(running.run("check", "--json").stdout) == []


def test_a_port_that_is_taken_is_one_plain_sentence(running):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = running.run("web", "--port", str(port), check=False)
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used." in done.stderr
    assert "Traceback" not in done.stderr


def test_stopping_ends_everything_within_seconds_after_the_job_at_hand(tmp_path, prepared):
    paper = tmp_path / "paper.txt"
    with prepared(tmp_path / "data") as made:
        made.call(seeding.cast)
        cookie = made.call(inside.take_seats, ada="ada@lampwright.example", omar="omar@lampwright.example")["cookie"]
        made.start()
        processes = processes_of(made)
        streams = [Listening(made, f"Cookie: {cookie}", 0) for _ in range(20)]
        made.call(inside.dawdle, path=str(paper), seconds=1.5)
        assert wait_until(paper.exists)
        began = time.monotonic()
        made.stop(signal.SIGTERM)
        assert time.monotonic() - began < 8
        assert len(processes) == 2
        assert psutil.wait_procs(processes, timeout=5)[1] == []
        assert [line.split()[0] for line in paper.read_text().splitlines()] == ["begin", "end"]
        for stream in streams:
            stream.leave()
        began = time.monotonic()
        made.start()
        # Measured alone on two processors: 2.5 s. The bound leaves room for a machine that is busy with other tests.
        assert time.monotonic() - began < 20
        assert wait_until(lambda: worker_of(made))
        worker = worker_of(made)
        made.process.kill()
        made.process.wait()
        # A web server that is killed cannot end its worker; the worker notices.
        worker.wait(10)


def test_web_and_worker_alone_insist_on_their_tables(tmp_path):
    with installation(tmp_path) as made:
        for command in ("web", "worker"):
            done = made.run(command, check=False)
            assert done.returncode == 1
            assert "Run `rapport migrate` first." in done.stderr


def test_migrating_again_finds_nothing_to_do(tmp_path, prepared):
    with prepared(tmp_path / "data") as made:
        assert json.loads(made.run("migrate", "--json").stdout) == {"applied": [], "static_files_collected": False}
        assert made.run("migrate").stdout == "The database is up to date.\n"
        made.call(inside.note_later, path=str(tmp_path / "paper.txt"), line="hello")
        made.run("worker", "--until-idle")
        assert (tmp_path / "paper.txt").read_text() == "hello\n"
        made.call(inside.forget_a_migration)
        assert "lacks 1 migrations" in made.run("worker", check=False).stderr


def test_a_large_body_is_refused_before_it_takes_a_thread(running):
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
    connection.putrequest("POST", "/accounts/login/")
    connection.putheader("Content-Length", str(61 * 1024 * 1024))
    connection.endheaders(b"x" * 1000)
    assert connection.getresponse().status == 413
    connection.close()
