"""What the forms of several kinds ask alike."""

import pytest
from django import forms

from rapport.channels.asking import ApiAddress, MadeSecret

USUAL = "https://api.provider.example"


class PigeonForm(forms.Form):
    api = ApiAddress(USUAL)
    whistle = MadeSecret(lambda: "made", regex=r"^[a-z]+$")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", USUAL),
        (f" {USUAL}/ ", USUAL),
        ("proxy.lampwright.example/v1/", "https://proxy.lampwright.example/v1"),
        ("http://10.0.0.8:8081", "http://10.0.0.8:8081"),
    ],
)
def test_secrets_go_to_the_usual_place_or_to_a_safe_one_that_was_typed(settings, typed, meant):
    settings.PRIVATE_HOSTS_ALLOWED = ["10.0.0.8"]
    form = PigeonForm({"api": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["api"] == meant


@pytest.mark.parametrize(
    "typed", ["http://api.provider.example", "http://10.0.0.9", "nonsense", "nonsense://", "file:///etc/passwd"]
)
def test_nothing_secret_travels_where_others_can_read_it(typed):
    assert "begins with https://" in str(PigeonForm({"api": typed}).errors["api"])


def test_a_secret_that_nobody_typed_is_made():
    assert PigeonForm({}).fields["whistle"].clean("") == "made"
    assert PigeonForm({}).fields["whistle"].clean("coo") == "coo"
    assert "whistle" in PigeonForm({"whistle": "not so"}).errors
