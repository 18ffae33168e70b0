"""Customers from spreadsheets as the world writes them, and taking them back."""

from datetime import timedelta
from pathlib import Path

import pytest

from rapport.backbone.jobs import run_pending
from rapport.backbone.models import Event
from rapport.customers import actions, merging
from rapport.customers.fields import FIELDS
from rapport.customers.importing import running, starting
from rapport.customers.importing.errors import NotNow
from rapport.customers.importing.models import CustomerImport, ImportedRow, ImportState
from rapport.customers.importing.shapes import problem_rows
from rapport.customers.models import Company, Customer, Identity, IdentityKind
from rapport.kit import clock

SHEETS = Path(__file__).parent / "sheets"

pytestmark = pytest.mark.django_db


def outcome(source):
    return source.created, source.changed, source.same, source.skipped, source.wrong


def wrong(source):
    return dict(source.rows.filter(outcome="wrong").values_list("number", "problem"))


ROWS = "email,name,place,company\nkim@studio.example,Kim J. Park,Oslo,Studio\nlee@a.example,Lee,,\n"


def test_a_german_excel_file_is_understood(fields, bring, imported):
    source = bring("kunden.csv")
    assert source.columns == [
        "account", "first_name", "last_name", "email", "phone", "company", "location", "language",
        "field:umsatz", "field:seit", "",
    ]  # fmt: skip
    imported(source)
    assert outcome(source) == (2, 1, 0, 0, 3)
    juergen = Customer.objects.get(email="juergen.mueller@mueller-soehne.example")
    assert (juergen.name, juergen.phone, juergen.language) == ("Jürgen Müller", "+49301234567", "de")
    assert juergen.company.name == "Müller & Söhne GmbH"
    assert FIELDS.plainly(juergen) == {"umsatz": 1234.5, "seit": "2024-03-01"}
    zoe = Customer.objects.get(email="zoe@licht.example")
    # The second row with her number put her right; the first one's phone lost an apostrophe, and a zero too many.
    assert (zoe.name, zoe.location, zoe.phone) == ("Zoë Weiss", "Bonn", "+4922199887")
    assert set(zoe.identities.values_list("kind", flat=True)) == {"external", "email", "phone"}


def test_rows_with_errors_are_told_by_the_number_that_the_spreadsheet_shows(fields, bring, imported):
    told = wrong(imported(bring("kunden.csv")))
    assert list(told) == [5, 6, 7]
    assert told[5] == "This is not a mail address. (joerg@)"
    assert told[6] == "A customer needs a mail address, a phone number or an account number."
    assert "rounded this phone number" in told[7]
    assert "Seit must be a day" in told[7]
    assert not Customer.objects.filter(email="aenne@licht.example").exists()


def test_a_chinese_file_is_understood(fields, bring, imported):
    source = bring("联系人.csv")
    assert source.encoding == "gb18030"
    assert source.columns == ["name", "phone", "email", "company", "location", "account", "field:tier", ""]
    imported(source)
    assert outcome(source) == (2, 0, 0, 0, 1)
    assert "等级 must be one of: 金牌, 银牌." in wrong(source)[4]
    lina = Customer.objects.get(name="李娜")
    assert (lina.phone, lina.location) == ("13900139000", "上海")
    assert lina.company.people.count() == 2
    assert Company.objects.count() == 1


def test_a_workbook_is_understood(fields, bring, imported):
    source = bring("crm-export.xlsx")
    assert source.columns == ["name", "email", "phone", "company", "account", "field:renewal", "field:seats"]
    imported(source)
    assert outcome(source) == (2, 0, 0, 0, 1)
    mia = Customer.objects.get(email="mia@north.example")
    assert mia.phone == "491701234567"
    assert FIELDS.plainly(mia) == {"renewal": "2024-03-01", "seats": 12}
    assert mia.identities.get(kind=IdentityKind.EXTERNAL).value == "10017"
    assert Customer.objects.get(name="Tom O'Brien").email == "tom@north.example"
    assert list(wrong(source)) == [5]


def test_utf_16_with_tabs_is_understood(bring, imported):
    assert outcome(imported(bring("export-utf16.tsv"))) == (2, 0, 0, 0, 0)
    assert Customer.objects.get(email="lukasz@wroclaw.example").name == "Łukasz Żak"


def test_trying_writes_nothing_and_counts_the_same_as_the_import(fields, bring, tried, imported):
    source = tried(bring("kunden.csv"))
    counted = outcome(source), wrong(source)
    assert source.state == ImportState.CHECKED
    assert not Customer.objects.exists()
    assert not Company.objects.exists()
    imported(source)
    assert (outcome(source), wrong(source)) == counted


@pytest.mark.parametrize(
    ("existing", "name", "place", "counts"),
    [
        ("update", "Kim J. Park", "Oslo", (1, 1, 0, 0, 0)),
        ("fill", "Kim Park", "Oslo", (1, 1, 0, 0, 0)),
        ("skip", "Kim Park", "", (1, 0, 0, 1, 0)),
    ],
)
def test_who_is_known_is_updated_or_filled_or_left(existing, name, place, counts, kim, bring, imported):
    assert outcome(imported(bring(ROWS, existing=existing))) == counts
    kim.refresh_from_db()
    assert (kim.name, kim.location) == (name, place)


def test_the_same_file_again_changes_nothing_and_tells_nobody(bring, imported):
    imported(bring(ROWS))
    before = Event.objects.filter(name="CustomerChanged").count()
    assert outcome(imported(bring(ROWS))) == (0, 0, 2, 0, 0)
    assert Event.objects.filter(name="CustomerChanged").count() == before


def test_an_address_of_somebody_else_is_an_error_and_not_a_theft(kim, bring, imported):
    actions.register(name="Lee", email="lee@a.example", account="L-1", by=None)
    source = imported(bring("account,email\nL-1,kim@studio.example\n"))
    assert wrong(source) == {2: "kim@studio.example belongs to another customer, Kim Park."}
    assert Identity.objects.get(value="kim@studio.example").customer == kim


def test_a_new_address_of_somebody_known_by_number_becomes_the_one_lists_show(bring, imported, undone):
    lee = actions.register(name="Lee", email="lee@a.example", account="L-1", by=None)
    source = imported(bring("account,email\nL-1,lee@new.example\n"))
    lee.refresh_from_db()
    assert lee.email == "lee@new.example"
    undone(source)
    lee.refresh_from_db()
    assert lee.email == "lee@a.example"
    assert not Identity.objects.filter(value="lee@new.example").exists()


def test_whoever_went_up_in_another_record_is_that_one(kim, bring, imported):
    lee = actions.register(name="Lee", email="lee@a.example", by=None)
    merging.merge(lee, into=kim, by=None)
    imported(bring("email,place\nlee@a.example,Oslo\n"))
    kim.refresh_from_db()
    assert kim.location == "Oslo"


def test_companies_are_found_by_domain_or_name_and_made_once(bring, imported):
    known = actions.add_company(name="Studio", domain="studio.example", by=None)
    text = (
        "email,company,website\na@x.example,STUDIO,\nb@x.example,Other name,https://www.studio.example/en\n"
        "c@x.example,New,new.example\nd@x.example,new,\ne@studio.example,,\nf@x.example,Free,gmail.com\n"
    )
    source = imported(bring(text))
    assert outcome(source) == (5, 0, 0, 0, 1)
    assert known.people.count() == 3
    assert Company.objects.get(name="New").people.count() == 2


def test_a_killed_import_goes_on_without_doubling(bring, imported, omar, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 3)
    text = "email,name\n" + "".join(f"p{number}@a.example,Person {number}\n" for number in range(10))
    source = bring(text)
    starting.begin(source, by=omar)
    source.refresh_from_db()
    chunks = running._chunks(running.people(source, text.encode()))
    assert running._write_chunk(source, next(chunks), 0, running.Companies())
    # A worker that was thought dead comes back with rows that are done.
    assert not running._write_chunk(source, next(chunks), 0, running.Companies())
    run_pending(strict=True)
    source.refresh_from_db()
    assert (source.state, source.position, source.created) == (ImportState.DONE, 10, 10)
    assert Customer.objects.count() == 10


def test_an_import_whose_job_was_lost_is_woken(bring, omar):
    source = bring(ROWS)
    CustomerImport.objects.filter(pk=source.pk).update(
        state=ImportState.IMPORTING, touched_at=clock.now() - timedelta(minutes=6)
    )
    assert running.wake() == 1
    run_pending(strict=True)
    source.refresh_from_db()
    assert source.state == ImportState.DONE


def test_omar_stops_an_import_and_goes_on_later(bring, omar):
    source = bring(ROWS)
    starting.begin(source, by=omar)
    starting.stop(source, by=omar)
    run_pending(strict=True)
    source.refresh_from_db()
    assert (source.state, source.problem) == (ImportState.FAILED, "Omar Haddad stopped it.")
    assert not Customer.objects.exists()
    starting.resume(source)
    run_pending(strict=True)
    source.refresh_from_db()
    assert (source.state, source.created) == (ImportState.DONE, 2)


def test_what_was_imported_goes_again_unless_something_happened_since(fields, bring, imported, undone, write):
    source = imported(bring("kunden.csv"))
    juergen = Customer.objects.get(name="Jürgen Müller")
    write("Guten Tag", by=juergen)
    undone(source)
    assert source.state == ImportState.UNDONE
    assert not Customer.objects.filter(email="zoe@licht.example").exists()
    assert Customer.objects.filter(pk=juergen.pk).exists()
    assert (source.taken_back, source.kept) == (1, 1)
    assert list(Company.objects.values_list("name", flat=True)) == ["Müller & Söhne GmbH"]


def test_what_was_changed_is_set_back_unless_it_was_changed_again(kim, bring, imported, undone, ada):
    source = imported(bring(ROWS))
    kim.refresh_from_db()
    actions.describe(kim, by=ada, location="Bergen")
    undone(source)
    kim.refresh_from_db()
    assert (kim.name, kim.location, kim.company) == ("Kim Park", "Bergen", None)


def test_two_imports_are_taken_back_one_after_the_other(fields, bring, imported, undone):
    first = imported(bring("email,seats\nlee@a.example,3\n"))
    second = imported(bring("email,seats,place\nlee@a.example,5,Oslo\n"))
    undone(second)
    lee = Customer.objects.get()
    assert (FIELDS.plainly(lee), lee.location) == ({"seats": 3}, "")
    undone(first)
    assert not Customer.objects.exists()


def test_after_thirty_days_it_stays_and_the_file_is_forgotten(bring, imported, omar):
    source = imported(bring(ROWS))
    old = clock.now() - timedelta(days=31)
    CustomerImport.objects.filter(pk=source.pk).update(made_at=old, finished_at=old)
    with pytest.raises(NotNow, match="30 days"):
        starting.begin_undoing(source, by=omar)
    assert starting.forget_old() == 1
    source.refresh_from_db()
    assert (source.file, source.sample, source.created) == (None, [], 2)
    assert not ImportedRow.objects.exists()
    assert Customer.objects.count() == 2


def test_the_error_file_is_safe_and_can_be_mended_and_imported_again(bring, imported):
    source = imported(bring("email,name\nnot an address,=1+1\nlee@a.example,Lee\n"))
    assert list(problem_rows(source)) == [
        ["2", "This is not a mail address. (not an address)", "not an address", "=1+1"]
    ]
