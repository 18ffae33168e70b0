"""What Ada has to do, by when, and how often Kim is called on."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from rapport.backbone.events import Event
from rapport.backbone.jobs import run_pending
from rapport.customers import merging
from rapport.customers.errors import CannotArrange
from rapport.customers.lifecycle import moving
from rapport.customers.lifecycle.queries import stage_called
from rapport.customers.models import Customer, StartedChecklist, Task
from rapport.customers.tasks import checklists, doing, frequency, queries, reminding
from rapport.customers.tasks.checklists import Item
from rapport.customers.tasks.wording import due_in, title_and_due
from rapport.kit import clock
from rapport.team.models import Notification

pytestmark = pytest.mark.django_db

# A Monday.
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def day():
    with clock.frozen(NOON):
        yield


@pytest.fixture
def todo(ada):
    def made(title="Call", **said):
        return doing.add(title=title, by=said.pop("by", ada), **said)[0]

    return made


@pytest.mark.parametrize(
    ("text", "title", "due"),
    [("Call Kim in two weeks", "Call Kim", datetime(2026, 3, 16, 9, tzinfo=UTC)),
     ("Send the lamps tomorrow at 10", "Send the lamps", datetime(2026, 3, 3, 10, tzinfo=UTC)),
     ("Ask about the studio on Friday", "Ask about the studio", datetime(2026, 3, 6, 9, tzinfo=UTC)),
     ("两周后打电话", "打电话", datetime(2026, 3, 16, 9, tzinfo=UTC)),
     ("给金寄灯 明天下午3点", "给金寄灯", datetime(2026, 3, 3, 15, tzinfo=UTC)),
     ("Prepare lunch", "Prepare lunch", None),
     ("Order 40 lamps", "Order 40 lamps", None),
     ("Tomorrow", "Tomorrow", None)],
)  # fmt: skip
def test_a_task_is_written_as_it_is_said(text, title, due):
    assert title_and_due(text) == (title, due)


def test_a_moment_that_is_over_or_none_is_refused_in_words():
    assert due_in("") is None
    assert due_in("2026-03-09") == datetime(2026, 3, 9, 9, tzinfo=UTC)
    with pytest.raises(CannotArrange, match="over"):
        due_in("today at 9")
    with pytest.raises(CannotArrange, match="no moment"):
        due_in("whenever")


def test_tasks_lie_in_heaps_by_when_they_are_due(todo, ada):
    for title, hours in (("late", -1), ("today", 3), ("soon", 70), ("some time", 24 * 20)):
        todo(title, assignee=ada, due_at=NOON + timedelta(hours=hours))
    todo("whenever")
    found = {heap.key: [task.title for task in heap.tasks] for heap in queries.heaps(queries.visible_to(ada))}
    assert found == {
        "overdue": ["late"], "today": ["today"], "week": ["soon"], "later": ["some time"], "someday": ["whenever"],
    }  # fmt: skip
    assert queries.due_count(ada) == 2


def test_done_is_done_once_and_can_be_taken_back(todo, ada, omar):
    task = todo(due_at=NOON)
    doing.complete(task, by=ada)
    done = doing.complete(task, by=omar)
    assert (done.done_by, Event.objects.filter(name="TaskDone").count()) == (ada, 1)
    assert not doing.reopen(task, by=ada).is_done


@pytest.mark.parametrize(
    ("repeats", "due", "following"),
    [("day", NOON - timedelta(days=3), NOON + timedelta(days=1)),
     ("week", NOON, NOON + timedelta(days=7)),
     ("month", datetime(2026, 2, 28, 12, tzinfo=UTC), datetime(2026, 3, 28, 12, tzinfo=UTC)),
     ("month", datetime(2026, 3, 31, 12, tzinfo=UTC), datetime(2026, 4, 30, 12, tzinfo=UTC)),
     ("year", NOON, datetime(2027, 3, 2, 12, tzinfo=UTC))],
)  # fmt: skip
def test_what_repeats_is_there_again_and_goes_with_an_undo(todo, ada, repeats, due, following):
    task = todo(due_at=due, remind_at=due - timedelta(hours=1), repeats=repeats)
    done = doing.complete(task, by=ada)
    assert (done.following.due_at, done.following.remind_at) == (following, following - timedelta(hours=1))
    doing.reopen(done, by=ada)
    assert Task.objects.get() == task


def test_ada_is_told_of_a_task_from_omar_and_reminded_once(todo, ada, omar):
    task = todo("Call Kim", by=omar, assignee=ada, remind_at=NOON + timedelta(hours=1))
    assert Notification.objects.get(agent=ada).kind == "task_assigned"
    assert reminding.remind() == 0
    with clock.frozen(NOON + timedelta(hours=2)):
        assert (reminding.remind(), reminding.remind()) == (1, 0)
    reminder = Notification.objects.get(agent=ada, kind="task_reminder")
    assert reminder.place == f"task:{task.pk}"
    doing.complete(todo("Done", assignee=ada, remind_at=NOON), by=ada)
    assert reminding.remind() == 0


def test_the_bell_says_what_the_task_is(todo, ada, omar, kim, signed_in):
    todo("Call about the lamps", by=omar, assignee=ada, customer=kim)
    item = signed_in(ada).get("/api/v1/notifications").json()["items"][0]
    assert (item["said"], item["title"], item["who"]) == (
        "Omar Haddad gave you a task", "Call about the lamps", "Kim Park",
    )  # fmt: skip


def test_nobody_can_be_given_a_task_who_left(todo, omar):
    omar.deactivated_at = NOON
    omar.save()
    with pytest.raises(CannotArrange, match="does not work here"):
        todo(assignee=omar)


@pytest.mark.parametrize("has_heir", [True, False])
def test_what_ada_was_to_do_is_her_heirs_when_she_leaves_or_nobodys(todo, ada, omar, noor, has_heir):
    from rapport.backbone.events import announce
    from rapport.team.announcements import AgentDeactivated
    from rapport.team.models import Handover

    task, done = todo(assignee=ada), doing.complete(todo(assignee=ada), by=ada)
    way = {"way": "person", "heir": omar} if has_heir else {"way": "nobody"}
    handover = Handover.objects.create(agent=ada, by=noor, **way)
    announce(AgentDeactivated(ada.pk, by=noor.pk, handover=handover.pk))
    run_pending(strict=True)
    task.refresh_from_db()
    done.refresh_from_db()
    assert (task.assignee, done.assignee) == (omar if has_heir else None, ada)


# -- How often Kim is called on --------------------------------------------------------------------


def test_outreach_within_two_weeks_moves_to_the_first_free_day_and_says_why(todo, ada, kim):
    todo(kind="outreach", customer=kim, due_at=NOON)
    second, because = doing.add(title="Offer", kind="outreach", customer=kim, due_at=NOON + timedelta(days=3), by=ada)
    assert second.due_at == NOON + timedelta(days=14)
    assert "once in 14 days is enough" in because
    third, _because = doing.add(title="Offer", kind="outreach", customer=kim, due_at=NOON + timedelta(days=10), by=ada)
    assert third.due_at == NOON + timedelta(days=28)
    plain, because = doing.add(title="Call", kind="call", customer=kim, due_at=NOON, by=ada)
    assert (plain.due_at, because) == (NOON, "")


def test_outreach_before_a_planned_one_goes_behind_it(todo, ada, kim):
    todo(kind="outreach", customer=kim, due_at=NOON + timedelta(days=5))
    made, _because = doing.add(title="Offer", kind="outreach", customer=kim, due_at=NOON + timedelta(days=1), by=ada)
    assert made.due_at == NOON + timedelta(days=19)


def test_it_is_refused_where_the_company_wants_that(todo, kim):
    checklists.set_policy(is_on=True, every_days=7, too_soon="refuse")
    doing.complete(todo(kind="outreach", customer=kim, due_at=NOON), by=None)
    with pytest.raises(CannotArrange, match=r"Free from 03/09/2026|Free from"):
        todo(kind="outreach", customer=kim, due_at=NOON + timedelta(days=2))
    checklists.set_policy(is_on=False, every_days=7, too_soon="refuse")
    assert todo(kind="outreach", customer=kim, due_at=NOON + timedelta(days=2)).pk


def test_a_conversation_that_we_began_counts_and_one_that_kim_began_does_not(ada, kim, write, inbox):
    from rapport.conversations import actions
    from rapport.conversations.types import Writing

    write()
    assert frequency.may_contact(kim, NOON).is_allowed
    begun = actions.begin(kim, inbox=inbox, channel="email", subject="Offer", by=ada)
    actions.write(begun, writing=Writing(text="New lamps"), by=ada)
    answer = frequency.may_contact(kim, NOON + timedelta(days=1))
    assert (answer.is_allowed, answer.earliest) == (False, NOON + timedelta(days=14))
    assert frequency.may_contact(kim, NOON + timedelta(days=14)).is_allowed


def test_many_are_asked_in_as_many_queries_as_few(todo, kim):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    others = Customer.objects.bulk_create(Customer(name=f"N {n}") for n in range(40))
    for customer in others:
        todo(kind="outreach", customer=customer, due_at=NOON + timedelta(days=2))
    counts = []
    for some in ([kim], [kim, *others]):
        with CaptureQueriesContext(connection) as caught:
            answers = frequency.may_contact_many([each.pk for each in some], NOON)
        counts.append(len(caught))
    assert counts[0] == counts[1]
    assert [answer.is_allowed for answer in answers.values()] == [True, *[False] * 40]


# -- Checklists ------------------------------------------------------------------------------------


@pytest.fixture
def welcome(omar):
    items = [Item("Say hello", 0, "call"), Item("Ask how it goes", 7, whose="person", agent=omar)]
    return checklists.save(None, name="Welcome", items=items, stage=stage_called("new"))


def test_a_checklist_becomes_tasks_and_shows_how_far_it_is(welcome, kim, ada, omar):
    checklists.start(welcome, kim, by=ada)
    first, second = Task.objects.order_by("due_at")
    assert [(task.title, task.assignee) for task in (first, second)] == [("Say hello", ada), ("Ask how it goes", omar)]
    assert second.due_at == datetime(2026, 3, 9, 9, tzinfo=UTC)
    assert checklists.start(welcome, kim, by=ada) is None, "it is under way"
    doing.complete(first, by=ada)
    [started] = queries.started_for(kim)
    assert (started.done, started.total) == (1, 2)
    assert checklists.stop(started) == 1
    assert queries.started_for(kim) == []
    assert Task.objects.get() == first


def test_coming_into_a_stage_starts_it_once(welcome, kim, ada):
    moving.move(kim, to=stage_called("new"), by=ada)
    run_pending(strict=True)
    run_pending(strict=True)
    assert StartedChecklist.objects.get().customer == kim
    assert Task.objects.count() == 2


def test_what_is_under_way_goes_on_when_the_list_changes_or_goes(welcome, kim, ada):
    checklists.start(welcome, kim, by=ada)
    checklists.save(welcome, name="Welcome", items=[Item("Wave")])
    checklists.remove(welcome)
    assert Task.objects.count() == 2
    assert queries.started_for(kim)[0].name == "Welcome"


def test_tasks_and_lists_go_along_when_two_records_become_one(welcome, kim, ada):
    other = Customer.objects.create(name="Kim again")
    checklists.start(welcome, other, by=ada)
    merging.merge(other, into=kim, by=ada)
    assert kim.tasks.count() == 2
    assert kim.checklists.count() == 1


def test_a_script_adds_changes_and_finishes_a_task(ada, kim, signed_in):
    browser = signed_in(ada)
    said = {"title": "Offer", "kind": "outreach", "customer": kim.pk, "due_at": "2026-03-03T09:00:00Z"}
    made = browser.post("/api/v1/tasks", said, content_type="application/json")
    assert made.status_code == 201, made.content
    again = browser.post("/api/v1/tasks", said, content_type="application/json").json()
    assert (again["due_at"], bool(again["moved_because"])) == ("2026-03-17T09:00:00Z", True)
    here = f"/api/v1/tasks/{made.json()['id']}"
    changed = browser.patch(here, {"assignee": ada.pk, "due_at": None}, content_type="application/json").json()
    assert (changed["assignee"]["name"], changed["due_at"]) == ("Ada Lindqvist", None)
    assert browser.patch(here, {"assignee": 99999999}, content_type="application/json").status_code == 422
    nobodys = browser.post("/api/v1/tasks", said | {"customer": 99999999}, content_type="application/json")
    assert (nobodys.status_code, nobodys.json()["errors"][0]["field"]) == (422, "body.customer")
    assert browser.post(f"{here}/completion").json()["done_by"]["name"] == "Ada Lindqvist"
    assert browser.get("/api/v1/tasks?done=true").json()["items"][0]["id"] == made.json()["id"]
    assert browser.delete(f"{here}/completion").json()["done_at"] is None
    assert browser.delete(here).status_code == 204
    assert browser.get(here).status_code == 404


def test_a_task_is_put_off_as_it_is_said_and_that_is_taken_back(todo, ada, signed_in):
    task, browser = todo(due_at=NOON), signed_in(ada)
    browser.post(f"/tasks/{task.pk}/deferral", {"due": "in 2 weeks"})
    task.refresh_from_db()
    assert task.due_at.date() == (NOON + timedelta(days=14)).date()
    page = browser.get("/tasks/").content.decode()
    undo = page.partition('data-undo="')[2].partition('"')[0].replace("&amp;", "&")
    browser.post(undo)
    task.refresh_from_db()
    assert task.due_at == NOON


def test_a_task_without_a_day_is_without_one_again(todo, ada, signed_in):
    task = todo()
    answer = signed_in(ada).post(f"/tasks/{task.pk}/deferral", {"due": "tomorrow"}, headers={"HX-Request": "true"})
    told = json.loads(answer["HX-Trigger"])
    signed_in(ada).post(told["rapport:toast"]["undo"], headers={"HX-Request": "true"})
    task.refresh_from_db()
    assert task.due_at is None


def test_what_is_no_moment_moves_nothing_and_is_said(todo, ada, signed_in):
    task = todo(due_at=NOON)
    answer = signed_in(ada).post(f"/tasks/{task.pk}/deferral", {"due": "blue"}, headers={"HX-Request": "true"})
    assert "This is no moment that we know" in json.loads(answer["HX-Trigger"])["rapport:toast"]["text"]
    task.refresh_from_db()
    assert task.due_at == NOON


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_choice_of_later_is_a_moment(ada, signed_in, language):
    from django.utils import translation

    from rapport.customers.tasks.views import _later

    with translation.override(language):
        assert all(due_in(words) > NOON for words, _label in _later())
