"""A portal that is open, a mailbox that sends, and browsers of customers."""

import re

import pytest
from django.test import Client

from rapport.channels.tests.conftest import arrive, mailbox, post  # noqa: F401  # fixtures


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet():
    from rapport.portal.views import conversing, signing

    for limit in (signing._BY_PLACE, signing._BY_ADDRESS, signing._GUESSES, conversing._WRITING):
        limit.forget()


@pytest.fixture
def portal(db):
    from rapport.portal.models import Policy

    return Policy.objects.create(pk=1, is_open=True)


@pytest.fixture
def ask(portal, post):  # noqa: F811
    """Ask for a link as this address does, and answer what it gets by mail: the path of the link, or nothing."""
    from rapport.backbone.jobs import run_pending

    def asked(address="kim@studio.example", browser=None):
        before = len(post.received)
        answer = (browser or Client()).post("/portal/sign-in/", {"email": address})
        assert answer.status_code == 200
        run_pending(strict=True)
        if len(post.received) == before:
            return None
        text = post.received[-1].get_body(("plain",)).get_content()
        return re.search(r"https?://[^/]+(/portal/sign-in/[\w-]{40,}/)", text)[1]

    return asked


@pytest.fixture
def enter(portal):
    """A browser in which this address is signed in."""

    def entered(address="kim@studio.example"):
        from rapport.kit import clock, ids
        from rapport.portal import actions
        from rapport.portal.models import SignInLink

        token = ids.new_token()
        SignInLink.objects.create(
            address=address, token_hash=ids.hashed(token), expires_at=clock.now() + actions.GOOD_FOR
        )
        browser = Client()
        assert browser.post(f"/portal/sign-in/{token}/").status_code == 303
        return browser

    return entered
