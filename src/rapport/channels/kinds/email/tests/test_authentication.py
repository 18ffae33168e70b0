"""What we find out ourselves of who sent a mail, asking a real name server."""

import dns.rcode
import pytest

from rapport.channels.kinds.email.authentication import names
from rapport.channels.kinds.email.authentication.checks import Envelope, checked
from rapport.channels.kinds.email.authentication.names import Names
from rapport.channels.kinds.email.authentication.policy import organisation_of
from rapport.channels.kinds.email.tests.signed import published, signed
from rapport.channels.tests.letters import letter
from rapport.channels.tests.name_server import name_server

DMARC = {("_dmarc.shop.example", "TXT"): ["v=DMARC1; p=reject"]}
SPF = {("shop.example", "TXT"): ["v=spf1 ip4:8.8.8.0/24 -all"]}
THERE, ELSEWHERE = "8.8.8.8", "9.9.9.9"


def ada(**headers):
    return letter(sender="Ada <ada@shop.example>", message_id="1@shop.example", **headers)


def look(mail, records=DMARC, *, from_domain="shop.example", peer="", sender="", **options):
    with name_server(records, **options) as server:
        return checked(
            mail, from_domain=from_domain, envelope=Envelope(peer, "mx.example", sender), names=Names(server.resolver)
        )


def test_a_mail_signed_by_its_own_domain_passes():
    found = look(signed(ada(), "shop.example"), DMARC | published("shop.example"))
    assert found == {
        "by": "rapport",
        "domain": "shop.example",
        "spf": "unchecked",
        "dkim": "pass",
        "arc": "none",
        "aligned": ["dkim"],
        "dmarc": "pass",
    }


def test_eve_who_signs_with_her_own_domain_does_not_pass_for_ada():
    found = look(
        signed(ada(), "evil.example"),
        DMARC | SPF | published("evil.example"),
        peer=ELSEWHERE,
        sender="eve@shop.example",
    )
    assert (found["dkim"], found["spf"], found["aligned"], found["dmarc"]) == ("pass", "fail", [], "fail")


def test_a_changed_mail_fails():
    mail = signed(ada(), "shop.example").replace(b"The lamp flickers.", b"Pay this bill now.")
    found = look(mail, DMARC | SPF | published("shop.example"), peer=ELSEWHERE, sender="ada@shop.example")
    assert (found["dkim"], found["dmarc"]) == ("fail", "fail")


def test_what_was_added_behind_a_signed_length_proves_nothing():
    mail = signed(ada(), "shop.example", length=True) + b"\r\nAnd pay this bill.\r\n"
    found = look(mail, DMARC | SPF | published("shop.example"), peer=ELSEWHERE, sender="ada@shop.example")
    assert (found["dkim"], found["dmarc"]) == ("policy", "fail")


def test_the_domains_own_machine_passes_unsigned():
    found = look(ada(), DMARC | SPF, peer=THERE, sender="bounces@shop.example")
    assert (found["spf"], found["dkim"], found["aligned"], found["dmarc"]) == ("pass", "none", ["spf"], "pass")
    mapped = look(ada(), DMARC | SPF, peer=f"::ffff:{THERE}", sender="bounces@shop.example")
    assert mapped["spf"] == "pass"


def test_a_machine_inside_says_nothing_of_the_sender():
    found = look(ada(), DMARC | SPF, peer="127.0.0.1", sender="bounces@shop.example")
    assert (found["spf"], found["dmarc"]) == ("unchecked", "unchecked")


def test_a_part_of_the_organisation_may_sign_for_all_of_it():
    records = DMARC | published("news.shop.example")
    assert look(signed(ada(), "news.shop.example"), records)["dmarc"] == "pass"
    strict = {("_dmarc.shop.example", "TXT"): ["v=DMARC1; p=reject; adkim=s"]} | published("news.shop.example")
    assert look(signed(ada(), "news.shop.example"), strict, peer=ELSEWHERE, sender="a@b.example")["dmarc"] == "fail"


def test_two_who_share_only_a_public_name_are_strangers():
    with name_server({("_dmarc.shops.example", "TXT"): ["v=DMARC1; p=none; psd=y"]}) as server:
        asked = Names(server.resolver)
        assert organisation_of("mail.ada.shops.example", asked) == "ada.shops.example"
        assert organisation_of("eve.shops.example", asked) == "eve.shops.example"


def test_a_long_name_costs_no_more_than_eight_questions():
    with name_server(DMARC) as server:
        assert organisation_of(".".join("abcdefghijklmnop") + ".shop.example", Names(server.resolver)) == "shop.example"
    assert len(server.asked) <= 8


def test_a_domain_without_a_policy_fails_nobody():
    found = look(ada(), {}, peer=ELSEWHERE, sender="ada@shop.example")
    assert (found["spf"], found["dmarc"]) == ("none", "none")


@pytest.mark.parametrize("how", [{"is_silent": True}, {"rcode": dns.rcode.SERVFAIL}])
def test_without_an_answer_nothing_is_said_against_anybody(how, monkeypatch):
    monkeypatch.setattr(names, "EACH_SECONDS", 0.2)
    monkeypatch.setattr(names, "IN_ALL_SECONDS", 0.3)
    found = look(signed(ada(), "shop.example"), {}, peer=ELSEWHERE, sender="ada@shop.example", **how)
    assert (found["spf"], found["dkim"], found["dmarc"]) == ("unchecked", "unchecked", "unchecked")


def test_of_several_authors_none_is_proven():
    found = look(signed(ada(), "shop.example"), DMARC | published("shop.example"), from_domain="")
    assert found["dmarc"] == "permerror"


@pytest.mark.parametrize(
    "header",
    [
        b"DKIM-Signature: nonsense",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=; s=; h=from; bh=; b=",
        b"DKIM-Signature: v=1; a=ed25519-sha256; d=shop.example; s=lamp; h=from; bh=AAAA; b=AAAA",
        b"DKIM-Signature: " + b"x=1; " * 5000,
        b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=shop.example; s=lamp; b=",
        b"ARC-Seal: i=999999999999999999; cv=\xff",
    ],
)
def test_nonsense_harms_nobody(header):
    found = look(header + b"\r\n" + ada(), DMARC | published("shop.example"))
    assert found["dkim"] != "pass"
    assert found["arc"] != "pass"
