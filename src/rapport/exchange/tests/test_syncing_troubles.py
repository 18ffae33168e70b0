"""What goes wrong between two systems: refusals, limits, ends of sessions, processes that are killed."""

from datetime import timedelta

import pytest

from rapport.customers import actions
from rapport.customers.models import Customer, IdentityKind
from rapport.exchange.syncing import running, starting
from rapport.exchange.syncing.models import Connection, SyncedRecord, SyncRun
from rapport.exchange.syncing.systems import system_of
from rapport.exchange.tests.desk import linked
from rapport.kit import clock

pytestmark = pytest.mark.django_db


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
