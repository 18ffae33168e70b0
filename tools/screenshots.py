"""Draw the pictures of the documentation from the demo company: `make pictures`."""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.fixtures import FLAGS
from tests.browser.installation import Installation
from tools import browser

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"


def main() -> None:
    from rapport.site.demo.scene import scene

    company = scene()

    with tempfile.TemporaryDirectory() as directory:
        rapport = Installation(Path(directory))
        rapport.run("demo", "--no-serve")
        rapport.start()
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=browser.path(), args=FLAGS)
                page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
                _sign_in(page, rapport.address, company.colleague("owner").email, company.password)
                _draw(page)
                chromium.close()
        finally:
            rapport.stop()


def _sign_in(page: Page, address: str, email: str, password: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/login" not in url)


def _draw(page: Page) -> None:
    page.get_by_text("Lamps flicker after the 2.4 update").first.click()
    page.get_by_role("log").wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / "inbox.png")
    print(IMAGES / "inbox.png")


if __name__ == "__main__":
    main()
