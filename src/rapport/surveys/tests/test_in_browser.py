"""What only a browser shows: the chart under our content security policy, and the click in a mail."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from rapport.surveys.models import Rating

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def feedback(live_server, client, ada, rated, page):
    """The feedback page as Ada sees it, with two answers."""
    rated(4, comment="Quick and kind")
    rated(5)
    client.force_login(ada)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/feedback/?days=30")
    page.wait_for_selector("vega-chart[data-drawn]")
    return page


def test_the_chart_is_drawn_without_evaluating_code(feedback):
    drawing = feedback.locator(".vega-plot[role=img] svg")
    assert drawing.count() == 1
    assert "4.50" in drawing.text_content()
    assert drawing.bounding_box()["width"] == pytest.approx(
        feedback.locator(".vega-plot").bounding_box()["width"], abs=2
    )
    assert not feedback.locator("vega-chart table").is_visible()


def test_the_chart_can_be_read_as_a_table(feedback):
    button = feedback.get_by_role("button", name="Show as table")
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    assert "4.50" in feedback.locator("vega-chart table").inner_text()
    assert not feedback.locator(".vega-plot").is_visible()
    button.click()
    assert feedback.locator(".vega-plot").is_visible()


def test_the_chart_follows_the_theme(feedback):
    line = feedback.locator(".vega-plot svg path[stroke]").first
    light = line.get_attribute("stroke")
    feedback.evaluate("document.documentElement.dataset.theme = 'dark'")
    feedback.wait_for_function(
        "light => document.querySelector('.vega-plot svg path[stroke]')?.getAttribute('stroke') !== light", arg=light
    )
    assert feedback.locator(".vega-plot svg").count() == 1


def test_choosing_a_period_redraws_the_page_in_place(feedback):
    feedback.select_option("select[name=days]", "365")
    feedback.wait_for_url("**/feedback/?days=365*")
    feedback.wait_for_selector("vega-chart[data-drawn]")
    assert feedback.locator("vega-chart tbody tr").count() >= 53
    assert feedback.locator("#main").count() == 1


def test_one_click_in_the_mail_is_enough(live_server, invited, page):
    _, token = invited()
    page.goto(f"{live_server.url}/rate/{token}/4/")
    page.wait_for_url(f"**/rate/{token}/")
    assert Rating.objects.get().score == 4
    page.get_by_label("Comment").fill("All good now")
    page.get_by_text("Very good").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Your rating and your comment are kept.").wait_for()
    rating = Rating.objects.get()
    assert (rating.score, rating.comment) == (5, "All good now")


def test_without_a_script_one_more_click_is_needed(live_server, invited, open_page):
    _, token = invited()
    page = open_page(width=390, java_script_enabled=False)
    page.goto(f"{live_server.url}/rate/{token}/2/")
    assert not Rating.objects.exists()
    page.get_by_role("button", name="Send “Bad”").click()
    assert Rating.objects.get().score == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(live_server, feedback, invited, open_page, scheme):
    _, token = invited()
    feedback.emulate_media(color_scheme=scheme)
    rating = open_page(width=390, color_scheme=scheme)
    rating.goto(f"{live_server.url}/rate/{token}/")
    for page in (feedback, rating):
        found = Axe().run(page).response["violations"]
        serious = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
        assert not serious, found
