"""What the receiving host wrote into a mail, and what a sender wrote there to look like it."""

import pytest

from rapport.channels.kinds.email.authentication import guess_host
from rapport.channels.kinds.email.authentication.recorded import recorded
from rapport.channels.kinds.email.authentication.results import parse
from rapport.conversations.authentication import is_doubtful, is_proven

AR = "authentication-results"
GOOD = (
    "mx.google.com; dkim=pass header.i=@shop.example header.s=lamp header.b=abc; spf=pass (google.com: domain of "
    "b@shop.example designates 8.8.8.8 as permitted sender) smtp.mailfrom=b@shop.example; dmarc=pass (p=REJECT "
    "sp=REJECT dis=NONE) header.from=shop.example"
)
BAD = "mx.google.com; spf=fail smtp.mailfrom=eve@evil.example; dmarc=fail (p=NONE) header.from=shop.example"
RECEIVED = ("received", "from mx.evil.example by mx.google.com with ESMTPS id 1")
INSIDE = ("received", "by 2002:a05:6a10::1 with SMTP id 2")


def look(*trace, host="mx.google.com", domain="shop.example"):
    return recorded(trace, domain, host)


def test_gmails_results_are_read():
    assert look(INSIDE, RECEIVED, (AR, GOOD)) == {
        "by": "mx.google.com",
        "domain": "shop.example",
        "spf": "pass",
        "dkim": "pass",
        "dmarc": "pass",
        "arc": "none",
        "aligned": ["dkim", "spf"],
    }


def test_what_eve_wrote_below_counts_for_nothing():
    found = look(INSIDE, RECEIVED, (AR, BAD), (AR, GOOD), ("received", "by mx.google.com"), (AR, GOOD))
    assert is_doubtful(found)
    assert not is_proven(found, "ada@shop.example")


def test_eve_cannot_add_the_check_that_the_host_left_out():
    bare = "mx.google.com; spf=pass smtp.mailfrom=eve@evil.example"
    found = look(RECEIVED, (AR, bare), (AR, GOOD))
    assert found["dmarc"] == "none"
    assert not is_proven(found, "ada@shop.example")
    sub = GOOD.replace("mx.google.com", "more.mx.google.com")
    assert not is_proven(look(RECEIVED, (AR, bare), (AR, sub)), "ada@shop.example")


def test_what_the_host_wrote_above_its_line_makes_the_rest_the_senders():
    dmarc, dkim = "mail.lampwright.example; dmarc=none", "mail.lampwright.example; dkim=none"
    forged = GOOD.replace("mx.google.com", "mail.lampwright.example")
    found = look((AR, dmarc), (AR, dkim), RECEIVED, (AR, forged), host="mail.lampwright.example")
    assert (found["dmarc"], found["dkim"], found["aligned"]) == ("none", "none", [])


def test_two_checkers_of_one_host_are_both_heard():
    found = look(
        (AR, "mail.lampwright.example; dmarc=pass header.from=shop.example"),
        (AR, "mail.lampwright.example; dkim=pass header.d=shop.example"),
        RECEIVED,
        host="mail.lampwright.example",
    )
    assert (found["dmarc"], found["dkim"]) == ("pass", "pass")


@pytest.mark.parametrize("host", ["", "mx.other.example", "google.com.evil.example"])
def test_other_hosts_are_not_believed(host):
    assert look(RECEIVED, (AR, GOOD), host=host) == {}
    assert look(RECEIVED, (AR, GOOD.replace("mx.google.com", host or "evil.example"))) == {}


def test_exchange_online_names_nobody():
    value = (
        "spf=pass (sender IP is 8.8.8.8) smtp.mailfrom=shop.example; dkim=pass (signature was verified) "
        "header.d=shop.example;dmarc=pass action=none header.from=shop.example;compauth=pass reason=100"
    )
    found = look(INSIDE, (AR, value), host="outlook.com")
    assert (found["by"], found["dmarc"], found["aligned"]) == ("outlook.com", "pass", ["dkim", "spf"])
    assert look(INSIDE, (AR, value), host="mx.google.com") == {}


def test_icloud_writes_a_header_for_each():
    found = look(
        INSIDE,
        (AR, "bimi.icloud.com; bimi=skipped"),
        (AR, "dmarc.icloud.com; dmarc=fail header.from=shop.example"),
        (AR, "spf.icloud.com; spf=pass smtp.mailfrom=x@other.example"),
        (AR, "dmarc.icloud.com; dmarc=pass header.from=shop.example"),
        host="icloud.com",
    )
    assert (found["dmarc"], found["spf"], found["aligned"]) == ("fail", "pass", [])


def test_a_pass_for_somebody_else_is_none_for_ada():
    # Two readers of one odd From header may see two authors.
    assert not is_proven(look(RECEIVED, (AR, GOOD), domain="bank.example"), "ada@bank.example")
    assert look(RECEIVED, (AR, GOOD), domain="bank.example")["dmarc"] == "permerror"
    assert look(RECEIVED, (AR, GOOD), domain="")["dmarc"] == "permerror"


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        ({"incoming": "imap", "imap_host": "imap.gmail.com"}, "mx.google.com"),
        ({"incoming": "imap", "imap_host": "outlook.office365.com"}, "outlook.com"),
        ({"incoming": "imap", "imap_host": "imap.mail.me.com"}, "icloud.com"),
        ({"incoming": "imap", "imap_host": "imap.shop.example"}, ""),
        ({"incoming": "imap", "imap_host": "imap.notgmail.com"}, ""),
        ({"incoming": "smtp", "imap_host": "imap.gmail.com"}, ""),
        ({"incoming": "smtp", "trusted_host": " MX.Shop.Example. "}, "mx.shop.example"),
    ],
)
def test_the_host_is_guessed_from_the_mailbox(settings, host):
    assert guess_host(settings) == host


@pytest.mark.parametrize(
    ("value", "host", "found"),
    [
        # Examples of RFC 8601, appendix B.
        ("example.org 1; none", "example.org", []),
        ("example.com; spf=pass smtp.mailfrom=example.net", "example.com", [("spf", "pass")]),
        (
            "example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net",
            "example.com",
            [("auth", "pass"), ("spf", "pass")],
        ),
        (
            "foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy "
            "(A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
            "foo.example.net",
            [("dkim", "fail")],
        ),
        ('h.example; dkim=fail reason="a; dmarc=pass \\" (" header.d=x.example', "h.example", [("dkim", "fail")]),
        ("h.example; spf=pass (a (nested; dmarc=pass) comment)", "h.example", [("spf", "pass")]),
        ("h.example; spf=pass (never closed; dmarc=pass", "h.example", [("spf", "pass")]),
        ("", "", []),
        (";;;===", "", []),
        ("(" * 5000, "", []),
    ],
)
def test_it_is_read_as_the_standard_says(value, host, found):
    told = parse(value)
    assert told.host == host
    assert [(result.method, result.result) for result in told.found] == found
