"""Components draw what they are given, and never more than that."""

import re

import pytest

from rapport.design import bundle, icons
from rapport.design.tests.markup import COMPONENTS, DESIGN, Elements, classes, draw, templates

EVIL = "<script>alert('Eve')</script>"
INJECTION = '"onmouseover="alert(1)"'


@pytest.mark.parametrize(
    "source",
    [
        '<c-button label="{{ evil }}" icon="x" />',
        '<c-button :label="evil" icon="x" />',
        "<c-pill>{{ evil }}</c-pill>",
        '<c-avatar :name="evil" :title="evil" />',
        '<c-field :label="evil" :hint="evil" :error="evil" for="x"></c-field>',
        '<c-search :placeholder="evil" :value="evil" />',
        '<c-card :title="evil" :hint="evil">{{ evil }}</c-card>',
        '<c-stat :label="evil" :value="evil" :delta="evil" />',
        '<c-section :title="evil" :note="evil" />',
        '<c-dialog id="d" :title="evil" :hint="evil" />',
        '<c-empty icon="x" :title="evil" :hint="evil" />',
        '<c-nav-item icon="x" href="/" :label="evil" :badge="evil" />',
        '<c-message :author="evil" :detail="evil">{{ evil }}</c-message>',
        '<c-attachments :files="files" />',
        '<c-facts :facts="facts" />',
        '<c-reasons :reasons="lines" />',
        '<c-stages :stages="lines" :current="evil" />',
        '<c-bar-rows :rows="rows" :label="evil" />',
        '<c-columns :rows="rows" :label="evil" />',
        '<c-legend :entries="rows" />',
        '<c-toast :undo="evil">{{ evil }}</c-toast>',
        '<c-suggestion :title="evil" :sources="files">{{ evil }}</c-suggestion>',
    ],
)
def test_a_customer_named_like_a_script_is_only_text(source):
    rows = [{"label": EVIL, "value": 1, "text": EVIL, "mark": "c1"}]
    files = [{"name": EVIL, "title": EVIL, "href": "/f", "size": 1}]
    html = draw(source, evil=EVIL, rows=rows, files=files, facts=[(EVIL, EVIL)], lines=[EVIL])
    assert "script" not in Elements(html).names()
    assert "&lt;script&gt;" in html or "avatar" in html
    assert "&amp;lt;" not in html, "escaped twice"


@pytest.mark.parametrize("written", [':data-name="evil"', 'data-name="{{ evil }}"'])
def test_an_attribute_cannot_be_left_by_a_quote(written):
    button = Elements(draw(f"<c-button {written}>Send</c-button>", evil=INJECTION)).first("button")
    assert button["data-name"] == INJECTION
    assert "onmouseover" not in button


def test_attributes_follow_what_html_means_by_them():
    html = draw(
        '<c-button :disabled="no" :hidden="yes" :aria-pressed="yes" :title="nothing">A</c-button>', no=False, yes=True
    )
    button = Elements(html).first("button")
    assert button["aria-pressed"] == "true"
    assert button["hidden"] is None
    assert "disabled" not in button
    assert "title" not in button


def test_a_button_with_an_address_is_a_link():
    link = Elements(draw('<c-button href="/inbox" variant="primary">Inbox</c-button>')).first("a")
    assert link["href"] == "/inbox"
    assert link["class"] == "btn primary"


def test_a_button_of_an_icon_alone_says_what_it_does_and_its_key():
    button = Elements(draw('<c-button icon="snooze" label="Snooze" kbd="Z" />')).first("button")
    assert button["class"] == "btn icon-only"
    assert button["aria-label"] == "Snooze"
    assert button["title"] == "Snooze (Z)"


def test_a_components_attributes_do_not_leak_from_the_page_around_it():
    html = draw("<c-button>Send</c-button><c-pill>x</c-pill>", icon="x", kbd="K", tone="bad", class_="no", label="leak")
    assert "leak" not in html
    assert "<use" not in html
    assert "kbd" not in html


def test_kims_avatar_is_the_same_however_her_name_is_passed():
    names = {"one": '<c-avatar :name="name" />', "two": '<c-avatar name="{{ name }}" />'}
    drawn = {key: draw(source, name="O'Neill & Park") for key, source in names.items()}
    assert drawn["one"] == drawn["two"]
    assert ">OP<" in drawn["one"]


def test_a_wrong_field_is_named_by_its_error():
    from rapport.design.samples import SampleForm

    html = draw('<c-form-field :field="form.goal" />', form=SampleForm({"goal": "0"}))
    control = Elements(html).first("input")
    assert control["aria-invalid"] == "true"
    assert control["class"] == "input"
    assert control["aria-describedby"] == "id_goal_error"
    assert 'id="id_goal_error"' in html
    assert "Enter at least 1 minute." in html


def test_a_field_keeps_its_own_class_and_gains_a_hint():
    from django import forms

    class Note(forms.Form):
        text = forms.CharField(widget=forms.Textarea(attrs={"class": "tall"}))
        agree = forms.BooleanField()

    form = Note()
    area = Elements(draw('<c-form-field :field="form.text" size="large" hint="Be brief." />', form=form)).first(
        "textarea"
    )
    assert area["class"] == "input large tall"
    assert area["aria-describedby"] == "id_text_helptext"
    assert "class" not in Elements(draw('<c-form-field :field="form.agree" />', form=form)).first("input")


def test_a_badge_that_is_empty_now_can_be_filled_live():
    html = draw('<c-nav-item icon="inbox" href="/inbox" label="Inbox" count="inbox" badge="" />')
    badge = next(attributes for tag, attributes in Elements(html).found if attributes.get("class") == "badge")
    assert badge["data-count"] == "inbox"
    assert "hidden" in badge


def test_bars_are_scaled_to_the_largest_and_survive_nothing():
    rows = [{"label": "5", "value": 50}, {"label": "4", "value": 25}]
    assert re.findall(r"--v:([\d.]+)", draw('<c-bar-rows :rows="rows" />', rows=rows)) == ["100", "50"]
    assert re.findall(r"--v:([\d.]+)", draw('<c-columns :rows="rows" />', rows=[{"label": "5", "value": 0}])) == ["0"]
    assert "<li" not in draw('<c-columns :rows="rows" />', rows=[])


def test_chart_values_keep_their_point_where_people_write_a_comma():
    from django.utils import translation

    with translation.override("de"):
        assert "--v:62.5" in draw('<c-progress :value="v" label="Risk" />', v=62.5)


def test_a_sparkline_touches_its_highest_and_lowest():
    html = draw('<c-sparkline :values="values" label="Ratings" />', values=[1, 3, 2])
    assert "M0 24 L50 4 L100 14" in html
    assert "M0 14 L100 14" in draw('<c-sparkline :values="values" />', values=[7])
    assert "svg" not in draw('<c-sparkline :values="values" />', values=[])


def test_stages_tell_what_is_behind():
    html = draw('<c-stages :stages="stages" current="Active" />', stages=["Lead", "Active", "Lapsed"])
    assert re.findall(r"<li( [^>]*)?>", html) == [' class="done"', ' aria-current="step"', ""]


def test_the_chosen_face_is_checked():
    html = draw('<c-faces name="score" :value="score" />', score=4)
    checked = [
        attributes["value"] for tag, attributes in Elements(html).found if tag == "input" and "checked" in attributes
    ]
    assert checked == ["4"]


def test_the_styleguide_shows_every_component():
    pages = [
        *(DESIGN / "templates" / "design").rglob("styleguide*.html"),
        *(DESIGN / "templates/design/styleguide").glob("*.html"),
    ]
    text = "".join(page.read_text() for page in pages)
    used = {name.replace("-", "_") for name in re.findall(r"<c-([a-z-]+)", text)}
    used |= set(re.findall(r"""include "components/(\w+).html""", text))
    assert {path.stem for path in COMPONENTS} - used == set()


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_every_class_of_a_component_has_a_rule(path):
    rules = set(re.findall(r"\.([a-zA-Z][\w-]*)", bundle.stylesheet()))
    assert classes(path) - rules - {"said"} == set()


def test_every_icon_a_template_names_is_in_the_sprite():
    named: dict[str, str] = {}
    for path in templates():
        text = path.read_text()
        found = re.findall(r"""{%\s*icon\s+["']([^"']+)["']""", text)
        found += re.findall(r"""<c-[a-z-]+[^>]*?\sicon(?:_end)?="([a-z-]+)\"""", text)
        named |= dict.fromkeys(found, str(path))
    assert len(named) > 20
    assert {name: path for name, path in named.items() if name not in icons.names()} == {}


def test_the_sprite_names_each_icon_once():
    assert len(icons.names()) == len(set(icons.names())) >= 88
