"""The first run, joining, and the settings pages, over HTTP."""

import re

import pytest
from django.core import mail

from rapport.team import actions, queries
from rapport.team.models import Agent, ApiToken, Invitation, Team
from rapport.team.settings_area import SettingsPage, pages_for
from rapport.team.tests.conftest import PASSWORD

EVERYONE = {"mia", "noor", "omar", "ada", "viktor"}
MANAGERS = {"mia", "noor"}
PAGES = {
    "/settings/": EVERYONE,
    "/settings/profile/": EVERYONE,
    "/settings/security/": EVERYONE,
    "/settings/security/password/": EVERYONE,
    "/settings/security/webauthn/": EVERYONE,
    "/settings/tokens/": EVERYONE,
    "/settings/people/": MANAGERS,
    "/settings/teams/": MANAGERS,
    "/settings/teams/{team}/": MANAGERS,
}
ENDPOINTS = (
    "/settings/people/{ada}/role",
    "/settings/people/{ada}/deactivation",
    "/settings/people/{ada}/reactivation",
    "/settings/invitations/{invitation}/withdrawal",
)
WELCOME = {
    "company": "Lampwright",
    "name": "Mia Lindqvist",
    "email": "mia@lampwright.example",
    "password": "lamps at the window",
    "language": "zh-hans",
    "time_zone": "Europe/Stockholm",
}


@pytest.fixture
def cast(mia, noor, omar, ada, viktor):
    return {"mia": mia, "noor": noor, "omar": omar, "ada": ada, "viktor": viktor}


@pytest.fixture
def ids(cast, noor):
    team = actions.create_team(name="Returns", by=noor)
    invitation, _secret = actions.invite(role="agent", by=noor)
    return {"team": team.id, "invitation": invitation.id, "ada": cast["ada"].id}


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_sent_to_sign_in(client, ids, path):
    answer = client.get(path.format(**ids))
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/?next=/settings/")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", sorted(EVERYONE))
def test_each_role_opens_what_it_may(client, cast, ids, path, who):
    client.force_login(cast[who])
    answer = client.get(path.format(**ids), follow=path == "/settings/")
    assert answer.status_code == (200 if who in PAGES[path] else 403)
    if who not in PAGES[path]:
        assert "You may not see this" in answer.content.decode()


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("who", ["", *sorted(EVERYONE - MANAGERS)])
def test_only_managers_change_the_team(client, cast, ids, path, who):
    if who:
        client.force_login(cast[who])
    answer = client.post(path.format(**ids), {"role": "owner"})
    assert answer.status_code == (403 if who else 302)
    cast["ada"].refresh_from_db()
    assert (cast["ada"].role, cast["ada"].is_active) == ("agent", True)
    assert Invitation.objects.get().is_open


@pytest.mark.parametrize("path", [path for path in ENDPOINTS if "deactivation" not in path])
def test_changes_are_posts(client, cast, ids, path):
    client.force_login(cast["noor"])
    assert client.get(path.format(**ids)).status_code == 405


def test_what_one_may_not_open_is_not_in_the_list(ada, noor):
    def keys(agent):
        return {page.key for _title, pages in pages_for(agent) for page in pages}

    assert {"profile", "security", "tokens"} <= keys(ada)
    assert keys(noor) - keys(ada) >= {"people", "teams"}
    assert all(isinstance(page, SettingsPage) for _title, pages in pages_for(ada) for page in pages)


def test_before_the_first_run_every_page_leads_to_it(client, db):
    for path in ("/settings/profile/", "/accounts/login/"):
        assert client.get(path, follow=True).redirect_chain[-1][0] == "/welcome/"


def test_the_first_run_signs_the_owner_in_and_goes_on_to_the_mailbox(client, db, settings):
    answer = client.post("/welcome/", WELCOME)
    assert (answer.status_code, answer.url) == (302, settings.FIRST_RUN_NEXT)
    mia = Agent.objects.get()
    assert (mia.role, mia.language, mia.time_zone) == ("owner", "zh-hans", "Europe/Stockholm")
    profile = client.get("/settings/profile/")
    assert profile.status_code == 200
    assert profile.headers["Content-Language"] == "zh-hans"
    assert client.get("/welcome/").url == "/"


def test_the_first_run_keeps_what_was_typed_but_never_the_password(client, db):
    answer = client.post("/welcome/", {**WELCOME, "password": "lampwright"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Mia Lindqvist"' in page
    assert 'value="lampwright"' not in page
    assert not Agent.objects.exists()


def test_the_first_run_is_gone_afterwards(client, ada):
    assert client.get("/welcome/").status_code == 302
    assert client.post("/welcome/", WELCOME).url == "/"
    assert Agent.objects.count() == 1


def test_noor_invites_ada_by_a_link(client, noor, settings):
    client.force_login(noor)
    page = client.post("/settings/people/", {"email": "ada@lampwright.example", "role": "agent"}).content.decode()
    link = re.search(rf'value="{re.escape(settings.BASE_URL)}(/join/[^"]+)"', page)[1]
    assert link not in client.get("/settings/people/").content.decode()
    assert "ada@lampwright.example" in client.get("/settings/people/").content.decode()

    client.logout()
    form = client.get(link)
    assert "Noor Aziz invited you" in form.content.decode()
    answer = client.post(link, {"name": "Ada", "email": "eve@evil.example", "password": "a quiet evening"})
    assert (answer.status_code, answer.url) == (302, "/")
    ada = queries.agent_by_email("ada@lampwright.example")
    assert (ada.role, ada.check_password("a quiet evening")) == ("agent", True)
    assert client.get("/settings/profile/").status_code == 200
    assert client.get(link).status_code == 410


def test_a_guessed_invitation_says_it_is_over(client, ada):
    answer = client.get("/join/not-a-real-one/")
    assert answer.status_code == 410
    assert "no longer works" in answer.content.decode()


def test_noor_is_offered_no_owner_role(client, noor, mia):
    client.force_login(noor)
    assert 'value="owner"' not in client.get("/settings/people/").content.decode()
    assert client.post("/settings/people/", {"role": "owner"}).status_code == 422
    client.force_login(mia)
    assert 'value="owner"' in client.get("/settings/people/").content.decode()


def test_a_refusal_is_said_in_words(client, mia):
    client.force_login(mia)
    page = client.post(f"/settings/people/{mia.id}/role", {"role": "agent"}, follow=True).content.decode()
    assert "Mia Lindqvist is the only owner." in page
    assert client.post(f"/settings/people/{mia.id}/role", {"role": "emperor"}).status_code == 400


def test_ada_changes_her_profile(client, ada):
    client.force_login(ada)
    wishes = {
        "name": "Ada L.",
        "language": "zh-hans",
        "time_zone": "Asia/Shanghai",
        "theme": "dark",
        "undo_seconds": 20,
        "afterwards": "next",
    }
    answer = client.post("/settings/profile/", {**wishes, "role": "owner", "email": "eve@evil.example"})
    assert answer.status_code == 302
    ada.refresh_from_db()
    assert {field: getattr(ada, field) for field in wishes} == wishes
    assert (ada.role, ada.email, ada.single_keys) == ("agent", "ada@lampwright.example", False)
    assert 'data-theme="dark"' in client.get("/settings/profile/").content.decode()


@pytest.mark.parametrize("wrong", [{"name": ""}, {"time_zone": "Mars/Olympus"}, {"undo_seconds": 3600}])
def test_a_wish_that_cannot_be_is_refused(client, ada, wrong):
    client.force_login(ada)
    wishes = {"name": "Ada", "language": "", "time_zone": "", "theme": "", "undo_seconds": 10, **wrong}
    assert client.post("/settings/profile/", wishes).status_code == 422


def test_the_theme_is_kept_for_the_agent(client, ada):
    client.force_login(ada)
    assert client.post("/settings/theme", {"theme": "dark"}).status_code == 204
    ada.refresh_from_db()
    assert ada.theme == "dark"
    client.post("/settings/theme", {"theme": "system"})
    ada.refresh_from_db()
    assert ada.theme == ""
    assert client.post("/settings/theme", {"theme": '"><script>'}).status_code == 400


def test_a_token_is_shown_once(client, ada):
    client.force_login(ada)
    page = client.post("/settings/tokens/", {"name": "Export", "scope": "read", "days": 30}).content.decode()
    plain = re.search(r'value="(rpt_[^"]+)"', page)[1]
    assert actions.token_for(plain) == (ada, "read")
    assert plain not in client.get("/settings/tokens/").content.decode()


def test_nobody_revokes_somebody_elses_token(client, ada, omar):
    plain = actions.create_token(ada)
    client.force_login(omar)
    assert client.post(f"/settings/tokens/{ApiToken.objects.get().id}/revocation").status_code == 404
    assert actions.token_for(plain)
    client.force_login(ada)
    assert client.post(f"/settings/tokens/{ApiToken.objects.get().id}/revocation").status_code == 302
    assert actions.token_for(plain) is None


def test_teams_are_made_and_changed(client, noor, ada):
    client.force_login(noor)
    client.post("/settings/teams/", {"name": "Returns", "members": [ada.id]})
    team = Team.objects.get()
    assert list(team.members.all()) == [ada]
    assert client.post("/settings/teams/", {"name": "Returns"}).status_code == 422
    client.post(f"/settings/teams/{team.id}/", {"name": "Repairs", "members": []})
    team.refresh_from_db()
    assert (team.name, team.members.count()) == ("Repairs", 0)


def test_names_are_escaped_everywhere(client, noor):
    nasty = '"><script>alert(1)</script>'
    Agent.objects.create_user("nasty@lampwright.example", PASSWORD, name=nasty, role="agent")
    actions.create_team(name=nasty, by=noor)
    client.force_login(noor)
    for path in ("/settings/people/", "/settings/teams/"):
        assert "<script>alert(1)" not in client.get(path).content.decode()


def test_the_number_of_people_does_not_change_the_number_of_queries(client, noor, django_assert_max_num_queries):
    client.force_login(noor)
    client.get("/settings/people/")
    counts = []
    for batch in range(2):
        for number in range(20):
            email = f"agent{batch}-{number}@lampwright.example"
            Agent.objects.create_user(email, PASSWORD, name=f"Agent {number}", role="agent")
        with django_assert_max_num_queries(40) as counted:
            client.get("/settings/people/")
        counts.append(len(counted.captured_queries))
    assert counts[0] == counts[1]


def test_security_notices_leave_only_when_mail_is_set_up(client, ada, settings):
    from rapport.backbone.jobs import run_pending

    client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD})
    for mail_out, expected in ((False, 0), (True, 1)):
        settings.MAIL_OUT = mail_out
        old = PASSWORD if not mail_out else "a quiet evening 0"
        client.post("/accounts/login/", {"login": ada.email, "password": old})
        form = {"oldpassword": old, "password1": f"a quiet evening {int(mail_out)}"}
        assert client.post("/settings/security/password/", form).status_code == 302
        run_pending()
        assert len(mail.outbox) == expected
