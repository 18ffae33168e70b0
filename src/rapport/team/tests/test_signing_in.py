"""The sign-in page and everything around it, over HTTP as a browser does it."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils import timezone

from rapport.backbone.jobs import run_pending
from rapport.team import actions
from rapport.team.tests.conftest import PASSWORD

LOGIN = "/accounts/login/"


def try_to(client, email, password, **extra):
    return client.post(LOGIN, {"login": email, "password": password, **extra})


def test_ada_signs_in_and_stays_for_thirty_days(client, ada):
    answer = try_to(client, "ADA@lampwright.example", PASSWORD, remember="on")
    assert (answer.status_code, answer.url) == (302, "/")
    assert abs(client.session.get_expiry_age() - timedelta(days=30).total_seconds()) < 60


def test_without_the_tick_the_session_ends_with_the_browser(client, ada):
    try_to(client, ada.email, PASSWORD)
    assert client.session.get_expire_at_browser_close()


def test_the_page_does_not_tell_who_exists(client, ada):
    known = try_to(client, ada.email, "wrong").content.decode()
    unknown = try_to(client, "eve@elsewhere.example", "wrong").content.decode()
    for page in (known, unknown):
        assert "Email and password do not match. 4 tries left." in page
    assert scrubbed(known, ada.email) == scrubbed(unknown, "eve@elsewhere.example")


def scrubbed(page, email):
    page = re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', r"\1", page)
    return page.replace(email, "EMAIL")


def test_a_typed_password_never_comes_back_in_the_page(client, ada):
    assert "wrong-guess-4711" not in try_to(client, ada.email, "wrong-guess-4711").content.decode()


def test_after_five_wrong_passwords_the_page_says_when_to_try_again(client, ada):
    for left in ("4 tries", "3 tries", "2 tries", "1 try"):
        assert f"{left} left." in try_to(client, ada.email, "wrong").content.decode()
    assert "Try again in 5 minutes." in try_to(client, ada.email, "wrong").content.decode()
    # Even the right password is refused now, by whatever name of this server it comes.
    assert "Try again in" in try_to(client, ada.email, PASSWORD).content.decode()
    elsewhere = client.post(LOGIN, {"login": ada.email, "password": PASSWORD}, headers={"host": "localhost"})
    assert "Try again in" in elsewhere.content.decode()


def test_one_persons_wrong_passwords_do_not_lock_out_another(client, ada, omar):
    for _ in range(6):
        try_to(client, ada.email, "wrong")
    assert try_to(client, omar.email, PASSWORD).status_code == 302


def test_a_stranger_who_tries_everyone_is_slowed_by_address(client, ada):
    for number in range(20):
        try_to(client, f"guess{number}@elsewhere.example", "wrong")
    assert "Try again in" in try_to(client, ada.email, PASSWORD).content.decode()


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_never_sends_anybody_elsewhere(client, ada, there):
    answer = client.post(f"{LOGIN}?next={there}", {"login": ada.email, "password": PASSWORD, "next": there})
    assert answer.url == "/"


def test_sign_in_goes_on_to_the_page_that_was_asked_for(client, ada):
    assert client.get("/settings/profile/").url == f"{LOGIN}?next=/settings/profile/"
    answer = client.post(LOGIN, {"login": ada.email, "password": PASSWORD, "next": "/settings/profile/"})
    assert answer.url == "/settings/profile/"


def test_a_fragment_sends_a_signed_out_browser_to_the_sign_in_page(client, db, ada):
    answer = client.get(
        "/settings/profile/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/a?b=1"}
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == f"{LOGIN}?next=/a%3Fb%3D1"


def test_nobody_signs_up(client, ada):
    for path in ("/accounts/signup/", "/accounts/email/", "/accounts/3rdparty/signup/", "/accounts/login/code/"):
        assert client.get(path).status_code == 404


def test_a_deactivated_agents_session_ends_at_once(signed_in, ada, noor):
    browser = signed_in(ada)
    assert browser.get("/settings/profile/").status_code == 200
    actions.deactivate(ada, by=noor)
    assert browser.get("/settings/profile/").status_code == 302
    assert not Session.objects.exists()


def test_a_deactivated_agent_is_told_whom_to_ask(client, ada, noor, mia):
    actions.deactivate(ada, by=noor)
    answer = client.post(LOGIN, {"login": ada.email, "password": PASSWORD}, follow=True)
    assert "Ask Mia Lindqvist to open it again." in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_new_password_ends_every_other_session(signed_in, ada):
    browser = signed_in(ada)
    actions.set_password(ada, password="another quiet evening")
    assert browser.get("/settings/profile/").status_code == 302


def test_signing_out_asks_first_and_then_does_it(signed_in, ada):
    browser = signed_in(ada)
    assert browser.get("/accounts/logout/").status_code == 200
    assert browser.get("/settings/profile/").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.get("/settings/profile/").status_code == 302


def test_a_forgotten_password_is_replaced_by_mail(client, ada, settings):
    settings.MAIL_OUT, settings.BASE_URL = True, "https://desk.lampwright.example"
    answer = client.post("/accounts/password/reset/", {"email": "Ada@Lampwright.example"})
    assert (answer.status_code, answer.url) == (302, "/accounts/password/reset/done/")
    assert mail.outbox == []
    run_pending()
    (letter,) = mail.outbox
    assert letter.to == [ada.email]
    link = re.search(r"https://desk\.lampwright\.example(/\S+)", letter.body)[1]
    form = client.get(link, follow=True)
    assert link not in form.redirect_chain[-1][0]
    done = client.post(form.redirect_chain[-1][0], {"password1": "a fresh quiet evening"})
    assert done.status_code == 302
    ada.refresh_from_db()
    assert ada.check_password("a fresh quiet evening")
    assert "no longer works" in client.get(link, follow=True).content.decode()


def test_a_password_link_works_for_an_hour(client, ada, settings, monkeypatch):
    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    from rapport.team.mail import send_password_link

    send_password_link(ada.pk, language="en")
    link = re.search(r"/accounts/password/reset/key/\S+", mail.outbox[0].body)[0]
    later = timezone.now().replace(tzinfo=None) + timedelta(hours=1, minutes=1)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later)
    assert "no longer works" in client.get(link, follow=True).content.decode()


def test_a_stranger_gets_the_same_answer_and_no_mail(client, ada, settings):
    settings.MAIL_OUT = True
    for email in ("eve@elsewhere.example", "ada@lampwright.example.evil.example"):
        assert client.post("/accounts/password/reset/", {"email": email}).url == "/accounts/password/reset/done/"
    run_pending()
    assert mail.outbox == []


def test_without_mail_the_page_says_what_to_do_instead(client, ada, mia, settings):
    settings.MAIL_OUT = False
    page = client.get("/accounts/password/reset/").content.decode()
    assert "cannot send mail yet" in page
    assert "rapport user password" in page
    assert "Ask Mia Lindqvist" in page


def code_of(agent):
    secret = Authenticator.objects.get(user=agent, type="totp").wrap()
    from allauth.mfa.adapter import get_adapter

    plain = get_adapter().decrypt(secret.instance.data["secret"])
    return next(format_hotp_value(hotp_value(plain, counter)) for counter in yield_hotp_counters_from_time())


def set_up_totp(browser, agent):
    """Confirm the password, read the key from the page, answer with its code."""
    page = browser.get("/settings/security/totp/activate/", follow=True)
    browser.post(page.redirect_chain[-1][0], {"password": PASSWORD})
    page = browser.get("/settings/security/totp/activate/").content.decode()
    secret = re.search(r'readonly value="([A-Z2-7]{16,})"', page)[1]
    assert 'src="data:image/svg+xml;base64,' in page
    code = next(format_hotp_value(hotp_value(secret, counter)) for counter in yield_hotp_counters_from_time())
    answer = browser.post("/settings/security/totp/activate/", {"code": code})
    assert answer.url == "/settings/security/recovery-codes/"
    return secret


def test_an_authenticator_app_becomes_the_second_step(client, signed_in, ada):
    secret = set_up_totp(signed_in(ada), ada)
    kept = Authenticator.objects.get(user=ada, type="totp")
    assert secret not in str(kept.data)
    client.post("/accounts/logout/")

    from django.core.cache import cache

    cache.clear()  # a code is accepted once; the test has no time to wait for the next one
    answer = try_to(client, ada.email, PASSWORD)
    assert answer.url == "/settings/security/authenticate/"
    assert "_auth_user_id" not in client.session
    wrong = client.post("/settings/security/authenticate/", {"code": "000000"})
    assert "That code does not match." in wrong.content.decode()
    assert client.post("/settings/security/authenticate/", {"code": code_of(ada)}).url == "/"
    assert client.get("/settings/profile/").status_code == 200


def test_a_recovery_code_works_once(client, signed_in, ada):
    set_up_totp(signed_in(ada), ada)
    page = client.get("/settings/security/recovery-codes/").content.decode()
    codes = re.findall(r"<code>(\d{8})</code>", page)
    assert len(codes) == 10
    for works in (True, False):
        client.post("/accounts/logout/")
        try_to(client, ada.email, PASSWORD)
        answer = client.post("/settings/security/authenticate/", {"code": codes[0]})
        assert (answer.status_code == 302) is works


def test_changing_how_one_signs_in_asks_for_the_password_again(signed_in, ada):
    browser = signed_in(ada)
    for path in ("totp/activate/", "webauthn/add/"):
        answer = browser.get(f"/settings/security/{path}")
        assert answer.url.startswith("/accounts/reauthenticate/")
    answer = browser.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert "That password does not match." in answer.content.decode()


def test_the_passkey_page_offers_the_servers_options(client, ada):
    answer = client.get("/settings/security/webauthn/login/", headers={"Accept": "application/json"})
    assert answer.json()["request_options"]["publicKey"]["challenge"]


def test_passwords_are_hashed_by_argon2():
    from importlib import import_module

    assert import_module("rapport.site.settings").PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
