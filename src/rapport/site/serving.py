"""The web server, and the worker process beside it."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import IO, Any

import uvicorn
from django.conf import settings

from rapport.kit import clock
from rapport.site.patience import PatientProtocol, allow_many_connections, look_at

log = logging.getLogger("rapport.serving")

# A stopping web server gives open requests this long; streams are closed at once.
_GRACE = 2
_WORKER_GRACE = 12
_LONGEST_WAIT = 30.0
_STEADY_AFTER = 60.0


class WebServer(uvicorn.Server):
    """uvicorn, which says when it answers, lets go of those who take for ever, and closes the event streams before it
    waits for connections to end."""

    def __init__(self, config: uvicorn.Config, *, on_ready: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self.on_ready = on_ready

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started and self.on_ready:
            self.on_ready()

    async def on_tick(self, counter: int) -> bool:
        # Ten times a second.
        if counter % 10 == 0:
            look_at(self.server_state.connections)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: Any = None) -> None:
        from rapport.site.asgi import live, visitors

        live.end()
        visitors.end()
        await super().shutdown(sockets)


def web_config(host: str, port: int, *, behind_proxy: str = "") -> uvicorn.Config:
    """`behind_proxy` lists the addresses whose X-Forwarded headers are believed; nobody's when empty."""
    return uvicorn.Config(
        "rapport.site.asgi:application",
        host=host,
        port=port,
        loop="uvloop",
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(behind_proxy),
        forwarded_allow_ips=behind_proxy or None,
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=30,
        backlog=2048,
    )


def serve(
    host: str,
    port: int,
    *,
    behind_proxy: str = "",
    with_worker: bool = True,
    on_ready: Callable[[], None] | None = None,
) -> bool:
    """Answer until a signal ends it, with a worker process beside it; False when the address could not be used."""
    allow_many_connections()
    server = WebServer(web_config(host, port, behind_proxy=behind_proxy), on_ready=on_ready)
    worker = WorkerProcess() if with_worker else None
    # uvicorn repeats the signal that ended it; by then we want to end the worker rather than ourselves.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _ignore)
    if worker:
        worker.start()
    try:
        server.run()
    except SystemExit:  # uvicorn's way to say that the address is taken; it has logged why
        return False
    finally:
        if worker:
            worker.end()
    return server.started


class WorkerProcess(threading.Thread):
    """Keeps `rapport worker` running as a child: begun again when it dies, ended with this process however that ends.

    The child reads a pipe that only this process holds open: when even SIGKILL ends us, it reads the end of it.
    """

    def __init__(self) -> None:
        super().__init__(name="worker-process", daemon=True)
        self._ending = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        wait = 0.5
        while not self._ending.is_set():
            began = clock.monotonic()
            code = self._live_once()
            if self._ending.is_set():
                return
            wait = 0.5 if clock.monotonic() - began > _STEADY_AFTER else min(_LONGEST_WAIT, wait * 2)
            log.warning("The worker ended with code %s; it starts again in %.0f s", code, wait)
            self._ending.wait(wait)

    def end(self) -> None:
        """Ask the child to finish its jobs; insist after a while."""
        with self._lock:
            self._ending.set()
            child = self._child
        if child is None:
            return
        with suppress(ProcessLookupError):
            child.terminate()
        try:
            child.wait(_WORKER_GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _live_once(self) -> int | None:
        command = [sys.executable, "-m", "rapport", "--data", str(settings.DATA), "worker", "--until-stdin-closes"]
        with self._lock:
            if self._ending.is_set():
                return None
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603
        with self._child as child:
            return child.wait()


def end_with_stdin(end: Callable[[], None], stdin: IO[bytes] | None = None) -> None:
    """Call `end` when standard input closes, which is when the process that began us is gone."""

    def wait() -> None:
        descriptor = (stdin or sys.stdin.buffer).fileno()
        with suppress(OSError):
            while os.read(descriptor, 1024):
                pass
        end()

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()


def on_signals(end: Callable[[], None]) -> None:
    """Call `end` on SIGTERM and SIGINT."""

    def handle(number: int, frame: FrameType | None) -> None:
        end()

    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, handle)


def _ignore(number: int, frame: FrameType | None) -> None:
    """Nothing: whoever asked is already being obeyed."""
