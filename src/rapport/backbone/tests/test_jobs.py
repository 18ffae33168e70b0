from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from rapport.backbone.jobs import bury, dead_letters, job, prune, redrive, run_pending
from rapport.backbone.jobs.leasing import Reaper, claim, renew
from rapport.backbone.jobs.settling import fail, finish
from rapport.backbone.models import Attempt
from rapport.backbone.tests import chores
from rapport.backbone.tests.undone import Undone, and_then_fail
from rapport.kit import clock

pytestmark = pytest.mark.django_db


@job
def break_a_rule() -> None:
    Attempt.objects.create(task_id=DBTaskResult.objects.first().pk)


def test_a_job_runs_once_and_is_over(paper):
    queued = chores.note.enqueue(paper.path, "hello")
    assert run_pending() == 1
    assert run_pending() == 0
    assert paper.lines == ["hello"]
    assert DBTaskResult.objects.get(pk=queued.id).status == TaskResultStatus.SUCCESSFUL


def test_calling_a_job_runs_it_here_and_now(paper):
    chores.note(paper.path, "by hand")
    chores.note.call(paper.path, "by name")
    assert paper.lines == ["by hand", "by name"]
    assert not DBTaskResult.objects.exists()


def test_a_rolled_back_transaction_drops_its_job(paper):
    with pytest.raises(Undone):
        and_then_fail(lambda: chores.note.enqueue(paper.path, "never"))
    assert run_pending() == 0
    assert paper.lines == []


def test_a_job_for_later_waits_until_then(paper):
    noon = datetime(2026, 11, 3, 12, tzinfo=UTC)
    with clock.frozen(noon):
        chores.note.at(noon + timedelta(minutes=10)).enqueue(paper.path, "later")
        assert run_pending() == 0
    with clock.frozen(noon + timedelta(minutes=10)):
        assert run_pending() == 1


def test_jobs_run_in_the_order_they_were_queued_and_urgent_ones_first(paper):
    for line in "abc":
        chores.note.enqueue(paper.path, line)
    chores.note.using(priority=50).enqueue(paper.path, "fire")
    chores.note.using(priority=-50).enqueue(paper.path, "dust")
    run_pending()
    assert paper.lines == ["fire", "a", "b", "c", "dust"]


def test_what_became_due_long_ago_goes_before_what_was_just_queued(paper):
    chores.note.at(clock.now() - timedelta(hours=1)).enqueue(paper.path, "overdue")
    chores.note.enqueue(paper.path, "new")
    assert run_pending() == 2
    assert paper.lines == ["overdue", "new"]


def test_a_clock_set_back_holds_up_no_job_that_may_run_at_once(paper):
    with clock.frozen(clock.now() + timedelta(hours=2)):
        chores.note.enqueue(paper.path, "from the future")
    assert run_pending() == 1


def test_many_jobs_for_later_do_not_hide_the_one_that_is_due(paper):
    later = [
        DBTaskResult(
            args_kwargs={"args": [], "kwargs": {}},
            task_path=chores.nothing.module_path,
            backend_name="default",
            run_after=clock.now() + timedelta(days=1),
        )
        for _ in range(2000)
    ]
    DBTaskResult.objects.bulk_create(later)
    chores.note.enqueue(paper.path, "now")
    assert run_pending() == 1
    assert paper.lines == ["now"]


def test_a_failing_job_is_tried_again_after_growing_waits_and_then_lies_with_the_dead_letters(paper):
    queued = chores.fail.enqueue(paper.path, "try")
    moment = clock.now()
    for _ in range(6):
        with clock.frozen(moment):
            run_pending()
        moment += timedelta(seconds=1)
    assert paper.lines == ["try"] * 4
    [letter] = dead_letters()
    assert str(letter.task_id) == queued.id
    assert letter.error == "RuntimeError: the lamp is broken"
    assert "chores.py" in letter.task.traceback
    assert letter.task.status == TaskResultStatus.FAILED


def test_waits_double_up_to_the_longest():
    waits = [chores.note.wait_after(attempt).total_seconds() for attempt in range(1, 14)]
    assert all(0.8 * 5 * 2**n <= wait <= 1.2 * 5 * 2**n for n, wait in enumerate(waits[:9]))
    assert all(0.8 * 3600 <= wait <= 1.2 * 3600 for wait in waits[10:])


def test_a_poison_job_does_not_hold_up_the_others(paper):
    chores.fail.enqueue(paper.path, "poison")
    for number in range(3):
        chores.note.enqueue(paper.path, f"well {number}")
    with clock.frozen(clock.now()):
        run_pending()
    assert paper.lines == ["poison", "well 0", "well 1", "well 2"]


def test_a_job_that_gives_up_is_not_tried_again(paper):
    chores.refuse.enqueue(paper.path)
    run_pending()
    assert paper.lines == ["refused"]
    assert dead_letters().get().error == "GiveUp: nobody wants this"


def test_a_job_that_the_code_no_longer_has_becomes_a_dead_letter(paper):
    queued = chores.note.enqueue(paper.path, "x")
    DBTaskResult.objects.filter(pk=queued.id).update(task_path="rapport.backbone.tests.chores.gone")
    run_pending()
    assert "gone" in dead_letters().get().error


def test_a_redriven_letter_has_all_its_tries_again(paper):
    chores.refuse.enqueue(paper.path)
    run_pending()
    letter = dead_letters().get()
    assert redrive(letter.task_id)
    assert not redrive(letter.task_id)
    assert not dead_letters().exists()
    run_pending()
    assert paper.lines == ["refused", "refused"]
    assert dead_letters().get().count == 1


def test_a_waiting_job_can_be_buried_by_hand(paper):
    queued = chores.note.enqueue(paper.path, "never")
    task = DBTaskResult.objects.get(pk=queued.id)
    assert bury(task.pk, reason="Omar stopped it.")
    assert not bury(task.pk, reason="twice")
    assert run_pending() == 0
    assert dead_letters().get().error == "Omar stopped it."


def test_strict_tests_see_the_error(paper):
    chores.fail.enqueue(paper.path, "loud")
    with pytest.raises(RuntimeError, match="broken"):
        run_pending(strict=True)


def test_a_failed_statement_in_a_job_leaves_the_surrounding_transaction_usable():
    chores.nothing.enqueue()
    run_pending()
    break_a_rule.enqueue()
    with pytest.raises(IntegrityError):
        run_pending(strict=True)
    assert Attempt.objects.count() == 2


def test_progress_shows_on_the_attempt():
    queued = chores.count_to.enqueue(40)
    run_pending()
    attempt = Attempt.objects.get(task_id=queued.id)
    assert (attempt.done, attempt.total) == (40, 40)


def test_a_worker_whose_lease_was_taken_cannot_finish_or_fail_the_job(paper):
    chores.note.enqueue(paper.path, "x")
    first = claim("slow worker")
    Attempt.objects.update(token="another")
    assert not finish(first)
    assert not fail(first, RuntimeError("late"))
    assert DBTaskResult.objects.get().status == TaskResultStatus.RUNNING


def test_a_claimed_job_is_not_claimed_again(paper):
    chores.note.enqueue(paper.path, "x")
    assert claim("one")
    assert claim("two") is None


def test_a_lease_that_nobody_renews_is_given_back():
    chores.nothing.enqueue()
    lease = claim("dead worker", lease=0.0)
    reaper = Reaper(lease=0.2)
    assert reaper.reap() == 0  # seen for the first time: it may be renewed in a moment
    pause(0.15)
    assert reaper.reap() == 1
    assert not finish(lease)
    assert claim("living worker").count == 2


def test_a_clock_set_forward_takes_no_lease_from_a_living_worker():
    chores.nothing.enqueue()
    lease = claim("living worker", lease=0.3)
    reaper = Reaper(lease=0.3)
    with clock.frozen(clock.now() + timedelta(hours=2)):
        for _ in range(6):
            assert reaper.reap() == 0
            pause(0.1)
            renew([lease.token], lease=0.3)
            # Each renewal by the same frozen clock would look unchanged.
            Attempt.objects.update(leased_until=clock.now() + timedelta(microseconds=_ + 1))
    assert finish(lease)


def test_a_clock_set_back_does_not_leave_a_dead_workers_job_for_hours():
    with clock.frozen(clock.now() + timedelta(hours=2)):
        chores.nothing.enqueue()
        claim("dead worker", lease=0.2)
    reaper = Reaper(lease=0.2)
    reaper.reap()
    pause(0.25)
    assert reaper.reap() == 1


def test_a_job_that_keeps_killing_its_worker_ends_as_a_dead_letter(paper):
    chores.die_at_once.enqueue(paper.path)
    reaper = Reaper(lease=0.02)
    moment = clock.now()
    for _ in range(5):
        moment += timedelta(seconds=10)
        with clock.frozen(moment):
            if claim("doomed", lease=0.0) is None:
                break
        reaper.reap()
        pause(0.03)
        with clock.frozen(moment + timedelta(seconds=1)):
            assert reaper.reap() == 1
    assert dead_letters().get().count == 3
    assert "without a word" in dead_letters().get().error


def test_finished_jobs_are_forgotten_and_dead_letters_are_kept(paper):
    chores.note.enqueue(paper.path, "done")
    chores.refuse.enqueue(paper.path)
    run_pending()
    with clock.frozen(clock.now() + timedelta(hours=2)):
        chores.nothing.enqueue()
        prune()
        assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"FAILED", "READY"}
        assert Attempt.objects.count() == 1
    with clock.frozen(clock.now() + timedelta(days=91)):
        prune()
        assert not dead_letters().exists()


def pause(seconds):
    import time

    time.sleep(seconds)
