"""Setting up who takes what by hand and by script, seeing who is here, and reading why."""

import json

import pytest

from rapport.conversations.actions import assign
from rapport.conversations.models import Conversation
from rapport.kit import clock
from rapport.routing import actions
from rapport.routing.models import Absence, Capacity, Scheme, Skill, Waiting
from rapport.routing.tests.scene import moment
from rapport.team.models import Agent, Team

pytestmark = pytest.mark.django_db

SCHEME = {
    "name": "Support", "is_on": "on", "strategy": "least_busy", "waiting_share": "50", "demand": "preferred",
    "gives_back": "never", "most-": "20", "most-email": "",
}  # fmt: skip


@pytest.fixture
def browser(noor, signed_in):
    return signed_in(noor)


@pytest.fixture
def scheme(db):
    return Scheme.objects.create(name="Support", seen_within=None)


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("address", ["/settings/assignment/", "/settings/assignment/new/", "/settings/skills/new/"])
def test_only_administrators_say_who_takes_what(address, omar, signed_in, browser):
    assert browser.get(address).status_code == 200
    assert signed_in(omar).get(address).status_code == 403


def test_noor_makes_a_scheme_changes_it_and_puts_it_first(browser, inbox):
    assert "People take conversations themselves" in text(browser.get("/settings/assignment/"))
    assert browser.post("/settings/assignment/new/", SCHEME).status_code == 302
    made = Scheme.objects.get()
    assert (made.capacities, made.seen_within, made.conditions) == ({"": 20}, None, {})
    said = {**SCHEME, "most-email": "8", "sticky_days": "7", "if-inbox": [str(inbox.pk)], "gives_back": "later"}
    browser.post(f"/settings/assignment/{made.pk}/", said)
    made.refresh_from_db()
    assert (made.capacities, made.sticky_days) == ({"": 20, "email": 8}, 7)
    assert made.conditions == {"inbox": [str(inbox.pk)]}
    assert 'value="8"' in text(browser.get(f"/settings/assignment/{made.pk}/"))
    assert "Another scheme is called that." in text(browser.post("/settings/assignment/new/", SCHEME))
    browser.post("/settings/assignment/new/", {**SCHEME, "name": "Trade", "strategy": "off"})
    browser.post(f"/settings/assignment/{Scheme.objects.get(name='Trade').pk}/place", {"to": "up"})
    page = text(browser.get("/settings/assignment/"))
    assert page.index("<b>Trade</b>") < page.index("<b>Support</b>")
    assert "first who wrote to them within 7 days" in page
    browser.post(f"/settings/assignment/{made.pk}/deletion")
    assert Scheme.objects.get().name == "Trade"


def test_noor_names_a_skill_and_who_knows_it(browser, ada, omar):
    said = {"name": "French", "language": "fr", "least_level": "1", f"level-{ada.pk}": "3", f"level-{omar.pk}": "0"}
    browser.post("/settings/skills/new/", said)
    made = Skill.objects.get()
    assert list(made.knowledge.values_list("agent", "level")) == [(ada.pk, 3)]
    assert "Ada Lindqvist (Expert)" in text(browser.get("/settings/skills/"))
    answer = browser.post(f"/settings/skills/{made.pk}/", {**said, "language": "French!"})
    assert answer.status_code == 422
    browser.post(f"/settings/skills/{made.pk}/deletion")
    assert not Skill.objects.exists()


def test_omar_sees_who_is_here_what_each_has_and_what_waits(day, scheme, ada, omar, write, signed_in):
    scheme.capacities = {"email": 1}
    scheme.save()
    Agent.objects.filter(pk=omar.pk).update(away_since=moment(-5))
    with day.at(0):
        write()
        waiting = write()
    lead = signed_in(omar)
    page = text(lead.get("/settings/here/"))
    assert "1 of 1" in page
    assert "Waits for somebody free: everyone who is here has as much as they take." in page
    lead.post(f"/settings/here/{ada.pk}/capacity", {"channel": "email", "most": "2"})
    assert Capacity.objects.get().most == 2
    with day.at(1):
        pass
    assert Conversation.objects.get(pk=waiting.pk).assignee == ada
    assert "Nothing waits" in text(lead.get("/settings/here/"))
    lead.post(f"/settings/here/{ada.pk}/capacity", {"channel": "email", "most": "many"})
    assert Capacity.objects.get().most == 2
    lead.post(f"/settings/here/{ada.pk}/capacity", {"channel": "email", "most": ""})
    assert not Capacity.objects.exists()
    assert signed_in(ada).get("/settings/here/").status_code == 403


def test_the_page_of_who_is_here_asks_the_same_however_many_there_are(
    scheme, omar, signed_in, django_assert_max_num_queries
):
    lead = signed_in(omar)
    lead.get("/settings/here/")
    Agent.objects.bulk_create(Agent(email=f"a{n}@lampwright.example", name=f"A {n}") for n in range(20))
    with django_assert_max_num_queries(32):
        lead.get("/settings/here/")


def test_ada_goes_away_until_a_moment_and_comes_back_by_the_menu(ada, signed_in):
    browser = signed_in(ada)
    assert "Go away" in text(browser.get("/inbox/"))
    with clock.frozen(moment(0)):
        answer = browser.post("/settings/away/", {"away": "1", "for": "30", "next": "/inbox/"})
        assert answer["Location"] == "/inbox/"
        assert Absence.objects.get().back_at == moment(30)
        browser.post("/settings/away/", {"away": "1", "back_at": "2026-03-02T15:00", "next": "https://eve.example/"})
        assert Absence.objects.get().back_at == moment(360)
        browser.post("/settings/away/", {"away": "1", "back_at": "2025-03-02T15:00"})
        assert Absence.objects.get().back_at == moment(360)
    page = text(browser.get("/settings/away/"))
    assert "You are away until" in page
    assert "I am back" in page
    browser.post("/settings/away/", {"away": "0"})
    ada.refresh_from_db()
    assert ada.away_since is None
    assert not Absence.objects.exists()


def test_the_thread_says_why_ada_got_it_and_why_it_waits(day, scheme, ada, omar, kim, write, signed_in):
    kim.language = "de"
    kim.save()
    actions.save_skill(Skill(name="German", language="de"), levels={ada.pk: 2}, by=None)
    mia = Agent.objects.create_user("mia@lampwright.example", name="Mia", away_since=moment(-5))
    with day.at(0):
        conversation = write()
    page = text(signed_in(omar).get(f"/inbox/{conversation.number}/"))
    assert (
        "Assigned to <b>Ada Lindqvist</b> by “Support”, least busy: 0 of 20, speaks German; "
        "Omar Haddad does not speak German, Mia is away" in page
    )
    assert f"<dt>{mia.name}</dt><dd>away, 0 of 20, does not speak German</dd>" in page
    Scheme.objects.update(demand="required")
    Agent.objects.filter(pk=ada.pk).update(away_since=moment(0))
    with day.at(1):
        other = write()
    page = text(signed_in(omar).get(f"/inbox/{other.number}/"))
    assert "Waits for somebody who speaks German: nobody who does is here." in page
    Scheme.objects.update(gives_back="at_once")
    Agent.objects.filter(pk=ada.pk).update(away_since=moment(2))
    with day.at(2):
        assert actions.give_back(ada.pk) == 1
    page = text(signed_in(omar).get(f"/inbox/{conversation.number}/"))
    assert "Goes to others, because <b>Ada Lindqvist</b> is away" in page


def test_a_script_sets_up_schemes_and_skills_and_reads_the_queue(day, noor, ada, inbox, write, signed_in):
    browser = signed_in(noor)

    def send(method, path, **body):
        answer = getattr(browser, method)(f"/api/v1{path}", json.dumps(body), "application/json")
        return answer.status_code, answer.json() if answer.content else None

    trade = Team.objects.create(name="Trade")
    said = {"name": "Support", "seen_within": None, "team": trade.pk, "capacities": {"email": 2}, "skills": "required"}
    status, made = send("post", "/assignment-schemes", **said)
    assert (status, made["team"], made["capacities"], made["strategy"]) == (201, trade.pk, {"email": 2}, "least_busy")
    assert send("post", "/assignment-schemes", name="support")[0] == 409
    assert send("patch", f"/assignment-schemes/{made['id']}", strategy="darts")[0] == 422
    assert send("patch", f"/assignment-schemes/{made['id']}", conditions={"moon": ["full"]})[0] == 422
    status, changed = send("patch", f"/assignment-schemes/{made['id']}", team=None, strategy="round_robin")
    assert (status, changed["team"], changed["strategy"]) == (200, None, "round_robin")
    status, skill = send("post", "/skills", name="Wiring", inboxes=[inbox.pk], agents=[{"agent": ada.pk, "level": 3}])
    assert (status, skill["agents"]) == (201, [{"agent": ada.pk, "level": 3}])
    assert send("patch", f"/skills/{skill['id']}", agents=[{"agent": 99999999}])[0] == 422
    actions.go_away(ada)
    with day.at(0):
        conversation = write()
    queue = browser.get("/api/v1/queue").json()
    assert (queue["count"], queue["items"][0]["conversation"]) == (1, conversation.pk)
    assert queue["items"][0]["why"] == "not_here"
    assert queue["items"][0]["needs"] == ["Wiring"]
    assert len(browser.get("/api/v1/skills").json()["items"]) == 1
    assert send("delete", f"/skills/{skill['id']}")[0] == send("delete", f"/assignment-schemes/{made['id']}")[0] == 204
    assert not Waiting.objects.exists()
    assert signed_in(ada).post("/api/v1/skills", "{}", "application/json").status_code in (403, 422)


def test_what_waits_elsewhere_is_not_in_an_agents_queue(day, scheme, ada, omar, inbox, write, signed_in):
    Agent.objects.update(away_since=moment(-5))
    inbox.team = Team.objects.create(name="Trade")
    inbox.save()
    with day.at(0):
        conversation = write()
    assert signed_in(omar).get("/api/v1/queue").json()["count"] == 1
    assert signed_in(ada).get("/api/v1/queue").json() == {"count": 0, "items": []}
    assign(conversation, to=omar, by=omar)
