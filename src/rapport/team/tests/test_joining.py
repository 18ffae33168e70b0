"""How people come in."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections

from rapport.backbone.models import Event
from rapport.kit import clock
from rapport.team import actions, queries
from rapport.team.errors import AlreadySetUp, CannotJoin, NotYours
from rapport.team.models import Agent, Invitation, Organisation

OWNER = {
    "name": "Mia Lindqvist",
    "email": "Mia@Lampwright.example",
    "password": "lamps at the window",
    "company": "Lampwright",
    "language": "en",
    "time_zone": "Europe/Stockholm",
}


def test_the_first_run_makes_the_company_and_its_owner(db):
    mia = actions.create_owner(**OWNER)
    assert (mia.email, mia.role, mia.time_zone) == ("mia@lampwright.example", "owner", "Europe/Stockholm")
    assert mia.check_password(OWNER["password"])
    company = queries.organisation()
    assert (company.name, company.time_zone, bool(company.set_up_at)) == ("Lampwright", "Europe/Stockholm", True)
    assert Event.objects.filter(name="AgentJoined", subject=f"agent:{mia.id}").exists()


def test_the_first_run_is_refused_once_anybody_works_here(ada):
    with pytest.raises(AlreadySetUp):
        actions.create_owner(**OWNER)
    assert not Organisation.objects.exists()
    assert Agent.objects.count() == 1


def test_a_weak_password_leaves_the_first_run_open(db):
    with pytest.raises(ValidationError):
        actions.create_owner(**{**OWNER, "password": "lampwright"})
    assert not queries.is_set_up()
    assert not Organisation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_who_set_up_at_once_make_one_owner():
    gate, results = threading.Barrier(2), []

    def set_up(email):
        try:
            gate.wait(10)
            results.append(actions.create_owner(**{**OWNER, "email": email}).email)
        except AlreadySetUp:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=set_up, args=(f"{name}@lampwright.example",)) for name in ("mia", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results)[-1] == "refused", connection.vendor
    assert [agent.role for agent in Agent.objects.all()] == ["owner"]
    assert Organisation.objects.count() == 1


def test_an_invitation_lets_one_person_in(noor):
    invitation, secret = actions.invite(role="lead", by=noor)
    found = queries.invitation_for(secret)
    assert found == invitation
    omar = actions.accept(found, name="Omar Haddad", email="omar@lampwright.example", password="a quiet evening")
    assert (omar.role, omar.name) == ("lead", "Omar Haddad")
    assert queries.invitation_for(secret) is None
    with pytest.raises(CannotJoin):
        actions.accept(found, name="Eve", email="eve@elsewhere.example", password="a quiet evening")


def test_only_the_hash_of_an_invitation_is_kept(noor):
    invitation, secret = actions.invite(role="agent", by=noor)
    kept = " ".join(str(value) for value in Invitation.objects.values().get(pk=invitation.pk).values())
    assert secret not in kept


def test_an_invitation_expires_after_a_week(noor):
    _invitation, secret = actions.invite(role="agent", by=noor)
    with clock.frozen(clock.now() + timedelta(days=6, hours=23)):
        assert queries.invitation_for(secret)
    with clock.frozen(clock.now() + timedelta(days=7, seconds=1)):
        assert queries.invitation_for(secret) is None


def test_an_invitation_with_an_address_is_for_that_address(noor):
    invitation, _secret = actions.invite(role="agent", by=noor, email="Ada@Lampwright.example")
    ada = actions.accept(invitation, name="Ada", email="eve@elsewhere.example", password="a quiet evening")
    assert ada.email == "ada@lampwright.example"


def test_a_withdrawn_invitation_is_over(noor):
    invitation, secret = actions.invite(role="agent", by=noor)
    actions.withdraw(invitation, by=noor)
    assert queries.invitation_for(secret) is None


def test_a_refused_password_does_not_use_the_invitation_up(noor):
    invitation, secret = actions.invite(role="agent", by=noor)
    with pytest.raises(ValidationError):
        actions.accept(invitation, name="Ada", email="ada@lampwright.example", password="short")
    assert queries.invitation_for(secret)


def test_only_an_owner_invites_owners(noor, mia, omar):
    with pytest.raises(NotYours):
        actions.invite(role="owner", by=noor)
    with pytest.raises(NotYours):
        actions.invite(role="agent", by=omar)
    owners_invitation, _secret = actions.invite(role="owner", by=mia)
    with pytest.raises(NotYours):
        actions.withdraw(owners_invitation, by=noor)


def test_nobody_joins_twice_under_one_address(ada, noor):
    with pytest.raises(CannotJoin):
        actions.invite(role="agent", by=noor, email="ADA@lampwright.example")
    invitation, _secret = actions.invite(role="agent", by=noor)
    with pytest.raises(CannotJoin):
        actions.accept(invitation, name="Ada", email="Ada@Lampwright.example", password="a quiet evening")
