"""What a request takes over from the agent: language, time zone, and that they were here."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rapport.kit import clock


def test_the_agents_language_goes_before_the_browsers(client, ada):
    client.force_login(ada)
    assert (
        client.get("/settings/profile/", headers={"Accept-Language": "zh-hans"}).headers["Content-Language"]
        == "zh-hans"
    )
    ada.language = "en"
    ada.save()
    assert client.get("/settings/profile/", headers={"Accept-Language": "zh-hans"}).headers["Content-Language"] == "en"


def test_a_stranger_gets_the_language_they_chose(client, ada):
    assert client.get("/accounts/login/", headers={"Accept-Language": "zh-CN"}).headers["Content-Language"] == "zh-hans"
    client.post("/language/setlang/", {"language": "en", "next": "/accounts/login/"})
    assert client.get("/accounts/login/", headers={"Accept-Language": "zh-CN"}).headers["Content-Language"] == "en"


def test_the_language_form_sends_nobody_elsewhere(client, ada):
    answer = client.post("/language/setlang/", {"language": "en", "next": "https://evil.example/"})
    assert answer.url == "/"


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Not/AZone"])
def test_times_are_the_readers_and_nobody_elses_afterwards(client, ada, rf, zone):
    from rapport.team.middleware import AgentPreferences

    seen = []
    ada.time_zone = zone
    request = rf.get("/")
    request.user, request.session = ada, {}
    AgentPreferences(lambda _request: seen.append(timezone.get_current_timezone_name()))(request)
    assert seen == ["Asia/Shanghai" if zone == "Asia/Shanghai" else "UTC"]
    assert timezone.get_current_timezone_name() == "UTC"


def test_being_here_is_noted_once_a_minute(client, ada):
    client.force_login(ada)
    start = clock.now()
    for seconds, expected in ((0, 0), (30, 0), (61, 61)):
        with clock.frozen(start + timedelta(seconds=seconds)):
            client.get("/settings/profile/")
        ada.refresh_from_db()
        assert ada.last_seen_at == start + timedelta(seconds=expected)
