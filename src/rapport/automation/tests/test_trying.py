"""What a rule would have done is shown before it may do it, and its pages lose nothing that was written."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.automation.actions.rules import checked_rule, save_rule
from rapport.automation.models import Rule, Run
from rapport.automation.trying import dry_run
from rapport.backbone.jobs import run_pending
from rapport.conversations.actions import assign, close
from rapport.kit import clock
from rapport.team.models import Team

pytestmark = pytest.mark.django_db

TAG = [{"do": "tag", "value": "refund"}]
ASKS = {"match": "any", "conditions": [{"field": "text", "op": "has", "value": "refund"}]}
FORM = {
    "name": "Refunds",
    "trigger": "created",
    "match": "all",
    "condition_row": ["0", "1"],
    "condition-0-field": "text",
    "condition-0-op": "has",
    "condition-0-value": "refund",
    "condition-1-field": "status",
    "condition-1-op": "is",
    "condition-1-value": ["open", "snoozed"],
    "step_do": ["tag", "close"],
    "step_value": ["refund", ""],
    "most_an_hour": "100",
    "hours": "",
}


def draft(by, trigger="created", conditions=ASKS, **said):
    return checked_rule(None, by=by, name="Draft", trigger=trigger, conditions=conditions, steps=TAG, **said)


def test_a_dry_run_lists_what_would_have_happened_and_changes_nothing(write, omar):
    asks, _other = write("A refund please"), write("Hello")
    with clock.frozen(clock.now() - timedelta(days=31)):
        write("A refund long ago")
    trial = dry_run(draft(omar), by=omar)
    assert [found.conversation for found in trial.fitting] == [asks]
    assert (trial.count, trial.looked, trial.is_whole) == (1, 2, True)
    run_pending()
    assert not asks.tags.exists()
    assert not Run.objects.exists()


def test_a_dry_run_by_time_finds_what_was_open_when_its_hours_were_over(write, omar, ada):
    began = clock.now() - timedelta(days=3)
    with clock.frozen(began):
        still_open, in_time, late = write("refund"), write("refund"), write("refund")
    with clock.frozen(began + timedelta(hours=1)):
        close(in_time, by=ada)
    with clock.frozen(began + timedelta(hours=9)):
        close(late, by=ada)
    trial = dry_run(draft(omar, "open_for", hours=4), by=omar)
    assert {found.conversation for found in trial.fitting} == {still_open, late}
    assert {found.at for found in trial.fitting} == {began + timedelta(hours=4)}


def test_a_dry_run_shows_nobody_what_they_may_not_see(write, omar, ada):
    talk = write("refund")
    assign(talk, to=omar, team=Team.objects.create(name="Trade"), by=omar)
    assert dry_run(draft(omar), by=omar).count == 1
    assert dry_run(draft(omar), by=ada).count == 0


def test_a_dry_run_is_bounded_and_says_so(write, omar, monkeypatch):
    from rapport.automation import trying

    monkeypatch.setattr(trying, "_BATCH", 2)
    monkeypatch.setattr(trying, "MOST_LOOKED_AT", 4)
    monkeypatch.setattr(trying, "MOST_SHOWN", 3)
    for _ in range(6):
        write("refund")
    trial = dry_run(draft(omar), by=omar)
    assert (trial.looked, trial.count, len(trial.fitting), trial.is_whole) == (4, 4, 3, False)


def test_omar_tries_a_rule_in_the_form_keeps_it_switches_it_and_reads_its_log(write, omar, signed_in):
    talk = write("A refund please")
    browser = signed_in(omar)
    tried = browser.post("/settings/rules/new/", FORM | {"reshape": "try"}).content.decode()
    assert "It would have acted 1 time in the last 30 days." in tried
    assert f"#{talk.number}" in tried
    assert not Rule.objects.exists()
    assert browser.post("/settings/rules/new/", FORM).status_code == 302
    kept = Rule.objects.get()
    assert kept.conditions["conditions"][0] == {"field": "status", "op": "is", "value": ["open", "snoozed"]}
    assert not kept.is_on
    browser.post(f"/settings/rules/{kept.pk}/switch", {"on": "1"})
    write("Another refund")
    run_pending()
    page = browser.get("/settings/rules/").content.decode()
    assert "A conversation begins" in page
    assert "1 time today" in page
    log = browser.get(f"/settings/rules/{kept.pk}/log/").content.decode()
    assert "add the tag refund" in log
    assert browser.get(f"/settings/rules/{kept.pk}/").status_code == 200


def test_rows_come_and_go_and_nothing_that_was_written_is_lost(omar, signed_in):
    browser = signed_in(omar)
    page = browser.post("/settings/rules/new/", FORM | {"reshape": "add:condition"}).content.decode()
    assert page.count('name="condition_row"') == 3
    assert page.count("autofocus") == 1
    page = browser.post("/settings/rules/new/", FORM | {"reshape": "drop:condition:0"}).content.decode()
    assert page.count('name="condition_row"') == 1
    assert 'value="Refunds"' in page
    # Another subject brings its own comparisons, and hours a field for them.
    changed = FORM | {"condition-0-field": "waiting", "trigger": "open_for", "reshape": "refresh"}
    page = browser.post("/settings/rules/new/", changed).content.decode()
    assert 'value="longer_than"' in page
    assert 'type="number" min="1" max="8760" id="hours"' in page
    refused = browser.post("/settings/rules/new/", FORM | {"condition-0-value": ""})
    assert refused.status_code == 422
    assert "Line 1" in refused.content.decode()
    assert not Rule.objects.exists()


def test_a_pattern_makes_rules_that_are_off_and_rules_are_copied_deleted_and_brought_back(omar, signed_in):
    browser = signed_in(omar)
    browser.post("/settings/rules/from/quiet")
    assert [rule.is_on for rule in Rule.objects.all()] == [False, False]
    first = Rule.objects.first()
    browser.post(f"/settings/rules/{first.pk}/copy")
    browser.post(f"/settings/rules/{first.pk}/order", {"up": "0"})
    browser.post(f"/settings/rules/{first.pk}/deletion")
    assert browser.get(f"/settings/rules/{first.pk}/").status_code == 404
    browser.post(f"/settings/rules/{first.pk}/restoration")
    assert Rule.objects.filter(deleted_at=None).count() == 3


def test_ada_sets_up_no_rules_and_no_webhooks(ada, omar, signed_in):
    rule = save_rule(None, by=omar, name="Rule", trigger="created", steps=TAG)
    for address in ("rules/", "rules/new/", f"rules/{rule.pk}/", f"rules/{rule.pk}/log/", "webhooks/", "webhooks/new/"):
        assert signed_in(ada).get(f"/settings/{address}").status_code == 403
    assert signed_in(ada).post(f"/settings/rules/{rule.pk}/switch", {"on": "1"}).status_code == 403


def test_the_list_costs_the_same_for_many_rules(omar, ada, signed_in):
    lines = [{"field": name, "op": "is", "value": [value]} for name, value in (("assignee", str(ada.pk)), ("tag", "x"))]
    steps = [{"do": "assign", "value": str(ada.pk)}]
    browser, costs = signed_in(omar), []
    for count in (1, 8):
        for number in range(count):
            said = {"trigger": "created", "conditions": {"conditions": lines}, "steps": steps}
            save_rule(None, by=omar, name=f"No {number}", **said)
        browser.get("/settings/rules/")
        with CaptureQueriesContext(connection) as queries_made:
            assert browser.get("/settings/rules/").status_code == 200
        costs.append(len(queries_made))
    assert costs[0] == costs[1]
