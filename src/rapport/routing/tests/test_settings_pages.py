"""Setting up hours and promises by hand."""

from datetime import date

import pytest

from rapport.conversations.models import Inbox
from rapport.kit import clock
from rapport.routing import actions
from rapport.routing.forms.policy import amount_of, written
from rapport.routing.models import Calendar, ServicePolicy
from rapport.routing.tests.scene import moment
from rapport.team.models import Team

pytestmark = pytest.mark.django_db

HOURS = {"name": "Office", "time_zone": "Europe/Berlin", "opens-0": ["09:00", "13:00"], "closes-0": ["12:00", "17:00"]}
POLICY = {"name": "Everyone", "first_answer-all": "1 h", "warns": "percent", "warns_at": "80", "is_on": "on"}


@pytest.fixture
def browser(noor, signed_in):
    return signed_in(noor)


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("address", ["/settings/hours/", "/settings/hours/new/", "/settings/promises/"])
def test_only_administrators_set_them_up(address, omar, ada, signed_in, browser, client):
    assert browser.get(address).status_code == 200
    assert signed_in(omar).get(address).status_code == signed_in(ada).get(address).status_code == 403
    assert client.get(address).status_code == 302


def test_noor_sets_the_hours_and_reads_whether_it_is_open(browser):
    assert "No business hours yet" in text(browser.get("/settings/hours/"))
    said = {**HOURS, "holiday-day": ["2026-12-24", ""], "holiday-name": ["Stocktaking", ""]}
    assert browser.post("/settings/hours/new/", said).status_code == 302
    made = Calendar.objects.get()
    assert made.is_default
    assert made.week[0] == [[540, 720], [780, 1020]]
    assert list(made.holidays.values_list("day", "name")) == [(date(2026, 12, 24), "Stocktaking")]
    with clock.frozen(moment(0)):  # Monday, 10:00 in Berlin
        assert "Open now, until 12:00." in text(browser.get("/settings/hours/"))
    with clock.frozen(moment(600)):
        assert "Closed now, opens 9 March 09:00." in text(browser.get(f"/settings/hours/{made.pk}/"))


def test_the_page_shows_again_what_was_kept_and_changes_it(browser):
    made = actions.make_calendar(name="Office", week=[[[540, 1440]], *[[]] * 6], holidays={date(2026, 12, 24): "Off"})
    page = text(browser.get(f"/settings/hours/{made.pk}/"))
    assert 'name="closes-0" value="00:00"' in page
    assert 'value="2026-12-24"' in page
    browser.post(f"/settings/hours/{made.pk}/", {**HOURS, "is_default": "on"})
    made.refresh_from_db()
    assert made.week == [[[540, 720], [780, 1020]], *[[]] * 6]
    assert not made.holidays.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"opens-0": ["09:00"], "closes-0": [""]}, "Say both when you open and when you close."),
        ({"opens-0": ["17:00"], "closes-0": ["09:00"]}, "09:00 is not later than 17:00."),
        ({"opens-0": ["09:00", "11:00"], "closes-0": ["12:00", "17:00"]}, "Two spans overlap at 11:00."),
        ({"opens-0": ["nine"], "closes-0": ["17:00"]}, "“nine” is no time of day."),
        ({"opens-0": [], "closes-0": []}, "Say when you are open"),
        ({"holiday-day": ["soon"], "holiday-name": [""]}, "“soon” is no date."),
        ({"country": "DE", "region": "XX"}, "These are the regions that are known: Augsburg, BB, BE"),
        ({"name": ""}, "This field is required."),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(browser, said, sentence):
    answer = browser.post("/settings/hours/new/", {**HOURS, **said})
    assert answer.status_code == 422
    assert sentence in text(answer)
    for value in said.get("opens-0", []):
        assert f'value="{value}"' in text(answer)
    assert not Calendar.objects.exists()


def test_the_preview_follows_what_is_typed(browser):
    with clock.frozen(moment(-120)):  # Monday, 08:00 in Berlin
        assert "Closed now, opens 09:00." in text(browser.post("/settings/hours/preview", HOURS))
        assert "Always open." in text(browser.post("/settings/hours/preview", {**HOURS, "is_always_open": "on"}))
        holiday = {**HOURS, "holiday-day": ["2026-03-02"], "holiday-name": [""]}
        assert "opens 9 March 09:00" in text(browser.post("/settings/hours/preview", holiday))
        wrong = text(browser.post("/settings/hours/preview", {**HOURS, "opens-0": ["18:00", "13:00"]}))
    assert "Monday: 12:00 is not later than 18:00." in wrong
    assert not Calendar.objects.exists()


def test_spans_that_touch_are_one(browser):
    browser.post("/settings/hours/new/", {**HOURS, "opens-0": ["12:00", "09:00"], "closes-0": ["17:00", "12:00"]})
    assert Calendar.objects.get().week[0] == [[540, 1020]]


def test_public_holidays_are_listed_and_closed(browser):
    browser.post("/settings/hours/new/", {**HOURS, "country": "DE", "region": "by"})
    made = Calendar.objects.get()
    assert made.region == "BY"
    with clock.frozen(moment(0)):
        assert "Epiphany" in text(browser.get(f"/settings/hours/{made.pk}/"))
    with clock.frozen(moment(35 * 24 * 60)):  # Easter Monday
        assert "Closed now, opens 13 April 09:00." in text(browser.get("/settings/hours/"))


def test_a_team_that_gets_hours_gives_up_others(browser, inbox):
    trade = Team.objects.create(name="Trade")
    first = actions.make_calendar(name="First", is_always_open=True, teams=[trade], inboxes=[inbox])
    browser.post("/settings/hours/new/", {**HOURS, "teams": [trade.pk], "inboxes": [inbox.pk]})
    assert not first.teams.exists()
    assert not first.inboxes.exists()
    assert list(Calendar.objects.get(name="Office").teams.all()) == [trade]


def test_the_default_hours_stay_somebodys(browser):
    first = actions.make_calendar(name="First", is_always_open=True)
    second = actions.make_calendar(name="Second", is_always_open=True)
    answer = browser.post(f"/settings/hours/{first.pk}/", {**HOURS, "name": "First"})
    assert "Some hours must count for everyone else." in text(answer)
    browser.post(f"/settings/hours/{first.pk}/deletion")
    assert Calendar.objects.filter(pk=first.pk).exists()
    browser.post(f"/settings/hours/{second.pk}/", {**HOURS, "name": "Second", "is_default": "on"})
    browser.post(f"/settings/hours/{first.pk}/deletion")
    assert Calendar.objects.get().name == "Second"
    assert "Other hours are called that." in text(browser.post("/settings/hours/new/", {**HOURS, "name": "SECOND"}))


def test_noor_promises_an_hour(browser, inbox):
    answer = browser.post(
        "/settings/promises/new/",
        {**POLICY, "first_answer-4": "15", "if-inbox": [str(inbox.pk)], "next_answer-all": "2h"},
    )
    assert answer.status_code == 302
    made = ServicePolicy.objects.get()
    assert made.targets == {
        "first_answer": {"minutes": 60, "by_priority": {"4": 15}},
        "next_answer": {"minutes": 120, "by_priority": {}},
    }
    page = text(browser.get("/settings/promises/"))
    assert "First reply: 1 h, urgent 15 min" in page
    assert "Inbox: Support" in page
    form = text(browser.get(f"/settings/promises/{made.pk}/"))
    assert 'name="first_answer-all" value="1 h"' in form
    assert 'name="first_answer-4" value="15 min"' in form


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"first_answer-all": "soon"}, "Some of the times cannot be read."),
        ({"first_answer-all": "0"}, "Some of the times cannot be read."),
        ({"first_answer-all": ""}, "Promise something"),
        ({"warns_at": "120"}, "More than 100% has passed"),
        ({"if-priority": ["9"]}, "Select a valid choice."),
        ({"name": "taken"}, "Another policy is called that."),
    ],
)
def test_a_policy_that_cannot_be_is_refused_in_words(browser, said, sentence):
    ServicePolicy.objects.create(name="Taken")
    answer = browser.post("/settings/promises/new/", {**POLICY, **said})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert ServicePolicy.objects.count() == 1


def test_policies_are_put_in_order_and_deleted(browser):
    one, two, three = (actions.make_policy(name=name, targets={}) for name in ("One", "Two", "Three"))

    def order() -> list[str]:
        return list(ServicePolicy.objects.values_list("name", flat=True))

    browser.post(f"/settings/promises/{three.pk}/place", {"to": "up"})
    assert order() == ["One", "Three", "Two"]
    browser.post(f"/settings/promises/{one.pk}/place", {"to": "up"})
    browser.post(f"/settings/promises/{one.pk}/place", {"to": "down"})
    assert order() == ["Three", "One", "Two"]
    browser.post(f"/settings/promises/{two.pk}/deletion")
    assert order() == ["Three", "One"]
    assert browser.get(f"/settings/promises/{two.pk}/").status_code == 404


def test_a_condition_whose_inbox_is_gone_is_still_shown(browser):
    gone = Inbox.objects.create(name="Gone")
    actions.make_policy(name="Old", conditions={"inbox": [str(gone.pk)], "moon": ["full"]}, targets={})
    Inbox.objects.all().delete()
    page = text(browser.get("/settings/promises/"))
    assert f"Inbox: ({gone.pk})" in page
    assert "moon: (full)" in page


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("45", 45), ("45 min", 45), ("8 h", 480), ("1h30", 90), ("1 h 30 min", 90), ("1.5 h", 90), ("2小时", 120),
     ("30分钟", 30), ("", None), ("h", None), ("-5", None), ("1 day", None)],
)  # fmt: skip
def test_times_are_read_as_people_write_them(said, minutes):
    assert amount_of(said) == minutes
    if minutes:
        assert amount_of(written(minutes)) == minutes
