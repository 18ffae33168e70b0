"""Signing in with the company's identity provider, which answers on a real socket."""

from urllib.parse import parse_qs, urlsplit

import pytest

from rapport.team import actions, queries
from rapport.team.company import read_company
from rapport.team.models import Agent
from rapport.team.tests.identity_provider import identity_provider

pytestmark = pytest.mark.urls("rapport.team.tests.with_company")
START = "/accounts/oidc/company/login/"


@pytest.fixture
def provider():
    with identity_provider() as running:
        yield running


@pytest.fixture
def company(settings, provider):
    """Configure company sign-in as RAPPORT_OIDC would: `company("?domain=…")`."""

    def configure(options=""):
        value = provider.address.replace("http://", "http://rapport:secret@") + options
        settings.COMPANY_SIGN_IN = read_company(value)
        settings.SOCIALACCOUNT_PROVIDERS = settings.COMPANY_SIGN_IN.as_providers()

    configure()
    return configure


def arrive(client, provider, **claims):
    """Go to the provider and come back with a code, as a browser does."""
    provider.claims = {"sub": "4711", "email_verified": True, **claims}
    away = client.post(START)
    assert away.url.startswith(f"{provider.address}/authorize?")
    asked = parse_qs(urlsplit(away.url).query)
    assert asked["code_challenge_method"] == ["S256"]
    return client.get(f"{START}callback/", {"code": "a-code", "state": asked["state"][0]})


def test_ada_signs_in_by_her_verified_address(client, company, provider, ada):
    answer = arrive(client, provider, email="Ada@Lampwright.example", name="Ada Lindqvist")
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.get("/settings/profile/").wsgi_request.user == ada
    assert provider.codes[0]["code_verifier"]
    client.logout()
    # The second time the provider's own id is enough, whatever address it says.
    assert arrive(client, provider, email="").status_code == 302


def test_the_button_is_there_only_with_company_sign_in(client, settings, company, ada):
    assert "Continue with company sign-in" in client.get("/accounts/login/").content.decode()
    settings.COMPANY_SIGN_IN = None
    assert "Continue with company sign-in" not in client.get("/accounts/login/").content.decode()


def test_an_address_that_is_not_verified_opens_nothing(client, company, provider, ada):
    for claims in ({"email_verified": False}, {"email_verified": "true"}, {"email_verified": None}):
        answer = arrive(client, provider, email="ada@lampwright.example", **claims)
        assert answer.status_code == 403
        assert "did not confirm a mail address" in answer.content.decode()
        assert "_auth_user_id" not in client.session


def test_a_stranger_is_turned_away(client, company, provider, ada):
    answer = arrive(client, provider, email="eve@elsewhere.example")
    assert answer.status_code == 403
    assert "no account for eve@elsewhere.example yet" in answer.content.decode()
    assert Agent.objects.count() == 1


def test_an_invited_person_joins_by_arriving(client, company, provider, noor):
    _invitation, secret = actions.invite(role="lead", by=noor, email="omar@lampwright.example")
    assert arrive(client, provider, email="omar@lampwright.example", name="Omar Haddad").status_code == 302
    omar = queries.agent_by_email("omar@lampwright.example")
    assert (omar.role, omar.name, omar.has_usable_password()) == ("lead", "Omar Haddad", False)
    assert queries.invitation_for(secret) is None


def test_a_domain_can_be_let_in(client, company, provider, noor):
    company("?domain=lampwright.example&role=viewer")
    assert arrive(client, provider, sub="1", email="viktor@lampwright.example").status_code == 302
    assert queries.agent_by_email("viktor@lampwright.example").role == "viewer"
    client.logout()
    for email in (
        "eve@evil-lampwright.example",
        "eve@lampwright.example.evil.example",
        "lampwright.example@evil.example",
    ):
        assert arrive(client, provider, sub=email, email=email).status_code == 403


def test_who_was_deactivated_stays_out(client, company, provider, ada, noor):
    actions.deactivate(ada, by=noor)
    answer = arrive(client, provider, email=ada.email)
    assert answer.url == "/accounts/inactive/"
    assert "_auth_user_id" not in client.session


def test_a_forged_return_is_refused(client, company, provider, ada):
    provider.claims = {"sub": "1", "email": ada.email, "email_verified": True}
    answer = client.get(f"{START}callback/", {"code": "a-code", "state": "guessed"})
    assert "_auth_user_id" not in client.session
    assert "Company sign-in failed" in answer.content.decode()
