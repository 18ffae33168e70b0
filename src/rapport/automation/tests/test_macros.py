"""What Ada writes again and again is one key away, and says what it should to whoever it goes to."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.automation import queries
from rapport.automation.actions.macros import delete_macro, duplicate_macro, save_macro, undo_macros, use_macros
from rapport.automation.errors import Mistaken
from rapport.automation.models import Macro
from rapport.automation.variables import VARIABLES, filled, values_for
from rapport.conversations.actions import assign
from rapport.conversations.types import Direction, Status
from rapport.kit import clock
from rapport.team.models import Organisation, Team

pytestmark = pytest.mark.django_db

STEPS = [
    {"do": "close", "value": ""},
    {"do": "tag", "value": "refund"},
    {"do": "assign", "value": "me"},
    {"do": "priority", "value": "high"},
    {"do": "note", "value": "Refunded {{ customer.name }}."},
]


def test_a_text_says_the_names_it_is_about_and_marks_those_it_does_not_know(write, ada, kim):
    Organisation.objects.create(name="Lamp & Wright")
    values = values_for(write(), agent=ada)
    html = "<p>Hello {{ customer.first_name }} of {{customer.company}}, {{ agent.name }} of {{ company.name }}</p>"
    said = filled(html, values, is_html=True)
    assert said.text == ("<p>Hello Kim of <code>{{ customer.company }}</code>, Ada Lindqvist of Lamp &amp; Wright</p>")
    assert said.missing == ("customer.company",)
    assert filled("Dear {{ customer.company | friend }}", values, is_html=False).text == "Dear friend"
    assert set(VARIABLES) == set(values)


def test_a_customer_whose_name_is_markup_or_a_template_stays_plain_words(write, ada, kim):
    kim.name = "<img src=x onerror=alert(1)> {{ agent.email }} {% include 'x' %}"
    kim.save()
    said = filled("<p>{{ customer.name }}</p>", values_for(write(), agent=ada), is_html=True)
    assert said.text == ("<p>&lt;img src=x onerror=alert(1)&gt; {{ agent.email }} {% include &#x27;x&#x27; %}</p>")


@pytest.mark.parametrize(
    "text",
    [
        "{{ customer.password }}",
        "{{ settings }}",
        "{{ customer.name|upper|x }}",
        "{{ 7*7 }}",
        "{{ customer.name }",
        "}}",
    ],
)
def test_a_text_with_a_name_that_is_not_known_is_not_kept_and_says_why(omar, text):
    with pytest.raises(Mistaken, match="name") as refused:
        save_macro(None, by=omar, name="Odd", html=f"<p>Hello {text} there</p>")
    assert refused.value.field == "html"
    assert not Macro.objects.exists()


def test_scripts_do_not_survive_in_a_text(omar):
    kept = save_macro(None, by=omar, name="Odd", html='<p onclick="x()">Hi<script>alert(1)</script></p>')
    assert "script" not in kept.html
    assert "onclick" not in kept.html


def test_omar_shares_with_everyone_or_a_team_and_ada_only_keeps_her_own(omar, ada, noor, macro):
    trade = Team.objects.create(name="Trade")
    macro("For all", html="<p>Hi</p>")
    for_trade = macro("For trade", html="<p>Hi</p>", sharing="team", team=trade)
    macro("Ada's", by=ada, html="<p>Hi</p>", sharing="private")
    with pytest.raises(Mistaken, match="Only a team lead"):
        macro("Hers for all", by=ada, html="<p>Hi</p>")
    with pytest.raises(PermissionError):
        save_macro(for_trade, by=ada, name="Mine now")
    assert [each.name for each in queries.macros_for(ada)] == ["Ada's", "For all"]
    trade.members.add(ada)
    assert [each.name for each in queries.macros_for(ada)] == ["Ada's", "For all", "For trade"]
    assert "Ada's" not in [each.name for each in queries.macros_to_set_up(noor)]


def test_a_shortcut_is_one_word_and_belongs_to_one_macro(macro, ada):
    macro("Refund", html="<p>Hi</p>", shortcut="/Refund")
    assert Macro.objects.get().shortcut == "refund"
    for word in ("refund", "two words", "a/b"):
        with pytest.raises(Mistaken) as refused:
            macro("Other", by=ada, html="<p>Hi</p>", shortcut=word, sharing="private")
        assert refused.value.field == "shortcut"


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ({"do": "explode", "value": "1"}, "no action"),
        ({"do": "reply", "value": "Hi"}, "no action"),
        ({"do": "tag", "value": " "}, "Fill in"),
        ({"do": "assign", "value": "99999"}, "not here any more"),
        ({"do": "priority", "value": "huge"}, "priorities"),
        ({"do": "snooze", "value": "0"}, "hours"),
        ({"do": "note", "value": "{{ secret }}"}, "secret"),
    ],
)
def test_an_action_that_makes_no_sense_is_not_kept(macro, step, reason):
    with pytest.raises(Mistaken, match=reason):
        macro(steps=[step])


def test_using_one_does_everything_at_once_and_undo_takes_all_of_it_back(macro, write, ada, omar, fresh):
    conversation = write()
    assign(conversation, to=omar, by=omar)
    kept = macro(steps=STEPS)
    used = use_macros([kept], conversation, by=ada)
    now = fresh(conversation)
    assert (now.status, now.assignee, now.priority) == (Status.CLOSED, ada, 3)
    assert [tag.name for tag in now.tags.all()] == ["refund"]
    assert now.messages.get(direction=Direction.NOTE).text == "Refunded Kim Park."
    assert used.said == "“Refund” did 5 things."
    assert not undo_macros(now, used.undo, by=omar)
    assert undo_macros(now, used.undo, by=ada)
    back = fresh(conversation)
    assert (back.status, back.assignee, back.priority) == (Status.OPEN, omar, 2)
    assert not back.tags.exists()
    assert not back.messages.filter(direction=Direction.NOTE).exists()
    assert back.waiting_since is not None


def test_what_cannot_be_done_does_not_stop_the_rest(macro, write, ada, omar, fresh):
    kept = macro(steps=[{"do": "assign", "value": str(omar.pk)}, {"do": "tag", "value": "late"}])
    omar.deactivated_at = clock.now()
    omar.save()
    used = use_macros([kept], conversation := write(), by=ada)
    assert "no longer works here" in used.said
    assert [tag.name for tag in fresh(conversation).tags.all()] == ["late"]


def test_the_list_shows_the_most_used_first_and_chinese_customers_get_the_chinese_text(
    macro, write, ada, kim, signed_in
):
    macro("Rare", html="<p>Rare for {{ customer.first_name }}</p>", shortcut="rare")
    often = macro("Often", html="<p>Hello</p>", html_zh="<p>您好，{{ customer.name }}</p>", steps=STEPS[1:2])
    use_macros([often], conversation := write(), by=ada, with_steps=False)
    kim.language = "zh-hans"
    kim.save()
    browser = signed_in(ada)
    shown = browser.get(f"/conversations/{conversation.pk}/macros").json()["macros"]
    assert [(each["name"], each["text"]) for each in shown] == [("Often", "您好，Kim Park"), ("Rare", "Rare for Kim")]
    assert shown[0]["steps"] == ["add the tag refund"]
    said = browser.get(f"/conversations/{conversation.pk}/macros/{often.pk}").json()
    assert said == {"html": "<p>您好，Kim Park</p>", "text": "您好，Kim Park", "missing": []}


def test_sending_a_reply_does_what_its_macro_says_in_one_toast_with_undo(macro, write, ada, signed_in, fresh):
    conversation, kept = write(), macro(html="<p>Hi</p>", steps=STEPS[:2])
    answer = signed_in(ada).post(
        f"/conversations/{conversation.pk}/messages",
        {"text": "Hi", "mode": "reply", "macro": [kept.pk, "x", 99999999]},
        headers={"X-Requested-With": "composer"},
    )
    assert answer.status_code == 201
    toast = json.loads(answer["HX-Trigger"])["rapport:toast"]
    assert toast["text"] == "“Refund” did 2 things."
    assert fresh(conversation).is_closed
    assert Macro.objects.get().uses == 1
    assert signed_in(ada).post(toast["undo"]).status_code == 204
    assert not fresh(conversation).is_closed
    assert not fresh(conversation).tags.exists()


def test_a_macro_without_text_acts_at_once_and_only_where_ada_may_look(macro, write, ada, omar, signed_in, fresh):
    conversation, kept = write(), macro(steps=STEPS[1:2])
    use = f"/conversations/{conversation.pk}/macros/{kept.pk}/use"
    answer = signed_in(ada).post(use)
    assert "did one thing" in json.loads(answer["HX-Trigger"])["rapport:toast"]["text"]
    assign(conversation, to=omar, team=Team.objects.create(name="Trade"), by=omar)
    for address in (use, f"/conversations/{conversation.pk}/macros/undo?word=x"):
        assert signed_in(ada).post(address).status_code == 404
    assert signed_in(ada).get(f"/conversations/{conversation.pk}/macros").status_code == 404


def test_rows_of_the_form_come_and_go_without_losing_what_was_written(omar, signed_in):
    browser = signed_in(omar)
    written = {"name": "Half a name", "html": "<p>Half</p>", "step_do": ["tag"], "step_value": ["refund"]}
    page = browser.post("/settings/macros/new/", written | {"reshape": "add:step"}).content.decode()
    assert page.count('name="step_do"') == 2
    assert "autofocus" in page
    assert "Half a name" in page
    assert 'value="refund"' in page
    page = browser.post("/settings/macros/new/", written | {"reshape": "drop:step:0"}).content.decode()
    assert 'name="step_do"' not in page
    assert "Half a name" in page
    assert not Macro.objects.exists()


def test_omar_sets_one_up_copies_it_deletes_it_and_takes_that_back(omar, ada, signed_in):
    browser = signed_in(omar)
    form = {"name": "Refund", "html": "<p>Done</p>", "sharing": "everyone", "shortcut": "re"}
    assert browser.post("/settings/macros/new/", form | {"step_do": "tag", "step_value": "refund"}).status_code == 302
    kept = Macro.objects.get()
    assert kept.steps == [{"do": "tag", "value": "refund"}]
    refused = browser.post(f"/settings/macros/{kept.pk}/", form | {"name": ""})
    assert refused.status_code == 422
    assert "Give it a name." in refused.content.decode()
    assert duplicate_macro(kept, by=ada).sharing == "private"
    assert signed_in(ada).post(f"/settings/macros/{kept.pk}/deletion").status_code == 403
    page = browser.post(f"/settings/macros/{kept.pk}/deletion", follow=True).content.decode()
    assert f'data-undo="/settings/macros/{kept.pk}/restoration"' in page
    assert not queries.macros_for(omar).exists()
    browser.post(f"/settings/macros/{kept.pk}/restoration")
    assert queries.macros_for(omar).get().shortcut == "re"
    assert "Refund" in browser.get("/settings/macros/?q=done").content.decode()


def test_the_page_costs_the_same_for_many_macros(macro, omar, ada, signed_in):
    browser, costs = signed_in(omar), []
    for count in (1, 12):
        for number in range(count):
            macro(f"No {number}", steps=[{"do": "assign", "value": str(ada.pk)}])
        browser.get("/settings/macros/")
        with CaptureQueriesContext(connection) as queries_made:
            assert browser.get("/settings/macros/").status_code == 200
        costs.append(len(queries_made))
    assert costs[0] == costs[1]
    delete_macro(Macro.objects.first(), by=omar)
    assert queries.macros_for(ada).count() == 12
