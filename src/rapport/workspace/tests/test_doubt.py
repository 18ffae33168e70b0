"""A mail that its author's domain does not vouch for says so, and no other does."""

import pytest

from rapport.conversations.models import Message

FAILED = {"by": "mx.google.com", "domain": "studio.example", "spf": "fail", "dkim": "none", "dmarc": "fail"}
WARNING = "This may not be from"


@pytest.fixture
def page(signed_in, ada, write):
    def opened(authentication, **changes):
        conversation = write()
        Message.objects.filter(conversation=conversation).update(authentication=authentication, **changes)
        return signed_in(ada).get(f"/inbox/{conversation.number}/").content.decode()

    return opened


def test_ada_is_warned_of_a_sender_who_may_be_somebody_else(page):
    shown = page(FAILED, author_address="kim@studio.example")
    assert "This may not be from kim@studio.example: the sender's domain does not vouch for it." in shown
    assert "studio.example has published how its mail can be recognised" in shown
    assert "Checked by mx.google.com: SPF fail, DKIM none, DMARC fail." in shown


@pytest.mark.parametrize("word", ["pass", "none", "pending", "unchecked", "temperror"])
def test_where_nothing_is_known_against_it_nobody_is_alarmed(page, word):
    assert WARNING not in page({**FAILED, "dmarc": word})


def test_what_we_sent_ourselves_is_not_doubted(page):
    assert WARNING not in page(FAILED, direction="out")
    assert WARNING not in page({})
