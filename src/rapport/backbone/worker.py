"""The worker: runs what is due in a few threads, keeps their leases, and takes over what dead workers left."""

import logging
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from django.db import Error, connection, transaction

from rapport.backbone.jobs import recurring, running
from rapport.backbone.jobs.choosing import is_anything_due
from rapport.backbone.jobs.declaring import JOBS
from rapport.backbone.jobs.leasing import BEATS_A_LEASE, LEASE, Lease, Reaper, claim, renew
from rapport.backbone.models import Heartbeat
from rapport.backbone.watching import Watcher, watch
from rapport.kit import clock

log = logging.getLogger("rapport.worker")

# What becomes due by the clock alone is found this much later at worst.
_LOOK_EVERY = 0.5
_SCHEDULE_EVERY = 1.0
ALIVE_EVERY = 15.0
_AFTER_AN_ERROR = 1.0
# How long a stopping worker waits for the jobs it is in. What does not end by then is another worker's to repeat.
PATIENCE = 8.0

T = TypeVar("T")


class Worker:
    """Runs jobs until it is stopped, or with `until_idle` until nothing is due; queues what recurs if it `schedules`.

    `run()` blocks; `stop()` may be called from a signal handler or another thread.
    """

    def __init__(
        self,
        *,
        threads: int = 4,
        until_idle: bool = False,
        schedules: bool = True,
        lease: float = LEASE,
        patience: float = PATIENCE,
    ) -> None:
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}"
        self.threads = threads
        self.until_idle = until_idle
        self.schedules = schedules
        self.lease = lease
        self.patience = patience
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._work = threading.Event()
        self._busy: set[str] = set()
        self._held: dict[str, Lease] = {}
        self._claims = 0
        self._reaper = Reaper(lease=lease)
        self._next_schedule = self._next_reap = 0.0

    def run(self) -> None:
        """Work until stopped; returns once the jobs at hand are done, or `patience` seconds later."""
        log.info("Worker %s starts with %d threads", self.name, self.threads)
        runners = [self._thread(self._run_jobs, f"job-{number}") for number in range(self.threads)]
        beating = self._thread(self._beat, "heartbeat")
        try:
            self._oversee()
        finally:
            self.stop()
            deadline = clock.monotonic() + self.patience
            for thread in runners:
                thread.join(max(0.0, deadline - clock.monotonic()))
            self._over.set()
            beating.join(1.0)
            connection.close()
        log.info("Worker %s has stopped", self.name)

    def stop(self) -> None:
        """Take no more jobs."""
        self._stopping.set()
        self._work.set()

    def _thread(self, target: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        return thread

    # -- The overseer: wakes the runners, queues what recurs, takes over what was lost ---------------

    def _oversee(self) -> None:
        watcher: Watcher | None = None
        idle_since_claim = -1
        try:
            while not self._stopping.is_set():
                watcher = watcher or self._patiently(lambda: watch(JOBS, self._stopping))
                is_due = self._patiently(self._look_around)
                if self.until_idle and is_due is False and not self._busy:
                    # Idle twice without a claim in between: nothing was queued by a job that just ended.
                    if idle_since_claim == self._claims:
                        return
                    idle_since_claim = self._claims
                elif watcher and is_due is not None:
                    watcher.wait(_LOOK_EVERY)
        finally:
            if watcher:
                watcher.close()

    def _look_around(self) -> bool:
        """Whether anything is due that a thread is free to take."""
        now = clock.monotonic()
        if self.schedules and now >= self._next_schedule:
            self._next_schedule = now + _SCHEDULE_EVERY
            recurring.schedule()
        if now >= self._next_reap:
            self._next_reap = now + self.lease / 10
            if lost := self._reaper.reap():
                log.warning("Took over %d jobs of a worker that is gone", lost)
        # When all are busy nobody needs waking: each looks for more when it is done.
        if len(self._busy) == self.threads or not is_anything_due():
            return False
        self._work.set()
        return True

    # -- The runners --------------------------------------------------------------------------------

    def _run_jobs(self) -> None:
        me = threading.current_thread().name
        _write_through(False)
        try:
            while not self._stopping.is_set():
                # Cleared before looking: work that arrives while we look sets it again.
                self._work.clear()
                self._busy.add(me)
                lease = self._patiently(self._claim)
                while lease:
                    # There may be more than one thread can do.
                    self._work.set()
                    lease = self._run(lease)
                self._busy.discard(me)
                self._work.wait(_LOOK_EVERY if self.until_idle else None)
        finally:
            connection.close()

    def _run(self, lease: Lease) -> Lease | None:
        """Run one job and note its end; the next one, claimed in the same transaction, which saves a disk sync."""
        self._held[lease.token] = lease
        self._claims += 1
        _write_through(True)
        error = running.attempt(lease)
        _write_through(False)

        def settle() -> Lease | None:
            with transaction.atomic():
                running.settle(lease, error)
                return None if self._stopping.is_set() else self._claim()

        try:
            return self._patiently(settle, insist=True)
        finally:
            self._held.pop(lease.token, None)

    def _claim(self) -> Lease | None:
        return claim(self.name, lease=self.lease)

    # -- Signs of life ------------------------------------------------------------------------------

    def _beat(self) -> None:
        next_alive = 0.0
        try:
            while True:
                if clock.monotonic() >= next_alive:
                    next_alive = clock.monotonic() + ALIVE_EVERY
                    self._patiently(self._say_alive)
                if self._over.wait(self.lease / BEATS_A_LEASE):
                    break
                if held := list(self._held):
                    self._patiently(partial(renew, held, lease=self.lease))
            self._patiently(lambda: Heartbeat.objects.filter(worker=self.name).delete())
        finally:
            connection.close()

    def _say_alive(self) -> None:
        Heartbeat.objects.update_or_create(worker=self.name, defaults={"at": clock.now()})

    def _patiently(self, action: Callable[[], T], *, insist: bool = False) -> T | None:
        """Do something in the database; while that is away, say so, wait and answer None.

        `insist` repeats it for as long as the lease would have lasted.
        """
        deadline = clock.monotonic() + self.lease
        while True:
            try:
                return action()
            except Error as error:
                log.warning("The database does not answer: %s", error)
                connection.close()
            self._over.wait(_AFTER_AN_ERROR)
            if not insist or clock.monotonic() > deadline:
                return None


def _write_through(is_durable: bool) -> None:
    """Whether SQLite waits for the disk at each commit of this thread.

    A job's own work has to survive a power cut. That it was claimed or done has not: at worst it runs again, which
    it must bear anyway, and not waiting triples the jobs a second.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute(f"PRAGMA synchronous={'FULL' if is_durable else 'NORMAL'}")
