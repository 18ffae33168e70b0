import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest


class Paper:
    """A file that jobs in any process write lines to."""

    def __init__(self, path):
        self.path = str(path)

    @property
    def lines(self):
        try:
            with open(self.path) as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def wait_for(self, count, *, seconds=15):
        deadline = time.monotonic() + seconds
        while len(self.lines) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.lines


@pytest.fixture
def paper(tmp_path):
    return Paper(tmp_path / "paper.txt")


@pytest.fixture
def at_work(transactional_db):
    """`with at_work(threads=2) as worker:` runs one in this process and stops it at the end."""
    from rapport.backbone.worker import Worker

    @contextmanager
    def start(**options):
        worker = Worker(**{"threads": 2, "schedules": False, **options})
        thread = threading.Thread(target=worker.run, name="worker")
        thread.start()
        try:
            yield worker
        finally:
            worker.stop()
            thread.join(20)
            assert not thread.is_alive()

    return start


_CHILD = """
import sys, django
django.setup()
from rapport.backbone.worker import Worker
Worker(threads=int(sys.argv[1]), lease=float(sys.argv[2]), until_idle=sys.argv[3] == "idle", schedules=False).run()
"""


@pytest.fixture
def worker_process(transactional_db):
    """A worker in a process of its own, on the test's database; killed at the end if it is still there."""
    begun = []

    def start(*, threads=1, lease=2.0, until_idle=False):
        command = [sys.executable, "-c", _CHILD, str(threads), str(lease), "idle" if until_idle else "stay"]
        process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": test_database_url()})
        begun.append(process)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_database_url():
    """The address by which another process reaches the database of this test."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


test_database_url.__test__ = False
