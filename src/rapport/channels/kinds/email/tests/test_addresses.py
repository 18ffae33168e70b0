"""Who wrote, however their program put it."""

import time

import pytest

from rapport.channels.kinds.email.addresses import addresses_in


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ('"Kim Park" <kim@b.example>', "Kim Park", "kim@b.example"),
        ("kim@b.example (Kim Park)", "Kim Park", "kim@b.example"),
        ("=?utf-8?Q?Kim_P=C3=A4rk?= <kim@b.example>", "Kim Pärk", "kim@b.example"),
        ('"=?utf-8?Q?Kim_P=C3=A4rk?=" <kim@b.example>', "Kim Pärk", "kim@b.example"),
        ("=?utf-8?B?UGFyaywgS2lt?= <kim@b.example>", "Park, Kim", "kim@b.example"),
        ("Park, Kim <kim@b.example>", "Park, Kim", "kim@b.example"),
        ("Kim; Park <kim@b.example>", "Kim; Park", "kim@b.example"),
        ('"Park, Kim" <kim@b.example>', "Park, Kim", "kim@b.example"),
        ("<kim@b.example>", "", "kim@b.example"),
        ("Kim [Sales] <kim@b.example>", "Kim [Sales]", "kim@b.example"),
        ("Kim@Home <kim@b.example>", "Kim@Home", "kim@b.example"),
        ('"kim@b.example" <other@c.example>', "kim@b.example", "other@c.example"),
        ("Kim <kim@b.example", "Kim", "kim@b.example"),
        ("Kim kim@b.example>", "Kim", "kim@b.example"),
        ('"Kim <kim@b.example>', "Kim", "kim@b.example"),
        ("'Kim Park' <kim@b.example>", "Kim Park", "kim@b.example"),
        ("Kim <mailto:kim@b.example>", "Kim", "kim@b.example"),
        ("=?utf-8?Q?Kim_=3Ckim=40b=2Eexample=3E?=", "Kim", "kim@b.example"),
        ('"Kim Park" kim@b.example', "Kim Park", "kim@b.example"),
        ('"Kim \\"K\\" Park" <kim@b.example>', 'Kim "K" Park', "kim@b.example"),
        ("kim@[192.168.0.1]", "", "kim@[192.168.0.1]"),
        ('"kim park"@b.example', "", '"kim park"@b.example'),
        ("Group: kim@b.example, x@y.example;", "", "kim@b.example"),
        ("Kim <kim @ b.example>", "Kim", "kim@b.example"),
        ("kim@b.example <Kim@b.example>", "", "Kim@b.example"),
        ('"()<>[]:,;@!"@b.example', "", '"()<>[]:,;@!"@b.example'),
        ("Jürgen <jürgen@b.example>", "Jürgen", "jürgen@b.example"),
    ],
)
def test_kim_is_known_however_her_program_writes_her(value, name, address):
    first = addresses_in([value])[0]
    assert (first.name, first.address) == (name, address)


def test_everybody_of_a_list_is_found_in_order():
    value = (
        'Park, Kim <kim@b.example>; "Ada, L." <ada@b.example>, omar@b.example (Omar), All: noor@b.example, e@c.example;'
    )
    people = [(person.name, person.address) for person in addresses_in([value])]
    assert people == [
        ("Park, Kim", "kim@b.example"),
        ("Ada, L.", "ada@b.example"),
        ("Omar", "omar@b.example"),
        ("", "noor@b.example"),
        ("", "e@c.example"),
    ]


@pytest.mark.parametrize("value", ["", "Kim", "undisclosed-recipients:;", "<>", "@", "a@", ",,;", "(kim@b.example)"])
def test_what_names_nobody_names_nobody(value):
    assert addresses_in([value]) == ()


@pytest.mark.parametrize(
    "value", ['"' * 30_000, "<" * 30_000, "(" * 30_000, "a@b, " * 6_000, "\\" * 30_000, "a," * 15_000]
)
def test_no_header_takes_long(value):
    begun = time.process_time()
    addresses_in([value])
    assert time.process_time() - begun < 2


def test_addresses_with_nothing_but_blanks_between_them_are_all_found():
    assert [person.address for person in addresses_in(["kim@b.example  ada@b.example"])] == [
        "kim@b.example",
        "ada@b.example",
    ]


def test_an_address_that_is_encoded_with_its_name_is_found():
    [kim] = addresses_in(["=?utf-8?Q?Kim=20P=C3=A4rk=20<kim@b.example>?="])
    assert (kim.name, kim.address) == ("Kim Pärk", "kim@b.example")
