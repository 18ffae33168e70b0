"""Who hears what on the live stream."""

from datetime import timedelta

import pytest

from rapport.kit import clock
from rapport.team import actions
from rapport.team.live import authenticate
from rapport.team.models import ApiToken, Team

pytestmark = pytest.mark.django_db


def scope(**headers):
    return {"headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]}


def by_session(client):
    return scope(cookie="; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()))


def by_token(agent):
    return scope(authorization=f"Bearer {actions.create_token(agent, scope='read')}")


def test_ada_listens_for_herself_her_teams_and_everyone(ada, signed_in):
    team = Team.objects.create(name="Repairs")
    team.members.add(ada)
    assert authenticate(by_session(signed_in(ada))) == {"everyone", "shared", f"agent:{ada.pk}", f"team:{team.pk}"}


def test_omar_leads_and_hears_every_team(omar, signed_in):
    assert "see_everything" in authenticate(by_session(signed_in(omar)))


def test_a_token_listens_as_its_owner(ada):
    assert authenticate(by_token(ada)) == {"everyone", "shared", f"agent:{ada.pk}"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cookie": ""},
        {"cookie": "rapport_session="},
        {"cookie": "rapport_session=made-up"},
        {"cookie": "rapport_session=\x01\x02; =; a"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer rpt_guessed"},
        {"authorization": "Basic YWRhOmFkYQ=="},
    ],
)
def test_eve_hears_nothing(headers):
    assert authenticate(scope(**headers)) is None


def test_a_revoked_or_expired_token_hears_nothing(ada):
    revoked, expired = by_token(ada), by_token(ada)
    tokens = ApiToken.objects.order_by("id")
    ApiToken.objects.filter(pk=tokens[0].pk).update(revoked_at=clock.now())
    ApiToken.objects.filter(pk=tokens[1].pk).update(expires_at=clock.now() - timedelta(seconds=1))
    assert authenticate(revoked) is None
    assert authenticate(expired) is None


def test_an_agent_who_was_deactivated_hears_nothing(ada, noor, signed_in):
    session, token = by_session(signed_in(ada)), by_token(ada)
    actions.deactivate(ada, by=noor)
    assert authenticate(session) is None
    assert authenticate(token) is None


def test_a_changed_password_ends_the_stream_of_the_old_session(ada, signed_in):
    session = by_session(signed_in(ada))
    ada.set_password("another horse battery")
    ada.save()
    assert authenticate(session) is None


def test_signing_out_ends_the_stream(ada, signed_in):
    client = signed_in(ada)
    session = by_session(client)
    client.logout()
    assert authenticate(session) is None
