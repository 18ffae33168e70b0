"""What Ada writes down about Kim: addresses, notes, files."""

from datetime import timedelta

import pytest

from rapport.backbone.models import StoredFile
from rapport.customers import actions
from rapport.customers.errors import IdentityTaken, LastIdentity, NotUnderstood
from rapport.customers.jobs import forget_removed_notes_and_files
from rapport.customers.models import CustomerFile, CustomerNote, Identity, IdentityKind
from rapport.customers.profiles import choices, filing, identities, notes
from rapport.kit import clock, phones
from rapport.team.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(kim, ada):
    return actions.add_identity(kim, kind=IdentityKind.EMAIL, value="kim@home.example", label="home", by=ada)


def test_another_address_is_shown_once_it_is_the_primary_one(kim, ada, home):
    assert (kim.email, home.label) == ("kim@studio.example", "home")
    identities.make_primary(home, by=ada)
    kim.refresh_from_db()
    assert kim.email == "kim@home.example"


def test_a_removed_address_makes_room_for_the_next_and_comes_back_as_it_was(kim, ada, home):
    first = Identity.objects.get(value="kim@studio.example")
    identities.remove(first, by=ada)
    kim.refresh_from_db()
    assert kim.email == "kim@home.example"
    identities.give_back(
        kim, kind="email", value=first.value, label="", verified_at=first.verified_at, primary=True, by=ada
    )
    kim.refresh_from_db()
    assert kim.email == "kim@studio.example"
    assert Identity.objects.get(value="kim@studio.example").verified_at == first.verified_at


def test_the_last_address_stays(kim, ada):
    with pytest.raises(LastIdentity):
        identities.remove(Identity.objects.get(), by=ada)


def test_a_removed_address_that_somebody_has_meanwhile_stays_theirs(kim, ada, home):
    identities.remove(home, by=ada)
    actions.meet(kind=IdentityKind.EMAIL, value="kim@home.example")
    with pytest.raises(IdentityTaken):
        identities.give_back(
            kim, kind="email", value="kim@home.example", label="", verified_at=None, primary=False, by=ada
        )


def test_ada_says_that_an_address_is_kims(kim, ada, home):
    identities.verify(home, by=ada)
    assert home.verified_at
    identities.verify(home, by=ada, is_verified=False)
    assert Identity.objects.get(pk=home.pk).verified_at is None


def test_a_number_without_a_country_is_of_the_companys(kim, ada):
    Organisation.objects.create(name="Lampwright", time_zone="Europe/Rome")
    number = actions.add_identity(kim, kind=IdentityKind.PHONE, value="02 5550 0142", by=ada)
    assert (number.value, phones.shown(number.value)) == ("+390255500142", "+39 02 5550 0142")
    assert actions.meet(kind=IdentityKind.PHONE, value="0039 02 5550-0142") == kim
    assert actions.meet(kind=IdentityKind.PHONE, value="+39 02 5550 0142") == kim
    assert actions.normalise(IdentityKind.PHONE, "112") == "112"


@pytest.mark.parametrize(
    ("said", "region", "kept", "read"),
    [
        ("+49 (0)30 23125-100", "", "+493023125100", "+49 30 23125100"),
        ("138 1234 5678", "CN", "+8613812345678", "+86 138 1234 5678"),
        ("030 23125", "", "03023125", "03023125"),
        ("+999 1", "", "+9991", "+9991"),
        ("+1 (415) 555-2671", "DE", "+14155552671", "+1 415-555-2671"),
    ],
)
def test_a_number_has_one_spelling_to_keep_and_one_to_read(said, region, kept, read):
    assert phones.e164(said, region=region) == kept
    assert phones.shown(kept) == read


@pytest.mark.parametrize(
    ("language", "rome", "italian"), [("en", "Rome, Italy", "Italian"), ("zh-hans", "罗马, 意大利", "意大利语")]
)
def test_languages_and_clocks_are_called_as_the_reader_does(settings, language, rome, italian):
    from django.utils import translation

    with translation.override(language):
        assert choices.zone_name("Europe/Rome") == rome
        assert choices.language_name("it") == italian
        assert ("it", italian) in choices.language_groups()[0][1]
        assert any(code == "Europe/Rome" and label.startswith(rome) for code, label in choices.zone_choices())
    assert choices.language_name("xx-nonsense") == "xx-nonsense"
    assert ("gsw-ch", choices.language_name("gsw-ch")) in choices.language_groups("gsw-ch")[0][1]


def test_somebody_who_left_looks_after_nobody_new(kim, ada, omar):
    actions.look_after(kim, owner=ada, by=omar)
    kim.refresh_from_db()
    assert kim.owner == ada
    omar.deactivated_at = clock.now()
    omar.save()
    with pytest.raises(NotUnderstood):
        actions.look_after(kim, owner=omar, by=ada)


def test_a_note_is_put_right_by_who_wrote_it_and_removed_by_all(kim, ada, omar):
    note = notes.write(kim, text="  Prefers mornings  ", by=ada)
    assert (notes.may_edit(note, ada), notes.may_edit(note, omar)) == (True, False)
    notes.edit(note, text="Prefers evenings", by=ada)
    assert notes.notes_of(kim).get().text == "Prefers evenings"
    assert note.edited_at
    notes.remove(note, by=omar)
    assert not notes.notes_of(kim).exists()
    notes.bring_back(note, by=omar)
    assert notes.notes_of(kim).get() == note


def test_pinned_notes_stand_first(kim, ada):
    pinned, newer = notes.write(kim, text="VAT number is wrong", by=ada), notes.write(kim, text="Called", by=ada)
    notes.pin(pinned, by=ada)
    assert list(notes.pinned_first(kim)) == [pinned, newer]
    notes.pin(pinned, is_pinned=False, by=ada)
    assert list(notes.pinned_first(kim)) == [newer, pinned]


@pytest.mark.parametrize("text", ["", "  \n ", "\x00", "x" * 10_001])
def test_a_note_says_something_and_not_too_much(kim, ada, text):
    with pytest.raises(NotUnderstood):
        notes.write(kim, text=text, by=ada)


def test_a_file_is_kept_and_gone_for_good_a_month_after_it_was_removed(kim, ada):
    file = filing.keep(kim, data=b"We agree.", name="contract\n.pdf", content_type="application/pdf", by=ada)
    assert (file.name, file.size) == ("contract .pdf", 9)
    with pytest.raises(NotUnderstood):
        filing.keep(kim, data=b"", name="empty.txt", content_type="", by=ada)
    note = notes.write(kim, text="Signed", by=ada)
    filing.remove(file, by=ada)
    notes.remove(note, by=ada)
    forget_removed_notes_and_files.func()
    assert CustomerFile.objects.exists()
    long_ago = clock.now() - timedelta(days=31)
    CustomerFile.objects.update(removed_at=long_ago)
    CustomerNote.objects.update(removed_at=long_ago)
    forget_removed_notes_and_files.func()
    assert not CustomerFile.objects.exists()
    assert not CustomerNote.objects.exists()
    assert not StoredFile.objects.filter(sha256=file.file.sha256).exists()
