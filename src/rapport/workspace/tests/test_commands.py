"""What the command bar offers, to whom, and in which language."""

import pytest

from rapport.conversations.models import Conversation
from rapport.team.models import Team


@pytest.fixture
def offered(signed_in):
    """The labels and what they do, for one agent."""

    def asked(agent, query=None):
        browser = signed_in(agent)
        answer = browser.get("/commands", {} if query is None else {"q": query})
        return {line["label"]: line for line in answer.json()["commands"]}

    return asked


def test_ada_finds_actions_people_views_and_settings(ada, omar, offered):
    Team.objects.create(name="Billing")
    lines = offered(ada)
    assert lines["Close"]["press"] == "#closure-button[data-leaves]"
    assert lines["Assign to Omar Haddad"]["values"] == {"agent": str(omar.pk)}
    assert lines["Give to Billing"]["post"] == "/conversations/{id}/assignment"
    assert lines["Unassigned"]["go"] == "/inbox/?view=unassigned"
    assert lines["Profile"]["go"] == "/settings/profile/"
    assert "Assign to Ada Lindqvist" not in lines


def test_who_may_not_do_it_is_not_offered_it(ada, noor, offered):
    ada.role = "viewer"
    ada.save()
    lines = offered(ada)
    assert not [line for line in lines.values() if line.get("post") or line.get("write")]
    assert not [line for line in lines.values() if line.get("go") == "/settings/channels/"]
    assert [line for line in offered(noor).values() if line.get("go") == "/settings/channels/"]


def test_in_chinese_it_is_found_by_both_names(ada, offered):
    ada.language = "zh-hans"
    ada.save()
    [line] = [line for line in offered(ada).values() if line.get("go") == "/inbox/?view=unassigned"]
    assert line["also"] == "Unassigned"
    assert line["label"] != "Unassigned"


def test_a_number_and_a_name_are_found(ada, kim, write, offered):
    lamp = write(subject="Lamp")
    assert offered(ada, f"#{lamp.number}")[f"No. {lamp.number} Lamp"]["go"] == f"/inbox/{lamp.number}/"
    assert offered(ada, "kim")["Kim Park"]["go"] == f"/customers/{kim.pk}/"
    assert offered(ada, "") == {}


def test_what_ada_cannot_see_is_not_found_by_its_number(ada, write, offered):
    lamp = write(subject="Lamp")
    Conversation.objects.filter(pk=lamp.pk).update(team=Team.objects.create(name="Billing"))
    assert offered(ada, str(lamp.number)) == {}
