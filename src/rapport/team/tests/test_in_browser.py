"""Passkeys and accessibility, in a real browser with a virtual authenticator."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.installation import PASSWORD

PAGES = (
    "profile",
    "security",
    "security/password",
    "tokens",
    "people",
    "teams",
    "channels",
    "deliveries",
    "outbox",
    "jobs",
)


@pytest.fixture
def here(live_rapport):
    """By its name: browsers give no passkeys to a site that is only a number."""
    return live_rapport.address.replace("127.0.0.1", "localhost")


def fill_and_go(page, **fields):
    for name, value in fields.items():
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main button.primary").first.click()


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        f"{problem['id']}: {problem['nodes'][0]['html'][:160]}"
        for problem in found
        if problem["impact"] in ("serious", "critical")
    ]


def test_ada_adds_a_passkey_and_signs_in_with_nothing_else(here, page):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    fingerprint_reader = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": fingerprint_reader})

    page.goto(f"{here}/accounts/login/")
    fill_and_go(page, login="ada@lampwright.example", password=PASSWORD)
    page.goto(f"{here}/settings/security/webauthn/add/")
    fill_and_go(page, password=PASSWORD)
    expect(page.get_by_label("Name")).to_have_value("Passkey")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    page.goto(f"{here}/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto(f"{here}/settings/tokens/")
    page.get_by_role("button", name="Continue with a passkey").click()
    expect(page).to_have_url(f"{here}/settings/tokens/")

    # With the password, the same passkey is the second step.
    page.goto(f"{here}/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto(f"{here}/accounts/login/")
    fill_and_go(page, login="ada@lampwright.example", password=PASSWORD)
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url(lambda url: "/accounts/" not in url and "/authenticate/" not in url)


def test_a_passkey_that_fails_is_said_and_the_password_still_works(here, page):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    page.goto(f"{here}/accounts/login/")
    # The person closes the browser's dialog.
    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('closed', 'NotAllowedError')) }"
    )
    page.get_by_role("button", name="Continue with a passkey").click()
    expect(page.get_by_text("The passkey did not work. Try again, or use your password.")).to_be_visible()
    fill_and_go(page, login="omar@lampwright.example", password=PASSWORD)
    page.wait_for_url(lambda url: "/login" not in url)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(live_rapport, open_page, sign_in, scheme, width):
    page = open_page(width=width, color_scheme=scheme)
    problems = {}
    for path in ("/accounts/login/", "/accounts/password/reset/"):
        page.goto(live_rapport.address + path)
        problems[path] = serious(page)
    sign_in(page, "olga")
    for path in PAGES:
        page.goto(f"{live_rapport.address}/settings/{path}/")
        problems[path] = serious(page)
    assert {path: found for path, found in problems.items() if found} == {}
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
