"""Kim ticks a box of a form, and what stood beside it is kept word for word; without the tick nothing is."""

import re
from datetime import timedelta

import pytest

from rapport.channels.contact import doubting
from rapport.channels.kinds.form.forms import FormForm
from rapport.channels.kinds.form.kind import ContactForm
from rapport.channels.models import Channel
from rapport.conversations.models import Conversation
from rapport.customers.consent.models import ConsentRecord
from rapport.customers.consent.queries import may_send, purposes
from rapport.customers.models import Customer
from rapport.kit import clock

pytestmark = pytest.mark.django_db
TEXT = "Yes, Lampwright may send me news by mail. I can end this with one click."
CHINESE = "同意 Lampwright 通过邮件向我发送资讯。"
SETTINGS = {
    "ask_name": "optional", "ask_subject": "required", "takes_files": False, "megabytes": 1, "most_links": 2,
    "consent_purpose": "newsletter", "consent_way": "email", "consent_text": f"{TEXT}\nzh-hans: {CHINESE}",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet():
    for limit in (doubting._BY_PLACE, doubting._BY_PERSON, doubting._BY_DOMAIN):
        limit.forget()


@pytest.fixture
def form(inbox):
    purposes()
    return Channel.objects.create(kind="form", inbox=inbox, name="Lamp questions", settings=SETTINGS)


@pytest.fixture
def fill_in(client, form):
    """Open the page, in a language, and answer how to send it."""

    def opened(language="en"):
        page = client.get(f"/forms/{form.key}/", headers={"Accept-Language": language}).content.decode()
        hidden = dict(re.findall(r'name="(stamp|consent_shown)" value="([^"]+)"', page))

        def send(**said):
            filled = {"name": "Kim Park", "email": "Kim@studio.example", "subject": "Order", "message": "Where is it?"}
            with clock.frozen(clock.now() + timedelta(seconds=30)):
                return client.post(f"/forms/{form.key}/", {**hidden, **filled, **said}, REMOTE_ADDR="192.0.2.7")

        return page, send

    return opened


def test_what_kim_ticked_is_kept_with_everything_that_proves_it(form, fill_in):
    page, send = fill_in()
    assert TEXT in page
    assert f"{TEXT} (optional)" not in page
    assert not re.search(r'name="consent"[^>]*checked', page)
    before = clock.now()
    assert send(consent="on").status_code == 303
    record = ConsentRecord.objects.get()
    assert record.customer == Customer.objects.get(email="kim@studio.example")
    assert (record.purpose.key, record.channel, record.state, record.how) == ("newsletter", "email", "given", "form")
    assert (record.text, record.where, record.ip, record.by) == (TEXT, "Lamp questions", "192.0.2.7", None)
    assert record.address == "kim@studio.example"
    assert record.at >= before
    assert may_send(record.customer, "newsletter", "email")
    assert TEXT not in Conversation.objects.get().messages.get().text


def test_without_a_tick_nothing_is_noted(fill_in):
    _page, send = fill_in()
    assert send().status_code == 303
    assert Conversation.objects.count() == 1
    assert not ConsentRecord.objects.exists()


def test_what_is_kept_is_what_kim_saw_and_not_what_noor_wrote_meanwhile(form, fill_in):
    _page, send = fill_in()
    form.settings = {**SETTINGS, "consent_purpose": "research", "consent_text": "Something quite different."}
    form.save()
    again = send(consent="on", message="")
    assert again.status_code == 422
    # Sent once more, it still shows what they ticked.
    assert TEXT in again.content.decode()
    assert send(consent="on").status_code == 303
    assert [(each.purpose.key, each.text) for each in ConsentRecord.objects.all()] == [("newsletter", TEXT)]


def test_a_reader_of_chinese_agrees_in_chinese(fill_in):
    page, send = fill_in("zh-CN")
    assert CHINESE in page
    send(consent="on")
    assert ConsentRecord.objects.get().text == CHINESE


@pytest.mark.parametrize("word", ["", "made-up"])
def test_a_tick_beside_words_that_we_never_showed_is_none(fill_in, word):
    _page, send = fill_in()
    assert send(consent="on", consent_shown=word).status_code == 303
    assert not ConsentRecord.objects.exists()


def test_what_looks_like_a_machines_agrees_to_nothing(fill_in):
    _page, send = fill_in()
    assert send(consent="on", website="https://spam.example").status_code == 303
    assert Conversation.objects.get().junk_at is not None
    assert not ConsentRecord.objects.exists()


def test_what_is_sent_twice_is_agreed_to_once(fill_in):
    _page, send = fill_in()
    send(consent="on")
    send(consent="on")
    assert ConsentRecord.objects.count() == 1


def test_a_purpose_that_is_used_no_longer_is_not_asked(form, fill_in):
    _page, send = fill_in()
    purpose = next(each for each in purposes() if each.key == "newsletter")
    purpose.retired_at = clock.now()
    purpose.save()
    assert TEXT not in fill_in()[0]
    assert send(consent="on").status_code == 303
    assert not ConsentRecord.objects.exists()


def test_noor_sets_the_box_up(db):
    usual = {"ask_name": "no", "ask_subject": "optional", "most_links": "3"}
    form = FormForm({**usual, "consent_purpose": "newsletter", "consent_way": "sms", "consent_text": TEXT})
    assert form.is_valid(), form.errors
    keys = [key for key, _label in form.fields["consent_purpose"].choices]
    assert "newsletter" in keys
    assert "service" not in keys
    without = FormForm({**usual, "consent_purpose": "newsletter"})
    assert without.errors["consent_text"] == ["Write what people agree to."]
    assert FormForm(usual).is_valid()


def test_agents_and_scripts_see_by_which_form(form, fill_in, ada, signed_in):
    _page, send = fill_in()
    send(consent="on")
    customer = ConsentRecord.objects.get().customer
    browser = signed_in(ada)
    assert "“Lamp questions”" in browser.get(f"/customers/{customer.pk}/").content.decode()
    told = browser.get(f"/api/v1/customers/{customer.pk}/consents").json()["items"][0]
    assert (told["where"], told["how"], told["text"]) == ("Lamp questions", "form", TEXT)


def test_consents_that_are_no_list_are_not_read():
    from rapport.channels.errors import CannotRead

    with pytest.raises(CannotRead):
        ContactForm().read(b'{"id": "x", "email": "kim@studio.example", "message": "Hello", "consents": [1]}')
