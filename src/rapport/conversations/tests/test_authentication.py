"""Who really sent it: only what the author's own domain vouches for is proven."""

import pytest

from rapport.conversations.authentication import is_doubtful, is_pending, is_proven
from rapport.conversations.models import Message
from rapport.conversations.shapes import authentication_shape

PASSED = {"by": "mx.lampwright.example", "domain": "shop.example", "dmarc": "pass", "aligned": ["dkim"]}


def test_a_mail_that_its_domain_vouches_for_is_proven():
    assert is_proven(PASSED, "ada@shop.example")
    assert is_proven(Message(author_address="Ada@Shop.Example", authentication=PASSED))


@pytest.mark.parametrize(
    "changed",
    [
        {"dmarc": "fail"},
        {"dmarc": "pending"},
        {"dmarc": "unchecked"},
        {"dmarc": "temperror"},
        {"dmarc": "none", "aligned": ["spf"]},
        {"dmarc": ""},
        {"by": ""},
        {"domain": "other.example"},
        {"domain": ""},
    ],
)
def test_anything_less_is_not(changed):
    assert not is_proven(PASSED | changed, "ada@shop.example")


def test_a_domain_without_a_policy_vouches_by_its_own_signature():
    assert is_proven(PASSED | {"dmarc": "none"}, "ada@shop.example")


def test_one_who_answers_for_another_proves_nothing_of_them():
    # A form on our own site names its visitor in Reply-To: our domain vouches for us, not for Kim.
    assert not is_proven(Message(author_address="kim@studio.example", authentication=PASSED))


def test_only_a_failure_is_doubtful():
    assert is_doubtful({"dmarc": "fail"})
    assert not any(is_doubtful({"dmarc": word}) for word in ("pass", "none", "pending", "unchecked", "temperror"))
    assert not is_doubtful({})
    assert is_pending({"dmarc": "pending"})
    assert not is_pending({})


def test_the_api_says_it():
    assert authentication_shape(Message()) is None
    told = authentication_shape(Message(author_address="ada@shop.example", authentication=PASSED))
    assert (told.by, told.dmarc, told.spf, told.proven) == ("mx.lampwright.example", "pass", "none", True)
