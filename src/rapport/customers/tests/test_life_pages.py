"""The pages of the life cycle, tasks, checklists and consent."""

from datetime import UTC, datetime

import pytest

from rapport.backbone.jobs import run_pending
from rapport.customers.consent.models import ConsentRecord, Purpose
from rapport.customers.lifecycle.models import LifeCycle, Stage, StageEntry, StageRule
from rapport.customers.lifecycle.queries import stages, standing_of
from rapport.customers.models import Checklist, OutreachPolicy, StartedChecklist, Task
from rapport.customers.tasks.doing import add
from rapport.kit import clock

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


# -- The life cycle --------------------------------------------------------------------------------


def test_an_empty_page_says_what_to_do(omar, ada, signed_in):
    assert "Set up the life cycle" in text(signed_in(omar).get("/customers/life-cycle/"))
    page = text(signed_in(ada).get("/customers/life-cycle/"))
    assert "Nobody stands in a stage yet" in page
    assert "Set up the life cycle" not in page


def test_omar_turns_it_on_has_everybody_moved_and_sees_where_they_stand(omar, kim, write, signed_in):
    write()
    browser = signed_in(omar)
    assert "1 customer would move" in text(browser.get("/settings/life-cycle/?try=1"))
    browser.post("/settings/life-cycle/", {"is_on": "on", "hand_days": "14"})
    assert (LifeCycle.objects.get().is_on, LifeCycle.objects.get().hand_days) == (True, 14)
    browser.post("/settings/life-cycle/", {"run": "1"})
    run_pending(strict=True)
    assert standing_of(kim).stage.key == "new"
    page = text(browser.get("/customers/life-cycle/"))
    assert "Where customers stand" in page
    assert "Who stayed" in page
    assert "Last time 1 customers were looked at" in text(browser.get("/settings/life-cycle/"))


def test_omar_builds_a_rule_counts_and_saves_it(omar, kim, signed_in):
    browser = signed_in(omar)
    said = {
        "name": "Old friends", "stage": "loyal", "origin": ["-", "lead"], "is_on": "on",
        "signal": ["known", ""], "test": ["at_least", "at_least"], "than": ["0", ""], "days": ["", ""],
    }  # fmt: skip
    counted = browser.post("/settings/life-cycle/rules/new/", {**said, "try": "1"})
    assert "1 customer would move" in text(counted)
    assert not StageRule.objects.filter(name="Old friends").exists()
    assert browser.post("/settings/life-cycle/rules/new/", said).status_code == 302
    rule = StageRule.objects.get(name="Old friends")
    assert (rule.origins, rule.conditions[0]["signal"]) == (["", "lead"], "known")
    here = f"/settings/life-cycle/rules/{rule.pk}/"
    assert "Old friends" in text(browser.get(here))
    wrong = browser.post(here, {**said, "than": ["many", ""]})
    assert (wrong.status_code, "Give a number" in text(wrong)) == (422, True)
    before = rule.position
    browser.post(f"{here}step", {"to": "up"})
    rule.refresh_from_db()
    assert rule.position == before - 1
    browser.post(f"{here}step", {"to": "away"})
    assert not StageRule.objects.filter(pk=rule.pk).exists()


def test_omar_names_stages_his_way(omar, signed_in):
    browser = signed_in(omar)
    stages()
    browser.post("/settings/life-cycle/stages/new/", {"name": "On holiday", "tone": "warn", "is_active": "on"})
    made = Stage.objects.get(key="on_holiday")
    here = f"/settings/life-cycle/stages/{made.pk}/"
    assert browser.get(here).status_code == 200
    browser.post(here, {"name": "Away", "description": "Back in autumn", "tone": "bad"})
    made.refresh_from_db()
    assert (made.label, made.about, made.tone, made.is_active) == ("Away", "Back in autumn", "bad", False)
    browser.post(f"{here}step", {"to": "away"})
    assert not Stage.objects.filter(pk=made.pk).exists()
    assert browser.post("/settings/life-cycle/stages/new/", {"name": " "}).status_code == 422


def test_ada_moves_kim_and_takes_it_back(ada, kim, signed_in):
    browser = signed_in(ada)
    moved = browser.post(f"/customers/{kim.pk}/stage", {"stage": "at_risk"}, follow=True)
    assert "Moved to At risk." in text(moved)
    entry = StageEntry.objects.get()
    assert browser.post(f"/stage-entries/{entry.pk}/undoing", HTTP_HX_REQUEST="true").status_code == 204
    assert standing_of(kim) is None
    assert browser.post(f"/customers/{kim.pk}/stage", {"stage": "moon"}).status_code == 302


# -- Tasks -----------------------------------------------------------------------------------------


def test_ada_adds_a_task_as_she_says_it_and_does_it(ada, kim, signed_in):
    browser = signed_in(ada)
    with clock.frozen(datetime(2026, 3, 2, 12, tzinfo=UTC)):
        browser.post(f"/customers/{kim.pk}/tasks", {"title": "Call in two weeks"})
        task = Task.objects.get()
        assert (task.title, task.customer, task.assignee) == ("Call", kim, ada)
        assert task.due_at == datetime(2026, 3, 16, 9, tzinfo=UTC)
        page = text(browser.get("/tasks/"))
        assert "Kim Park" in page
        done = browser.post(f"/tasks/{task.pk}/completion", HTTP_HX_REQUEST="true")
        assert f"/tasks/{task.pk}/reopening" in done["HX-Trigger"]
        assert "1 done within a week" in text(browser.get("/tasks/"))
        browser.post(f"/tasks/{task.pk}/reopening", HTTP_HX_REQUEST="true")
        task.refresh_from_db()
        assert task.done_at is None


def test_without_a_script_a_form_brings_one_back_where_one_was(ada, kim, signed_in):
    browser = signed_in(ada)
    task, _because = add(title="Call", by=ada, customer=kim)
    answer = browser.post(f"/tasks/{task.pk}/completion", {"next": f"/customers/{kim.pk}/"})
    assert answer["Location"] == f"/customers/{kim.pk}/"
    assert browser.post(f"/tasks/{task.pk}/reopening", {"next": "//evil.example/"})["Location"] == "/tasks/"


def test_a_task_is_changed_on_its_page(ada, omar, signed_in):
    browser = signed_in(ada)
    with clock.frozen(datetime(2026, 3, 2, 12, tzinfo=UTC)):
        task, _because = add(title="Call", by=ada, due_at=datetime(2026, 3, 1, 9, tzinfo=UTC))
        here = f"/tasks/{task.pk}/"
        shown = text(browser.get(here))
        due = shown.partition('name="due"')[2].partition('value="')[2].partition('"')[0]
        said = {
            "title": "Call Kim", "due": due, "remind": "tomorrow 8:00", "kind": "call", "priority": "3",
            "repeats": "month", "assignee": str(omar.pk), "notes": "About the lamps",
        }  # fmt: skip
        assert browser.post(here, said).status_code == 302
        task.refresh_from_db()
        assert task.due_at == datetime(2026, 3, 1, 9, tzinfo=UTC), "what is over stays as it was"
        assert (task.assignee, task.priority, task.repeats, task.remind_at.hour) == (omar, 3, "month", 8)
        wrong = browser.post(here, {**said, "due": "whenever"})
        assert (wrong.status_code, "no moment" in text(wrong)) == (422, True)
        browser.post(f"{here}deletion")
        assert not Task.objects.exists()


def test_the_number_of_queries_of_the_page_does_not_grow(ada, kim, omar, signed_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = signed_in(ada)
    counts = []
    for _more in range(2):
        for number in range(8):
            add(title=f"Call {number}", by=ada, customer=kim, assignee=(ada, omar, None)[number % 3])
        browser.get("/tasks/?whose=all")
        with CaptureQueriesContext(connection) as caught:
            browser.get("/tasks/?whose=all")
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_a_checklist_is_set_up_started_and_stopped(omar, ada, kim, signed_in):
    browser = signed_in(omar)
    said = {
        "name": "Welcome", "is_on": "on", "stage": "",
        "title": ["Say hello", "Ask how it goes", ""], "after_days": ["0", "7", "0"],
        "kind": ["call", "todo", "todo"], "whose": ["starter", str(ada.pk), "starter"],
    }  # fmt: skip
    assert browser.post("/settings/tasks/checklists/new/", said).status_code == 302
    made = Checklist.objects.get()
    assert [item.title for item in made.items.all()] == ["Say hello", "Ask how it goes"]
    here = f"/settings/tasks/checklists/{made.pk}/"
    assert "Ask how it goes" in text(browser.get(here))
    assert browser.post(here, {**said, "title": ["", "", ""]}).status_code == 422
    browser.post(f"/customers/{kim.pk}/checklists", {"checklist": made.pk})
    assert {task.assignee for task in Task.objects.all()} == {omar, ada}
    browser.post(f"/checklists/{StartedChecklist.objects.get().pk}/stop")
    assert not Task.objects.exists()
    browser.post("/settings/tasks/", {"is_on": "on", "every_days": "21", "too_soon": "refuse"})
    policy = OutreachPolicy.objects.get()
    assert (policy.every_days, policy.too_soon) == (21, "refuse")
    assert "Welcome" in text(browser.get("/settings/tasks/"))
    browser.post(f"{here}deletion")
    assert not Checklist.objects.exists()


# -- Consent ---------------------------------------------------------------------------------------


def test_ada_notes_what_kim_said_and_asks_her_by_mail(ada, kim, signed_in, mailoutbox):
    browser = signed_in(ada)
    here = f"/customers/{kim.pk}/consent"
    browser.post(here, {"purpose": "newsletter", "channel": "email", "state": "given", "text": "On the phone"})
    noted = ConsentRecord.objects.get()
    assert (noted.how, noted.by, noted.text) == ("agent", ada, "On the phone")
    browser.post(here, {"purpose": "research", "ask": "1"})
    run_pending(strict=True)
    assert mailoutbox[0].to == ["kim@studio.example"]
    browser.post(here, {"purpose": "newsletter", "channel": "moon", "state": "given"})
    assert ConsentRecord.objects.count() == 2


def test_purposes_are_set_up_and_service_stays_what_it_is(omar, signed_in):
    browser = signed_in(omar)
    assert "Newsletter" in text(browser.get("/settings/consent/"))
    browser.post("/settings/consent/new/", {"name": "Events nearby", "description": "Where we are", "basis": "opt_in"})
    made = Purpose.objects.get(key="events_nearby")
    here = f"/settings/consent/{made.pk}/"
    browser.post(here, {"name": "Events", "basis": "opt_out", "is_retired": "on"})
    made.refresh_from_db()
    assert (made.label, made.basis, made.retired_at is not None) == ("Events", "opt_out", True)
    service = Purpose.objects.get(key="service")
    browser.post(f"/settings/consent/{service.pk}/", {"name": "Service", "basis": "opt_in", "is_retired": "on"})
    service.refresh_from_db()
    assert (service.basis, service.retired_at) == ("service", None)
    assert browser.post("/settings/consent/new/", {"name": "", "basis": "opt_in"}).status_code == 422


@pytest.mark.parametrize("address", ["/settings/life-cycle/", "/settings/tasks/", "/settings/consent/"])
def test_ada_may_not_set_up(ada, signed_in, address):
    assert signed_in(ada).get(address).status_code == 403


PAGES = (
    "/tasks/", "/customers/life-cycle/", "/settings/life-cycle/?try=1", "/settings/life-cycle/rules/new/",
    "/settings/life-cycle/stages/new/", "/settings/tasks/", "/settings/tasks/checklists/new/", "/settings/consent/",
    "/settings/consent/new/",
)  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_in_chinese(omar, signed_in, address):
    omar.language = "zh-hans"
    omar.save()
    assert 'lang="zh-hans"' in text(signed_in(omar).get(address))
