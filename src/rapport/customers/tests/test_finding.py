"""Finding people by what is written of them: exactly those whom comparing every row would find."""

import random
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models import Q

from rapport.customers import actions, queries
from rapport.customers.finding import keeping, searching
from rapport.customers.importing import bulk
from rapport.customers.models import Company, Customer, Identity, IdentityKind
from rapport.kit import clock

PEOPLE = {
    "Ada Lovelace": ["ada@engine.example", "+4930231250"],
    "ADAM Smith-Jones": ["adam_smith@wealth.example"],
    "王小明": ["xiaoming@灯.example", "wechat:wx_小明"],
    "王明": [],
    "Zoë O'Brien": ["zoe+lamps@mail.example", "A-100%"],
    "Jörg Müller": ["JM@Studio.example"],
    "a": ["b\\c"],
    "": ["nobody@nowhere.example"],
    "𠮷田 x": [],
    "Anna Nann": ["anna.nann@mail.example"],
}
ASKED = [
    "ada", "ADA", "lace", "ad", "d", "王", "王小", "小明", "王小明", "明小", "小", "𠮷", "𠮷田", "zoë", "ZO", "o'b",
    "brien lamps", "+49", "3125", "_smith", "smith-", "%", "100%", "\\", "b\\c", "+lamps", "@mail", "mail.example",
    "example", "nan", "nannn", "müller", "MÜLLER", "studio", "park", "Lamp &", "smith wealth", "smith engine", "灯",
    "灯.example", "wx_", "'", '"', "''", "nowhere nobody", " ada  lovelace ", "", "  ", "ad* OR", "zeppelin", "x",
]  # fmt: skip


@pytest.fixture
def crowd(db):
    works = Company.objects.create(name="Lamp & Park Works", domain="works.example")
    for number, (name, values) in enumerate(PEOPLE.items()):
        person = Customer.objects.create(name=name, company=works if number % 4 == 1 else None)
        for value in values:
            Identity.objects.create(customer=person, kind=IdentityKind.EXTERNAL, value=value)
    return works


def compared(words):
    """Every row looked at, as the database compares."""
    found = Customer.objects.all()
    for word in words.split():
        by_address = Identity.objects.filter(value__icontains=word).values("customer_id")
        found = found.filter(Q(name__icontains=word) | Q(company__name__icontains=word) | Q(pk__in=by_address))
    return set(found.values_list("pk", flat=True))


def found(words):
    return set(queries.called(Customer.objects.all(), words).values_list("pk", flat=True))


@pytest.mark.parametrize("is_taken_up", [True, False])
@pytest.mark.parametrize(("few", "soon"), [(searching.FEW, searching.SOON), (1, 1), (1, searching.SOON)])
def test_ada_finds_exactly_whom_comparing_every_row_finds(crowd, monkeypatch, few, soon, is_taken_up):
    """A few looked up, many met soon, and many gathered first; in the index, and waiting to be."""
    if is_taken_up:
        assert keeping.take_up() == sum(bool(name) for name in PEOPLE) + sum(map(len, PEOPLE.values()))
    monkeypatch.setattr(searching, "FEW", few)
    monkeypatch.setattr(searching, "SOON", soon)
    for words in ASKED:
        assert found(words) == compared(words), words


def test_people_are_found_by_parts_and_by_two_or_one_chinese_characters(crowd):
    def names(words):
        return set(queries.called(Customer.objects.all(), words).values_list("name", flat=True))

    assert names("王小") == {"王小明"}
    assert names("小明") == {"王小明"}
    assert names("王") == {"王小明", "王明"}
    assert names("moth") == set()
    assert names("adam_s") == {"ADAM Smith-Jones"}
    assert names("engine") == {"Ada Lovelace"}
    assert names("park smith") == {"ADAM Smith-Jones"}


def test_whatever_changes_is_found_as_it_is_now(crowd, ada):
    """By the ORM one by one, in bulk, past it, by update and by delete; moved, renamed and gone."""
    dice = random.Random(7)
    keeping.take_up()
    now = clock.now()
    bulk.insert(Customer, ["name", "updated_at"], [["Brought Inbulk", now], ["Brought 小灯", now]])
    Customer.objects.bulk_create([Customer(name="Made Together")])
    again = Customer.objects.get(name="Made Together")
    for name in ("Made Anew", "Made Twice"):
        bulk.insert(Customer, ["id", "name", "updated_at"], [[again.pk, name, now]], or_change="id")
    brought = Customer.objects.get(name="Brought Inbulk")
    bulk.insert(Identity, ["customer", "kind", "value"], [[brought.pk, "email", "bulk@mail.example"]])
    person = Customer.objects.get(name="Ada Lovelace")
    other = Customer.objects.get(name="Jörg Müller")
    person.name = "Augusta King"
    person.save()
    Customer.objects.filter(name="a").update(name="Renamed 大灯")
    Customer.objects.filter(name="王明").update(name="")
    Identity.objects.filter(customer=person).update(customer=other)
    Identity.objects.filter(value="b\\c").update(value="new-account-7")
    Customer.objects.filter(name="Zoë O'Brien").delete()
    crowd.name = "Candle Company"
    crowd.save()
    anna = Customer.objects.get(name="Anna Nann")
    anna.name = "Anna Mann"
    Customer.objects.bulk_update([anna], ["name"])
    more = "brought inbulk king love 大灯 renamed engine new-account candle mann nann bulk@ 小灯".split()
    more += ["together", "anew", "twice"]
    for words in [*ASKED, *more, *(" ".join(dice.sample(more, 2)) for _ in range(20))]:
        assert found(words) == compared(words), words
    assert keeping.take_up() > 0
    assert keeping.take_up() == 0
    for words in [*ASKED, *more]:
        assert found(words) == compared(words), words
    assert found("engine") == {other.pk}
    assert found("king") == {person.pk}
    assert not found("lovelace")


@pytest.mark.parametrize("is_taken_up", [True, False])
def test_who_is_gone_is_gone_from_the_index_too(crowd, is_taken_up):
    if is_taken_up:
        keeping.take_up()
    Identity.objects.all().delete()
    Customer.objects.all().delete()
    keeping.take_up()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT (SELECT count(*) FROM customer_name_paired), (SELECT count(*) FROM customer_address_paired)"
            )
            assert cursor.fetchone() == (0, 0)
        else:
            cursor.execute("SELECT count(*) FROM customer_name_pairs('414441 OR 4144')")
            assert cursor.fetchone() == (0,)
    Customer.objects.create(name="Ada Again")
    assert found("ada") == compared("ada") != set()


def test_kim_is_found_by_all_her_addresses_once_her_two_records_are_one(kim, ada):
    twin = actions.meet(kind=IdentityKind.EMAIL, value="kim@private.example", name="Kim P.")
    from rapport.customers.merging import merge

    merge(twin, into=kim, by=ada)
    assert list(queries.called(queries.visible_to(ada), "private")) == [kim]


def test_the_index_is_made_of_what_there_is(crowd):
    connection.check_constraints()
    with connection.cursor() as cursor:
        editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        keeping.drop(editor)
        assert not there("customer_name_pairs")
        keeping.create(editor)
    Customer.objects.filter(name="Ada Lovelace").update(name="Augusta King")
    for words in [*ASKED, "king"]:
        assert found(words) == compared(words), words


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has no triggers to lose")
def test_a_table_that_is_made_anew_has_its_triggers_again(crowd):
    with connection.cursor() as cursor:
        for name in ("customer_name_pairs_update", "customer_address_pairs_insert"):
            cursor.execute(f"DROP TRIGGER {name}")
    keeping.restore()
    assert there("customer_name_pairs_update")
    assert there("customer_address_pairs_insert")
    Customer.objects.filter(name="Ada Lovelace").update(name="Augusta King")
    assert found("king") == compared("king") != set()


def there(name):
    catalogue = "pg_class WHERE relname" if connection.vendor == "postgresql" else "sqlite_master WHERE name"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {catalogue} = %s", [name])
        return cursor.fetchone() is not None
