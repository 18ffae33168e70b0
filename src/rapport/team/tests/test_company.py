"""What RAPPORT_OIDC may say."""

import pytest

from rapport.team.company import BadCompanySignIn, read_company


def test_nothing_said_is_no_company_sign_in():
    assert read_company("") is None


def test_the_issuer_and_the_client_are_read():
    company = read_company("https://rapport:s%2Fcret@id.lampwright.example/realms/staff/")
    assert (company.issuer, company.client, company.secret) == (
        "https://id.lampwright.example/realms/staff",
        "rapport",
        "s/cret",
    )
    assert company.origin == "https://id.lampwright.example"
    assert company.domains == ()
    app = company.as_providers()["openid_connect"]["APPS"][0]
    assert app["provider_id"] == "company"
    assert app["settings"]["server_url"] == company.issuer


def test_domains_and_a_role_may_be_let_in():
    company = read_company("https://a:b@id.example?domain=Lampwright.example&domain=lamps.example&role=viewer")
    assert company.domains == ("lampwright.example", "lamps.example")
    assert company.role == "viewer"


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("http://a:b@id.example", "https://"),
        ("https://id.example", "CLIENT:SECRET"),
        ("https://a@id.example", "CLIENT:SECRET"),
        ("https://a:b@id.example?domian=x", "domian"),
        ("https://a:b@id.example?role=owner", "owner"),
    ],
)
def test_a_slip_is_refused_with_its_remedy(value, hint):
    with pytest.raises(BadCompanySignIn, match=hint):
        read_company(value)
