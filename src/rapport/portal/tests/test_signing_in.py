"""Kim signs in by a link in her mail; Eve learns nothing, and gets nowhere."""

from datetime import timedelta

import pytest
from django.test import Client

from rapport.backbone.jobs import run_pending
from rapport.kit import clock, ids
from rapport.portal import actions
from rapport.portal.models import Policy, PortalSession, SignInLink


def test_kim_signs_in_by_the_link_and_the_link_is_over_then(kim, ask, post):
    link = ask()
    (mail,) = post.received
    assert (mail["To"], mail["Subject"]) == ("kim@studio.example", "Your link to sign in")
    browser = Client()
    assert b"One more click" in browser.get(link).content
    assert SignInLink.objects.get().used_at is None
    answer = browser.post(link)
    assert (answer.status_code, answer["Location"]) == (303, "/portal/")
    cookie = answer.cookies["rapport_portal"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/portal/")
    assert browser.get("/portal/").status_code == 200
    assert Client().post(link).status_code == 410


def test_what_is_kept_signs_nobody_in(kim, ask):
    link = ask()
    token = link.rstrip("/").rpartition("/")[2]
    assert SignInLink.objects.get().token_hash == ids.hashed(token) != token
    browser = Client()
    browser.post(link)
    session = PortalSession.objects.get()
    assert session.token_hash == ids.hashed(browser.cookies["rapport_portal"].value)
    assert Client(headers={"Cookie": f"rapport_portal={session.token_hash}"}).get("/portal/").status_code == 302


def test_the_answer_is_the_same_whether_the_address_is_known(kim, portal, post):
    said = []
    for address in ("kim@studio.example", "eve@other.example"):
        page = Client().post("/portal/sign-in/", {"email": address})
        said.append((page.status_code, page.content.decode().replace(address, "…")))
    same = [content.split('name="csrf')[0].split("csrfmiddlewaretoken")[0][:400] for _status, content in said]
    assert said[0][0] == said[1][0] == 200
    assert same[0] == same[1]
    assert "If we know" in said[1][1]


def test_a_stranger_gets_no_mail(kim, ask):
    assert ask("eve@other.example") is None
    assert ask("KIM@studio.example") is not None


def test_a_link_is_good_for_fifteen_minutes(kim, ask):
    link = ask()
    with clock.frozen(clock.now() + timedelta(minutes=15, seconds=1)):
        assert Client().post(link).status_code == 410
    assert Client().post(link).status_code == 303


def test_nobody_is_sent_link_after_link(kim, ask):
    assert [ask() is not None for _ in range(5)] == [True, True, True, False, False]
    assert Client().post("/portal/sign-in/", {"email": "kim@studio.example"}).status_code == 429


def test_whoever_asks_for_many_addresses_has_to_wait(kim, portal):
    answers = [Client().post("/portal/sign-in/", {"email": f"p{n}@a.example"}).status_code for n in range(12)]
    assert answers[:10] == [200] * 10
    assert answers[10:] == [429, 429]


def test_guessing_ends_soon(portal):
    answers = [Client().post(f"/portal/sign-in/{ids.new_token()}/").status_code for _ in range(22)]
    assert (answers[0], answers[-1]) == (410, 429)


def test_what_is_no_address_is_said(portal):
    answer = Client().post("/portal/sign-in/", {"email": "kim"})
    assert answer.status_code == 422
    assert b"valid email" in answer.content


def test_kim_signs_out_here_and_everywhere(kim, enter):
    here, there, elsewhere = enter(), enter(), enter()
    assert here.post("/portal/sign-out/")["Location"] == "/portal/sign-in/"
    assert (here.get("/portal/").status_code, there.get("/portal/").status_code) == (302, 200)
    there.post("/portal/sign-out/", {"everywhere": "yes"})
    assert elsewhere.get("/portal/").status_code == 302


@pytest.mark.parametrize("days", [4, 15])
def test_a_browser_that_nobody_uses_is_signed_out(kim, enter, days):
    browser = enter()
    with clock.frozen(clock.now() + timedelta(days=days)):
        assert browser.get("/portal/").status_code == 302
        actions.forget_old()
    assert PortalSession.objects.count() == (1 if days == 4 else 0)
    assert not SignInLink.objects.exists()


def test_a_session_of_an_agents_opens_no_portal_and_the_other_way_round(ada, kim, signed_in, enter):
    Policy.objects.update_or_create(pk=1, defaults={"is_open": True})
    assert signed_in(ada).get("/portal/").status_code == 302
    assert enter().get("/inbox/").status_code == 302


@pytest.mark.parametrize(
    "path", ["", "sign-in/", "sign-in/abc/", "new/", "preferences/", "conversations/1/", "conversations/1/files/1/"]
)
def test_while_it_is_closed_there_is_nothing(db, client, path):
    assert client.get(f"/portal/{path}").status_code == 404
    assert client.post(f"/portal/{path}", {"email": "kim@studio.example"}).status_code in (404, 405)


def test_without_a_mailbox_nothing_is_sent_and_nothing_breaks(kim, portal):
    assert Client().post("/portal/sign-in/", {"email": "kim@studio.example"}).status_code == 200
    run_pending(strict=True)
    assert not SignInLink.objects.exists()


def test_noor_opens_it(noor, ada, signed_in):
    page = signed_in(noor).get("/settings/portal/")
    assert b"no mailbox yet" in page.content
    signed_in(noor).post("/settings/portal/", {"is_open": "on", "form": ""})
    assert Policy.objects.get().is_open
    assert signed_in(ada).get("/settings/portal/").status_code == 403
