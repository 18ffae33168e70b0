"""Contacts kept in step with HubSpot and Salesforce, each played over a socket."""

from datetime import timedelta

import pytest

from rapport.backbone.models import Event
from rapport.customers import actions, merging
from rapport.customers.models import Company, Customer, IdentityKind, Likeness
from rapport.exchange.syncing import running, starting
from rapport.exchange.syncing.models import Connection, SyncedRecord, SyncRun
from rapport.exchange.syncing.systems import system_of
from rapport.exchange.tests.hubspot import TOKEN, HubSpotPlayed
from rapport.exchange.tests.salesforce import SalesforcePlayed
from rapport.kit import clock

pytestmark = pytest.mark.django_db


class Desk:
    """A system that is played, and the connection to it: what tests do to both, in the same words for both kinds."""

    def __init__(self, kind, noor):
        self.kind, self.noor = kind, noor
        self.played = HubSpotPlayed() if kind == "hubspot" else SalesforcePlayed()
        said = (
            {"token": TOKEN, "api": self.played.address}
            if kind == "hubspot"
            else {"client_id": "app", "client_secret": "s", "refresh_token": "refresh-1", "login": self.played.address}
        )
        self.connection = starting.connect(kind, name="CRM", settings=said, by=noor)
        Connection.objects.filter(pk=self.connection.pk).update(makes_there=True)
        self.connection.refresh_from_db()
        assert all(not step.problem for step in system_of(self.connection).check())

    def add(self, first, last, email, **more):
        more = {"phone": more.pop("phone", "")}
        if self.kind == "hubspot":
            return self.played.add(firstname=first, lastname=last, email=email, **more)
        return self.played.add(FirstName=first, LastName=last, Email=email, Phone=more["phone"])

    def change(self, id, **values):
        names = {"name": "lastname", "phone": "phone", "email": "email", "city": "city"}
        if self.kind == "salesforce":
            names = {"name": "LastName", "phone": "Phone", "email": "Email", "city": "MailingCity"}
        self.played.change(id, **{names[name]: value for name, value in values.items()})

    def said(self, id):
        """Their record in HubSpot's words."""
        if self.kind == "hubspot":
            return self.played.said(id)
        row = self.played.kept["Contact"][id]
        names = {
            "firstname": "FirstName",
            "lastname": "LastName",
            "email": "Email",
            "phone": "Phone",
            "city": "MailingCity",
        }
        return {ours: row.get(theirs) for ours, theirs in names.items()}

    @property
    def contacts(self):
        return self.played.kept["contacts" if self.kind == "hubspot" else "Contact"]

    def begin(self):
        starting.look_first(self.connection)
        from rapport.backbone.jobs import run_pending

        run_pending(strict=True)
        starting.begin(Connection.objects.get(), by=self.noor)
        run_pending(strict=True)
        return self.runs().first()

    def run(self):
        Connection.objects.update(held_until=None)
        running.go_on(self.connection.pk)
        return self.runs().first()

    def runs(self):
        return self.connection.runs.filter(is_trial=False)

    @property
    def writes(self):
        """How many requests have written something over there."""
        return sum(1 for method, path, _body in self.played.asked if method == "PATCH" or "/batch/" in path)


@pytest.fixture(params=["hubspot", "salesforce"])
def desk(request, noor, settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    made = Desk(request.param, noor)
    yield made
    made.played.close()


@pytest.fixture
def hubspot(noor, settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    made = Desk("hubspot", noor)
    yield made
    made.played.close()


@pytest.fixture
def salesforce(noor, settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    made = Desk("salesforce", noor)
    yield made
    made.played.close()


def linked(customer):
    return SyncedRecord.objects.get(customer=customer)


def test_a_look_first_counts_and_writes_nothing(desk, kim):
    desk.add("Kim", "Park", "kim@studio.example", phone="+49 30 1234")
    desk.add("Lee", "Ng", "lee@x.example")
    desk.add("No", "Address", "")
    mo = actions.register(name="Mo", email="mo@x.example", by=None)
    run = starting.look_first(desk.connection)
    running.go_on(desk.connection.pk, run.pk)
    run.refresh_from_db()
    assert run.problem == ""
    assert {word: run.count(word) for word in ("seen", "matched", "made_here", "made_there", "failed")} == {
        "seen": 3, "matched": 1, "made_here": 1, "made_there": 1, "failed": 1,
    }  # fmt: skip
    assert set(Customer.objects.values_list("pk", flat=True)) == {kim.pk, mo.pk}
    assert not SyncedRecord.objects.exists()
    assert desk.writes == 0
    assert len(desk.contacts) == 3


def test_it_begins_only_after_somebody_looked(desk, noor):
    with pytest.raises(starting.NotNow, match="Look first"):
        starting.begin(desk.connection, by=noor)


def test_a_contact_comes_a_customer_goes_and_one_is_matched(desk, kim):
    kims = desk.add("Kim", "Park", "Kim@Studio.example", phone="+49 30 1234")
    desk.add("Lee", "Ng", "lee@x.example", phone="0049")
    mo = actions.register(name="Mo Salah", email="mo@x.example", by=None)
    run = desk.begin()
    assert (run.problem, run.count("matched"), run.count("made_here"), run.count("made_there")) == ("", 1, 1, 1)
    kim.refresh_from_db()
    assert kim.phone == "+49301234"
    assert linked(kim).their_id == kims
    assert Customer.objects.get(email="lee@x.example").name == "Lee Ng"
    theirs = desk.said(linked(mo).their_id)
    assert (theirs["firstname"], theirs["lastname"], theirs["email"]) == ("Mo", "Salah", "mo@x.example")


def test_changes_go_both_ways_and_come_back_as_no_change(desk, kim, ada):
    kims = desk.add("Kim", "Park", "kim@studio.example")
    desk.begin()
    desk.change(kims, phone="+49 40 99")
    actions.describe(kim, by=ada, location="Oslo")
    run = desk.run()
    kim.refresh_from_db()
    assert (kim.phone, kim.location) == ("+494099", "Oslo")
    assert desk.said(kims)["city"] == "Oslo"
    assert (run.count("changed_here"), run.count("changed_there"), run.count("conflicts")) == (1, 1, 0)
    writes, events = desk.writes, Event.objects.count()
    for _again in range(2):
        quiet = desk.run()
        assert quiet.is_quiet, quiet.counts
    assert (desk.writes, Event.objects.count()) == (writes, events)


def test_a_field_that_both_changed_goes_to_the_newer_or_by_the_rule(desk, kim, ada):
    kims = desk.add("Kim", "Park", "kim@studio.example")
    desk.begin()
    desk.change(kims, city="Bergen")
    # Their clock is played and stands before ours.
    actions.describe(kim, by=ada, location="Oslo")
    run = desk.run()
    assert run.count("conflicts") == 1
    assert desk.said(kims)["city"] == "Oslo"
    mapping = desk.connection.mapping
    for line in mapping["customer"]:
        line["rule"] = "theirs"
    Connection.objects.update(mapping=mapping)
    desk.change(kims, city="Bergen")
    actions.describe(kim, by=ada, location="Narvik")
    desk.run()
    kim.refresh_from_db()
    assert (kim.location, desk.said(kims)["city"]) == ("Bergen", "Bergen")


def test_what_is_deleted_there_stays_here_and_is_not_made_again(desk, kim, ada):
    kims = desk.add("Kim", "Park", "kim@studio.example")
    desk.begin()
    (desk.played.archive if desk.kind == "hubspot" else desk.played.delete)(kims)
    run = desk.run()
    assert run.count("gone") == 1
    assert linked(kim).state == "gone"
    actions.describe(kim, by=ada, location="Oslo")
    writes = desk.writes
    assert desk.run().is_quiet
    assert desk.writes == writes


def test_two_that_became_one_there_are_shown_to_people_here(desk, kim):
    lee = actions.register(name="Lee", email="lee@x.example", by=None)
    kims, lees = desk.add("Kim", "Park", "kim@studio.example"), desk.add("Lee", "", "lee@x.example")
    desk.begin()
    if desk.kind == "hubspot":
        desk.played.merge(lees, kims)
    else:
        desk.played.change(kims)
        desk.played.delete(lees, into=kims)
    run = desk.run()
    assert run.count("gone") == 1
    assert linked(lee).state == "gone"
    assert Likeness.objects.filter(one=kim, other=lee).exists()
    assert desk.run().is_quiet


def test_a_merge_that_made_a_new_id_is_followed(hubspot, kim, ada):
    kims = hubspot.add("Kim", "Park", "kim@studio.example")
    hubspot.begin()
    new = hubspot.add("Kim", "Park", "kim@studio.example")
    hubspot.played.merge(kims, new)
    hubspot.run()
    assert linked(kim).their_id == new
    actions.describe(kim, by=ada, location="Oslo")
    hubspot.run()
    assert hubspot.said(new)["city"] == "Oslo"


def test_our_merge_sends_the_survivor_and_leaves_the_other_alone(desk, kim, ada):
    lee = actions.register(name="Lee", email="lee@x.example", by=None)
    actions.describe(lee, by=ada, location="Oslo")
    kims, lees = desk.add("Kim", "Park", "kim@studio.example"), desk.add("Lee", "", "lee@x.example")
    desk.begin()
    merging.merge(lee, into=kim, by=ada)
    desk.run()
    assert desk.said(kims)["city"] == "Oslo"
    desk.change(lees, phone="+49 1 55555")
    desk.run()
    kim.refresh_from_db()
    assert (kim.phone, linked(kim).their_id) == ("", kims)


def test_one_that_is_refused_holds_up_nobody_and_is_tried_again(desk, kim, ada):
    mo = actions.register(name="Mo Salah", email="mo@x.example", by=None)
    desk.played.refused = {"mo@x.example"}
    run = desk.begin()
    assert (run.count("made_there"), run.count("failed"), run.problem) == (1, 1, "")
    link = linked(mo)
    assert (link.state, link.their_id, link.tries) == ("refused", "", 1)
    assert "invalid" in link.problem
    writes = desk.writes
    desk.run()
    assert desk.writes == writes
    desk.played.refused = set()
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        assert desk.run().count("made_there") == 1
    link = linked(mo)
    assert (link.state, link.problem) == ("linked", "")


def test_a_person_has_it_tried_again_at_once(desk, kim):
    desk.played.refused = {"kim@studio.example"}
    desk.begin()
    desk.played.refused = set()
    starting.try_again(desk.connection)
    assert desk.run().count("made_there") == 1


class Killed(BaseException):
    """As if the process were gone: nothing after it runs."""


def test_killed_between_writing_there_and_noting_it_down_makes_no_double(desk, kim, ada, monkeypatch):
    mo = actions.register(name="Mo Salah", email="mo@x.example", by=None)
    starting.look_first(desk.connection)
    running.go_on(desk.connection.pk, desk.connection.runs.get().pk)
    starting.begin(Connection.objects.get(), by=desk.noor)

    def die(*_all):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("rapport.exchange.syncing.pushing._settle", die)
        with pytest.raises(Killed):
            desk.run()
    assert len(desk.contacts) == 2
    assert not SyncedRecord.objects.exists()
    run = desk.run()
    assert (run.count("made_here"), run.count("failed")) == (0, 0)
    assert len(desk.contacts) == 2
    assert {linked(kim).state, linked(mo).state} == {"linked"}
    assert Customer.objects.count() == 2
    actions.describe(mo, by=ada, location="Oslo")
    desk.run()
    assert desk.said(linked(mo).their_id)["city"] == "Oslo"


def test_killed_while_reading_goes_on_at_the_page_where_it_was(hubspot, monkeypatch):
    hubspot.played.list_page = 2
    for number in range(6):
        hubspot.add("P", str(number), f"p{number}@x.example")
    starting.look_first(hubspot.connection)
    running.go_on(hubspot.connection.pk, hubspot.connection.runs.get().pk)
    starting.begin(Connection.objects.get(), by=hubspot.noor)
    pages = []
    real = running.take_in

    def die_at_the_third(*said):
        pages.append(1)
        if len(pages) == 3:
            raise Killed
        real(*said)

    # Companies have a page of their own, which comes first.
    with monkeypatch.context() as dying:
        dying.setattr("rapport.exchange.syncing.running.take_in", die_at_the_third)
        with pytest.raises(Killed):
            hubspot.run()
    before = Customer.objects.count()
    assert 0 < before < 6
    run = hubspot.run()
    assert run.count("made_here") == 6 - before
    assert Customer.objects.count() == 6


def test_two_records_there_that_are_one_customer_here_are_said(hubspot, kim):
    hubspot.add("Kim", "Park", "kim@studio.example")
    hubspot.add("Kim", "Park", "kim@studio.example")
    run = hubspot.begin()
    assert (run.count("matched"), run.count("failed")) == (1, 1)
    assert "is in step with another record there already" in SyncedRecord.objects.get(state="refused").problem
    assert Customer.objects.count() == 1


def test_companies_are_matched_by_domain_made_and_changed(desk, noor):
    studio = actions.add_company(name="Studio", domain="studio.example", by=noor)
    if desk.kind == "hubspot":
        theirs = desk.played.add("companies", name="Studio Ltd", domain="www.studio.example")
        desk.played.add("companies", name="Hall", domain="hall.example")
    else:
        theirs = desk.played.add("Account", Name="Studio Ltd", Website="https://www.studio.example/")
        desk.played.add("Account", Name="Hall", Website="hall.example")
    shed = actions.add_company(name="Shed", domain="shed.example", by=noor)
    run = desk.begin()
    assert run.problem == ""
    studio.refresh_from_db()
    assert studio.name == "Studio Ltd"
    assert Company.objects.filter(name="Hall", domain="hall.example").exists()
    kind, name = ("companies", "name") if desk.kind == "hubspot" else ("Account", "Name")
    made = SyncedRecord.objects.get(company=shed).their_id
    row = desk.played.kept[kind][made]
    assert (row.get("properties") or row)[name] == "Shed"
    Company.objects.filter(pk=studio.pk).update(name="Studio & Co")
    desk.run()
    row = desk.played.kept[kind][theirs]
    assert (row.get("properties") or row)[name] == "Studio & Co"
    assert desk.run().is_quiet


def test_a_token_that_is_no_longer_good_is_said_and_waits(hubspot, kim):
    hubspot.begin()
    Connection.objects.update(settings={**hubspot.connection.settings, "token": "pat-wrong"})
    run = hubspot.run()
    assert "does not know this token" in run.problem
    held = Connection.objects.get()
    assert held.error == run.problem
    assert held.next_at > clock.now() + timedelta(minutes=4)
    assert running.wake() == 0


def test_too_many_requests_are_waited_for_or_left_for_later(hubspot, kim):
    short = (429, {"errorType": "RATE_LIMIT", "policyName": "SECONDLY"}, {"Retry-After": "0"})
    hubspot.played.faults = [short, short]
    run = hubspot.begin()
    assert (run.problem, run.count("made_there")) == ("", 1)
    hubspot.played.faults = [(429, {"errorType": "RATE_LIMIT", "policyName": "DAILY"}, {})]
    run = hubspot.run()
    assert "too many requests" in run.problem
    held = Connection.objects.get()
    assert (held.error, held.failures) == ("", 0)
    assert held.next_at > clock.now() + timedelta(minutes=9)


def test_a_batch_refused_as_a_whole_is_halved_until_the_bad_one_is_found(hubspot):
    for number in range(5):
        actions.register(name=f"P {number}", email=f"p{number}@x.example", by=None)
    real = hubspot.played._batch

    def strict(kind, way, inputs):
        if any(each["properties"].get("email") == "p3@x.example" for each in inputs):
            return 400, {"status": "error", "message": "p3 is not valid", "category": "VALIDATION_ERROR"}, {}
        return real(kind, way, inputs)

    hubspot.played._batch = strict
    run = hubspot.begin()
    assert (run.count("made_there"), run.count("failed")) == (4, 1)
    assert SyncedRecord.objects.get(state="refused").problem == "p3 is not valid"


def test_more_changes_than_a_search_ever_tells_are_all_read(hubspot, monkeypatch):
    hubspot.begin()
    hubspot.played.found_at_most = 40
    ids = [hubspot.add("P", str(number), f"p{number}@x.example") for number in range(90)]
    monkeypatch.setattr("rapport.exchange.syncing.hubspot._MOST_FOUND", 40)
    monkeypatch.setattr("rapport.exchange.syncing.hubspot._SEARCH_PAGE", 20)
    hubspot.run()
    assert SyncedRecord.objects.filter(their_id__in=ids).count() == 90


def test_pages_of_salesforce_and_a_locator_that_is_gone(salesforce):
    salesforce.played.page = 3
    for number in range(8):
        salesforce.add("P", str(number), f"p{number}@x.example")
    assert salesforce.begin().count("made_here") == 8
    salesforce.add("P", "8", "p8@x.example")
    Connection.objects.update(cursors={"customer": {"since": "", "next": "/services/data/v62.0/query/gone-2"}})
    salesforce.connection.refresh_from_db()
    assert salesforce.run().problem == ""
    assert Customer.objects.count() == 9


def test_a_session_that_ends_in_the_middle_is_renewed(salesforce, kim):
    salesforce.begin()
    salesforce.played.tokens = 40
    real = salesforce.played.answer

    def ending(method, path, *rest):
        if path.endswith("/queryAll") and salesforce.played.tokens == 41:
            salesforce.played.expire()
        return real(method, path, *rest)

    salesforce.played.answer = ending
    assert salesforce.run().problem == ""
    assert salesforce.played.tokens == 42


def test_salesforce_without_the_field_or_with_a_token_that_is_gone_says_so(salesforce):
    salesforce.played.has_key = False
    last = system_of(salesforce.connection).check()[-1]
    assert "There is no field Rapport_ID__c" in last.problem
    salesforce.played.refresh_token = "another"
    [first] = system_of(salesforce.connection).check()
    assert "expired access/refresh token" in first.problem


def test_salesforce_lets_in_by_a_signed_assertion(salesforce):
    import jwt
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    said = {"client_id": "app", "username": "sync@x.example", "private_key": pem, "login": salesforce.played.address}
    Connection.objects.update(settings=said)
    assert not [step for step in system_of(Connection.objects.get()).check() if step.problem]
    claims = jwt.decode(
        salesforce.played.grants[-1]["assertion"], key.public_key(), ["RS256"], audience=salesforce.played.address
    )
    assert (claims["iss"], claims["sub"]) == ("app", "sync@x.example")


def test_a_pause_in_the_middle_ends_it_and_going_on_makes_up_for_it(desk, kim, ada):
    kims = desk.add("Kim", "Park", "kim@studio.example")
    desk.begin()
    starting.pause(desk.connection)
    desk.change(kims, phone="+49 40 99")
    actions.describe(kim, by=ada, location="Oslo")
    before = desk.runs().count()
    desk.run()
    assert desk.runs().count() == before
    starting.resume(desk.connection)
    desk.run()
    kim.refresh_from_db()
    assert (kim.phone, desk.said(kims)["city"]) == ("+494099", "Oslo")


def test_a_run_whose_process_is_gone_is_said_to_be_and_the_next_goes_on(hubspot, kim):
    hubspot.begin()
    SyncRun.objects.create(connection=hubspot.connection, began_at=clock.now() - timedelta(minutes=9))
    Connection.objects.update(next_at=clock.now() + timedelta(hours=1), held_until=clock.now() - timedelta(minutes=1))
    running.wake()
    assert "It was interrupted." in hubspot.runs().first().problem
    assert hubspot.run().problem == ""


def test_looking_waits_for_a_run_that_is_at_work(hubspot, kim):
    Connection.objects.update(held_until=clock.now() + timedelta(minutes=1))
    run = starting.look_first(hubspot.connection)
    running.go_on(hubspot.connection.pk, run.pk)
    run.refresh_from_db()
    assert run.ended_at is None
    Connection.objects.update(held_until=None)
    running.go_on(hubspot.connection.pk, run.pk)
    run.refresh_from_db()
    assert run.ended_at is not None


def test_what_is_let_go_in_the_middle_ends(hubspot, kim, monkeypatch):
    hubspot.begin()
    real = running.send_out

    def let_go_before(*said, **more):
        starting.let_go(Connection.objects.get())
        real(*said, **more)

    monkeypatch.setattr("rapport.exchange.syncing.running.send_out", let_go_before)
    running.go_on(hubspot.connection.pk)
    assert not Connection.objects.exists()
    assert not SyncRun.objects.exists()


def test_nothing_secret_goes_to_an_address_without_encryption(hubspot, settings):
    settings.PRIVATE_HOSTS_ALLOWED = []
    [step] = system_of(hubspot.connection).check()
    assert "does not begin with https://" in step.problem


def test_a_customer_who_is_forgotten_here_is_forgotten_in_the_link(desk, kim):
    desk.add("Kim", "Park", "kim@studio.example")
    desk.begin()
    kim.delete()
    assert not SyncedRecord.objects.exists()


def test_identities_that_are_somebody_elses_are_said_and_written_nowhere(hubspot, kim):
    actions.add_identity(kim, kind=IdentityKind.PHONE, value="+49 30 1", by=None)
    lees = hubspot.add("Lee", "Ng", "lee@x.example")
    hubspot.begin()
    hubspot.change(lees, email="kim@studio.example", city="Rome")
    run = hubspot.run()
    assert run.count("failed") == 1
    lee = Customer.objects.get(name="Lee Ng")
    assert (lee.email, lee.location) == ("lee@x.example", "")
    assert "already known by kim@studio.example" in linked(lee).problem
