"""The cards of a customer's page: addresses, notes, files and details, each changed where it stands and taken back."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rapport.customers import actions, panels
from rapport.customers.models import (
    Company,
    Customer,
    CustomerEvent,
    CustomerFile,
    CustomerNote,
    Identity,
    IdentityKind,
)
from rapport.customers.panels import Panel
from rapport.customers.profiles import notes
from rapport.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(signed_in):
    """Somebody's browser at Kim's page: `at(ada)("notes", text="…")` posts as htmx does."""

    def browser_of(agent):
        browser = signed_in(agent)
        return lambda url, **said: browser.post(url, said, headers={"HX-Request": "true"})

    return browser_of


@pytest.fixture
def here(kim):
    return f"/customers/{kim.pk}"


def undo_of(answer):
    return json.loads(answer["HX-Trigger"])["rapport:toast"]["undo"]


def test_ada_adds_an_address_and_makes_it_the_first(ada, at, kim, here):
    post = at(ada)
    card = post(f"{here}/addresses", kind="email", value="Kim@Home.example", label="home").content.decode()
    assert "kim@home.example" in card
    assert 'hx-swap-oob="true"' in card
    home = Identity.objects.get(value="kim@home.example")
    answer = post(f"{here}/addresses/{home.pk}", do="primary")
    assert Customer.objects.get(pk=kim.pk).email == "kim@home.example"
    post(undo_of(answer))
    assert Customer.objects.get(pk=kim.pk).email == "kim@studio.example"


def test_a_removed_address_comes_back_as_it_was(ada, at, kim, here):
    post = at(ada)
    actions.add_identity(kim, kind=IdentityKind.PHONE, value="+390255500142", label="office", by=ada)
    first = Identity.objects.get(kind="email")
    answer = post(f"{here}/addresses/{first.pk}", do="remove")
    assert Customer.objects.get(pk=kim.pk).email == ""
    assert "kim@studio.example" not in answer.content.decode()
    post(undo_of(answer))
    back = Identity.objects.get(value="kim@studio.example")
    assert (back.customer, back.verified_at) == (kim, first.verified_at)
    assert Customer.objects.get(pk=kim.pk).email == "kim@studio.example"


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("email", "nonsense", "This is not a mail address."),
        ("phone", "1", "This is not a phone number."),
        ("handle", "chat:visitor-1", "Choose what kind of address this is."),
        ("email", "lee@studio.example", "Another customer is already known by lee@studio.example."),
    ],
)
def test_an_address_that_cannot_be_kims_is_refused_with_its_reason(ada, at, here, kind, value, reason):
    actions.meet(kind=IdentityKind.EMAIL, value="lee@studio.example")
    answer = at(ada)(f"{here}/addresses", kind=kind, value=value)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert reason in page
    assert f'value="{value}" aria-invalid="true"' in page


def test_the_only_address_stays(ada, at, here):
    answer = at(ada)(f"{here}/addresses/{Identity.objects.get().pk}", do="remove")
    assert answer.status_code == 422
    assert Identity.objects.exists()


def test_an_account_at_a_provider_is_not_changed_by_hand(ada, at, kim, here):
    handle = Identity.objects.create(customer=kim, kind=IdentityKind.HANDLE, value="telegram:4711")
    assert at(ada)(f"{here}/addresses/{handle.pk}", do="remove").status_code == 404


def test_a_note_is_written_edited_pinned_removed_and_brought_back(ada, omar, at, here):
    post = at(ada)
    answer = post(f"{here}/notes", text="Prefers <mornings>")
    assert "Prefers &lt;mornings&gt;" in answer.content.decode()
    assert "rapport:timeline" in answer["HX-Trigger"]
    note = CustomerNote.objects.get()
    answer = post(f"{here}/notes/{note.pk}", do="edit", text="Prefers evenings")
    post(undo_of(answer))
    note.refresh_from_db()
    assert note.text == "Prefers <mornings>"
    assert at(omar)(f"{here}/notes/{note.pk}", do="edit", text="Mine").status_code == 403
    post(f"{here}/notes/{note.pk}", do="pin")
    answer = post(f"{here}/notes/{note.pk}", do="remove")
    assert "Prefers" not in answer.content.decode()
    assert "Prefers" in post(undo_of(answer)).content.decode()
    assert post(f"{here}/notes", text=" ").status_code == 422


def test_only_whoever_wrote_a_note_is_given_its_form(ada, omar, kim, here, signed_in):
    note = notes.write(kim, text="Prefers mornings", by=ada)
    form = 'name="text" rows="4"'
    htmx = {"HX-Request": "true"}
    assert form in signed_in(ada).get(f"{here}/notes/{note.pk}", headers=htmx).content.decode()
    assert form not in signed_in(omar).get(f"{here}/notes/{note.pk}", headers=htmx).content.decode()


def test_a_file_is_brought_downloaded_and_removed(ada, at, viewer, here, signed_in):
    post = at(ada)
    page = SimpleUploadedFile("offer.html", b"<script>alert(1)</script>", content_type="text/html")
    assert "offer.html" in post(f"{here}/files", file=page).content.decode()
    file = CustomerFile.objects.get()
    answer = signed_in(viewer).get(f"{here}/files/{file.pk}/bytes")
    assert answer.content == b"<script>alert(1)</script>"
    assert (answer["Content-Disposition"][:10], answer["X-Content-Type-Options"]) == ("attachment", "nosniff")
    answer = post(f"{here}/files/{file.pk}", do="remove")
    assert signed_in(ada).get(f"{here}/files/{file.pk}/bytes").status_code == 404
    assert "offer.html" in post(undo_of(answer)).content.decode()
    assert post(f"{here}/files").status_code == 422


def test_without_scripts_the_page_comes_back_and_says_what_happened(ada, here, signed_in):
    browser = signed_in(ada)
    page = browser.post(f"{here}/notes", {"text": "Prefers mornings"}, follow=True).content.decode()
    assert "The note is added." in page
    assert "Prefers mornings" in page
    assert (
        "This is not a mail address."
        in browser.post(f"{here}/addresses", {"kind": "email", "value": "x"}, follow=True).content.decode()
    )


def test_a_viewer_sees_all_of_it_and_changes_nothing(ada, viewer, at, kim, here, signed_in):
    notes.write(kim, text="Prefers mornings", by=ada)
    page = signed_in(viewer).get(f"{here}/").content.decode()
    assert "Prefers mornings" in page
    assert not re.search(r'hx-post="/customers/', page)
    assert at(viewer)(f"{here}/notes", text="x").status_code == 403
    assert at(viewer)(f"{here}/addresses", kind="email", value="x@y.example").status_code == 403


def test_details_are_words_until_somebody_edits_them(ada, omar, kim, here, signed_in):
    browser = signed_in(ada)
    said = {"job_title": "Founder", "owner": omar.pk, "language": "it", "time_zone": "Europe/Rome", "location": "Milan"}
    assert browser.post(f"{here}/", said).status_code == 302
    page = browser.get(f"{here}/").content.decode()
    for words in ("Founder", "Omar Haddad looks after them.", "Writes in Italian.", "Rome, Italy", "Milan, "):
        assert words in page
    assert "<select" not in browser.get(f"{here}/details").content.decode()
    form = browser.get(f"{here}/details?edit=1").content.decode()
    assert '<option value="it" selected>Italian</option>' in form
    assert Customer.objects.get(pk=kim.pk).name == "Kim Park"


def test_more_of_the_timeline_follows_without_gap_or_repeat(ada, kim, here, signed_in):
    CustomerEvent.objects.bulk_create(CustomerEvent(customer=kim, name=f"did {n}", at=clock.now()) for n in range(70))
    browser = signed_in(ada)
    page, seen = browser.get(f"{here}/?only=events").content.decode(), []
    while True:
        seen += re.findall(r"<b>did (\d+)</b>", page)
        more = re.search(r'hx-get="([^"]+cursor[^"]+)"', page)
        if not more:
            break
        page = browser.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
    assert seen == [str(n) for n in range(69, -1, -1)]
    plain = browser.get(f"{here}/timeline?only=events&cursor=nonsense")
    assert plain.status_code == 302
    assert "did 69" in browser.get(plain.url).content.decode()


def test_what_was_done_again_and_again_is_one_entry(ada, kim, here, signed_in):
    CustomerEvent.objects.bulk_create(CustomerEvent(customer=kim, name="signed in") for _ in range(5))
    page = signed_in(ada).get(f"{here}/").content.decode()
    assert page.count("<b>signed in</b>") == 1
    assert "4 more times before" in page


def test_days_bound_what_is_shown(ada, kim, here, signed_in):
    CustomerEvent.objects.create(customer=kim, name="long ago", at="2024-03-01T09:00:00Z")
    CustomerEvent.objects.create(customer=kim, name="lately")
    browser = signed_in(ada)
    page = browser.get(f"{here}/?since=2024-03-01&until=2024-03-01").content.decode()
    assert ("long ago" in page, "lately" in page) == (True, False)
    assert "Nothing in these days" in browser.get(f"{here}/?until=2020-01-01").content.decode()
    assert "lately" in browser.get(f"{here}/?since=nonsense&until=9999-12-31").content.decode()


def test_other_rooms_bring_cards_of_their_own(ada, kim, here, signed_in, monkeypatch, write):
    monkeypatch.setattr(panels, "_panels", {})
    for place in ("head", "stats", "aside", "panel"):
        panels.register(Panel(place, "workspace/no_such.html", lambda _customer, _viewer: None))
        said = {"company": {"pk": 1}, "each": {"pk": 1, "domain": place}}
        panels.register(
            Panel(
                place,
                "workspace/company_choice.html",
                lambda customer, _viewer, said=said: {**said, "each": {**said["each"], "name": f"Card of {customer}"}},
            )
        )
    number = write("Hello").number
    browser = signed_in(ada)
    page = browser.get(f"{here}/").content.decode()
    assert re.findall(r"<b>Card of Kim Park</b> <span class=\"muted\">(\w+)", page) == ["head", "stats", "aside"]
    assert "<b>Card of Kim Park</b>" in browser.get(f"/inbox/{number}/").content.decode()


def test_a_domain_that_two_share_becomes_a_company_from_the_page(ada, kim, here, signed_in):
    actions.meet(kind=IdentityKind.EMAIL, value="lee@studio.example")
    browser = signed_in(ada)
    assert "2 customers write from studio.example" in browser.get(f"{here}/").content.decode()
    browser.post("/companies/", {"name": "Studio", "domains": "studio.example"})
    assert Company.objects.get().people.count() == 2
    assert "which belongs to no company yet" not in browser.get(f"{here}/").content.decode()
