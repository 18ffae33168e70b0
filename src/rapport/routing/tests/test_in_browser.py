"""What only a browser shows: spans that come and go, and a preview that follows."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import expect

from rapport.routing.models import Calendar

pytestmark = pytest.mark.django_db(transaction=True)


def test_noor_gives_monday_a_lunch_break_and_takes_tuesday_off(live_server, client, noor, page):
    client.force_login(noor, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/settings/hours/new/")
    page.get_by_label("Name", exact=True).fill("Office")
    monday, tuesday = page.get_by_role("group", name="Monday"), page.get_by_role("group", name="Tuesday")
    monday.get_by_label("Monday, closes").fill("12:00")
    monday.get_by_role("button", name="Add").click()
    monday.get_by_label("Monday, opens").nth(1).fill("11:00")
    monday.get_by_label("Monday, closes").nth(1).fill("17:00")
    expect(page.locator("#opening")).to_contain_text("Monday: Two spans overlap at 11:00.")
    monday.get_by_label("Monday, opens").nth(1).fill("13:00")
    expect(page.locator("#opening")).to_contain_text("now")
    tuesday.get_by_role("button", name="Remove").click()
    expect(tuesday.get_by_text("Closed")).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert not [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/settings/hours/")
    assert Calendar.objects.get().week[:3] == [[[540, 720], [780, 1020]], [], [[540, 1020]]]
