"""Work that can wait: queued in the caller's transaction, run by a worker, at least once.

    @job
    def send(dispatch_id: int) -> None: ...

    @job(retries=12, first_wait=5, longest_wait=3600)
    def fetch(channel_id: int) -> None: ...

    @every(minutes=1)
    def sweep() -> None: ...

    send.enqueue(12)                      # runs when the transaction that queued it has committed
    send.at(clock.now() + ...).enqueue(12)
    send(12)                              # runs now, here

A job takes ids and is safe to repeat: the worker that ran it may die between its last line and our note of it.
It is tried again with growing waits, then it is on the list of `dead_letters()`, from where a person can `redrive` it.
Raise `GiveUp` when trying again cannot help. The tasks are Django's own, stored by django-tasks-db; `Attempt` adds
the rest.
"""

from rapport.backbone.jobs.burying import bury, dead_letters, redrive
from rapport.backbone.jobs.declaring import GiveUp, Job, every, job
from rapport.backbone.jobs.pruning import prune
from rapport.backbone.jobs.running import progress, run_pending

__all__ = ["GiveUp", "Job", "bury", "dead_letters", "every", "job", "progress", "prune", "redrive", "run_pending"]
