"""Moving in survives whatever happens to it: it goes on where it stood, waits, pauses, and can be taken back."""

import pytest

pytestmark = pytest.mark.django_db


def counts():
    from rapport.automation.models import Macro
    from rapport.backbone.models import StoredFile
    from rapport.conversations.models import Conversation, Message
    from rapport.customers.models import Company, Customer

    return [model.objects.count() for model in (Conversation, Message, Customer, Company, Macro, StoredFile)]


def test_a_move_that_breaks_off_goes_on_where_it_stood(zendesk, moved, prepared, noor, monkeypatch):
    from rapport.exchange.moving_in import running, starting
    from rapport.exchange.moving_in.writing import conversations

    class Killed(BaseException):
        pass

    move = prepared("zendesk", zendesk)
    starting.begin(move, by=noor, queued=False)
    whole = conversations._arrange

    def dies(*_said):
        raise Killed

    monkeypatch.setattr(conversations, "_arrange", dies)
    move.refresh_from_db()
    with pytest.raises(Killed):
        running.work(move, seconds=60)
    # The chunk is gone as a whole; the customers before it stay.
    assert counts()[:3] == [0, 0, 2]
    monkeypatch.setattr(conversations, "_arrange", whole)
    asked = len(zendesk.asked)
    move.refresh_from_db()
    assert running.work(move, seconds=60) == running.After.OVER
    assert counts()[:2] == [2, 5]
    assert not [path for path in zendesk.asked[asked:] if "incremental/users" in path]


def test_two_workers_at_once_write_nothing_twice(zendesk, prepared, noor):
    from rapport.exchange.moving_in import running, starting
    from rapport.exchange.moving_in.models import MoveIn

    move = prepared("zendesk", zendesk)
    starting.begin(move, by=noor, queued=False)
    one, other = MoveIn.objects.get(pk=move.pk), MoveIn.objects.get(pk=move.pk)
    assert running.work(one, seconds=0) == running.After.AGAIN
    # The other read the same page, and finds that somebody was faster.
    assert running.work(other, seconds=60) == running.After.OVER
    move.refresh_from_db()
    assert move.state == "moving"
    assert running.work(MoveIn.objects.get(pk=move.pk), seconds=60) == running.After.OVER
    assert counts()[:2] == [2, 5]


def test_a_paused_move_stands_still_and_goes_on(zendesk, prepared, noor):
    from rapport.backbone.jobs import run_pending
    from rapport.exchange.moving_in import running, starting

    move = prepared("zendesk", zendesk)
    starting.begin(move, by=noor, queued=False)
    move.refresh_from_db()
    running.work(move, seconds=0)
    starting.pause(move)
    assert running.work(move, seconds=60) == running.After.OVER
    assert counts()[0] == 0
    starting.begin(move, by=noor)
    run_pending(strict=True)
    move.refresh_from_db()
    assert (move.state, counts()[0]) == ("done", 2)
    # What came before the pause is not counted once more.
    assert move.counts["companies"] == {"new": 2, "same": 0, "total": 2}


def test_a_desk_that_does_not_answer_is_tried_for_a_while(zendesk, prepared, noor, monkeypatch):
    from rapport.exchange.moving_in import reaching, running, starting
    from rapport.exchange.moving_in.tests.desks.base import Refusal

    monkeypatch.setattr(reaching, "_sleep", lambda _seconds: None)
    zendesk.broken_paths["incremental/organizations"] = Refusal(503, {})
    move = prepared("zendesk", zendesk)
    starting.begin(move, by=noor, queued=False)
    for _turn in range(running.MOST_FAILURES - 1):
        move.refresh_from_db()
        assert running.work(move, seconds=60) == running.After.WAITING
    move.refresh_from_db()
    assert running.work(move, seconds=60) == running.After.OVER
    move.refresh_from_db()
    assert move.state == "failed"
    assert "has trouble of its own" in move.problem


def test_a_lost_job_is_started_anew(zendesk, prepared, noor):
    from datetime import timedelta

    from rapport.backbone.jobs import run_pending
    from rapport.exchange.moving_in import running, starting
    from rapport.exchange.moving_in.models import MoveIn
    from rapport.kit import clock

    move = prepared("zendesk", zendesk)
    starting.begin(move, by=noor, queued=False)
    MoveIn.objects.filter(pk=move.pk).update(touched_at=clock.now() - timedelta(minutes=6))
    running.wake_moves()
    run_pending(strict=True)
    move.refresh_from_db()
    assert move.state == "done"
    MoveIn.objects.filter(pk=move.pk).update(state="moving", touched_at=clock.now() - timedelta(hours=25))
    running.wake_moves()
    move.refresh_from_db()
    assert move.state == "failed"
    assert "tried for a day" in move.problem


def test_an_undoing_of_long_after_is_not_given_up(zendesk, moved, noor):
    from datetime import timedelta

    from rapport.backbone.jobs import run_pending
    from rapport.exchange.moving_in import running, starting
    from rapport.exchange.moving_in.models import MoveIn
    from rapport.kit import clock

    move = moved("zendesk", zendesk)
    MoveIn.objects.update(touched_at=clock.now() - timedelta(days=3))
    starting.begin_undoing(move, by=noor)
    running.wake_moves()
    run_pending(strict=True)
    move.refresh_from_db()
    assert move.state == "undone"
    MoveIn.objects.update(state="done", begun_at=clock.now(), touched_at=clock.now() - timedelta(days=31))
    with pytest.raises(starting.NotNow):
        starting.begin_undoing(move, by=noor)


def test_looking_around_writes_nothing(zendesk, prepared):
    from rapport.backbone.jobs import run_pending
    from rapport.exchange.moving_in import starting

    move = prepared("zendesk", zendesk)
    before = counts()
    starting.look(move)
    run_pending(strict=True)
    move.refresh_from_db()
    assert (move.state, counts()) == ("draft", before)
    seen = move.preview["conversations"]
    assert seen["total"] == 4
    assert seen["things"][0]["title"] == "The lamp flickers"
    assert "Closed" in seen["things"][0]["detail"]
    assert "4 messages" in seen["things"][0]["detail"]
    assert seen["broken"]
    assert [each["title"] for each in move.preview["companies"]["things"]] == ["Studio North", "Harbour Café"]


def test_a_move_is_taken_back_but_for_what_somebody_touched(zendesk, moved, noor, ada):
    from rapport.backbone.jobs import run_pending
    from rapport.conversations.actions import write_note
    from rapport.conversations.models import Conversation
    from rapport.conversations.searching import find, read
    from rapport.exchange.moving_in import starting

    before = counts()
    move = moved("zendesk", zendesk)
    kept = Conversation.objects.get(formerly="Zendesk 4712")
    write_note(kept, text="I look into it.", by=ada)
    starting.begin_undoing(move, by=noor)
    run_pending(strict=True)
    move.refresh_from_db()
    assert move.state == "undone"
    assert list(Conversation.objects.all()) == [kept]
    assert find(noor, read(noor, "flickers")).hits == []
    # Whoever wrote it stays with it, and so does their company.
    assert counts()[1:] == [2, 1, 1, *before[4:]]
    # It can be done once more, and the one that stayed is known no longer as theirs.
    again = moved("zendesk", zendesk)
    assert again.state == "done"


def test_customers_who_were_here_before_stay(zendesk, moved, noor):
    from rapport.backbone.jobs import run_pending
    from rapport.customers.actions import meet
    from rapport.customers.models import Customer, IdentityKind
    from rapport.exchange.moving_in import starting

    known = meet(kind=IdentityKind.EMAIL, value="kim@studio-north.example", name="Kimberly", verified=True)
    move = moved("zendesk", zendesk)
    known.refresh_from_db()
    assert (known.name, known.phone) == ("Kimberly", "+46701234567")
    assert known.conversations.count() == 1
    starting.begin_undoing(move, by=noor)
    run_pending(strict=True)
    assert list(Customer.objects.all()) == [known]


def test_what_the_database_does_not_take_holds_up_nothing(zendesk, moved, monkeypatch):
    from rapport.exchange.moving_in.writing import conversations

    whole = conversations._message

    def picky(one, *said):
        if one.said.key == "5":
            raise ValueError("not this one")
        return whole(one, *said)

    monkeypatch.setattr(conversations, "_message", picky)
    move = moved("zendesk", zendesk)
    assert move.counts["conversations"]["new"] == 1
    assert sorted(move.problems.values_list("key", flat=True)) == ["4712", "4713"]


def test_a_file_that_is_gone_is_told_and_its_letter_comes(zendesk, moved):
    from rapport.conversations.models import Attachment
    from rapport.exchange.moving_in.tests.desks.base import Refusal

    zendesk.broken_paths["/attachments/token/def"] = Refusal(404, {})
    zendesk.data["comments"]["4711"][0]["attachments"][0]["size"] = 30 * 1024 * 1024
    move = moved("zendesk", zendesk)
    assert not Attachment.objects.exists()
    told = dict(move.problems.filter(key__startswith="4711").values_list("key", "problem"))
    assert "larger than 25 MB" in told["4711/lamp.png"]
    assert "did not come" in told["4711/label.pdf"]


def test_the_token_goes_to_nobody_else(zendesk, moved):
    from rapport.exchange.moving_in.reaching import Door
    from rapport.exchange.moving_in.tests.desks.base import Desk, running

    class Thief(Desk):
        payload = "zendesk.json"

        def take(self, method, target, headers, body):
            self.asked.append(headers)
            return 200, {}, b"{}"

    with running(Thief) as thief:
        door = Door(zendesk.address, {"Authorization": "Basic s3cret"})
        door.bytes_of(f"{thief.address}/picture.png", largest=1000)
        assert "authorization" not in thief.asked[0]
