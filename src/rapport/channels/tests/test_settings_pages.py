"""Channels in the settings: connect, test, change, pause, remove; and who may not."""

import asyncio

import pytest

from rapport.channels import connections, seam
from rapport.channels.models import Channel
from rapport.channels.tests.pigeon import Pigeon
from rapport.conversations.models import Inbox
from rapport.kit import clock

NEW = "/settings/channels/new/pigeon/"
TYPED = {
    "address": "Loft@Lampwright.example",
    "host": "board.example",
    "password": "coo",
    "place-name": "Support",
    "place-inbox": "",
}


@pytest.fixture(autouse=True)
def pigeons(settings):
    settings.CHANNEL_KINDS = ["rapport.channels.tests.pigeon.Pigeon"]
    seam.kinds.cache_clear()
    yield
    seam.kinds.cache_clear()


@pytest.fixture
def channel(db):
    settings = {"address": "loft@lampwright.example", "host": "board.example", "password": "coo"}
    return connections.connect(Pigeon(), settings=settings, name="Loft", inbox=None)


@pytest.fixture
def admin(client, noor):
    client.force_login(noor)
    return client


PAGES = (
    "/settings/channels/",
    NEW,
    f"{NEW}suggestion",
    "/settings/channels/{id}/",
    "/settings/channels/{id}/connected/",
)
CHANGES = (f"{NEW}test", *(f"/settings/channels/{{id}}/{noun}" for noun in ("test", "pause", "resumption", "removal")))


@pytest.mark.parametrize("path", PAGES)
def test_only_administrators_open_channel_settings(client, channel, ada, omar, noor, path):
    path = path.format(id=channel.id)
    assert client.get(path).status_code == 302
    for agent, status in ((ada, 403), (omar, 403), (noor, 200)):
        client.force_login(agent)
        assert client.get(path).status_code == status


@pytest.mark.parametrize("path", CHANGES)
def test_only_administrators_change_channels(client, channel, ada, omar, path):
    path = path.format(id=channel.id)
    assert client.post(path, TYPED).status_code == 302
    for agent in (ada, omar):
        client.force_login(agent)
        assert client.post(path, TYPED).status_code == 403
    client.force_login(omar)
    assert client.get(path).status_code == 405
    channel.refresh_from_db()
    assert channel.paused_at is None


def test_a_channel_is_connected_and_gets_an_inbox(admin):
    answer = admin.post(NEW, TYPED)
    channel = Channel.objects.get()
    assert answer.url == f"/settings/channels/{channel.id}/connected/"
    assert (channel.address, channel.name, channel.inbox.name) == ("loft@lampwright.example", "Support", "Support")
    assert channel.settings["password"] == "coo"
    assert "loft@lampwright.example" in admin.get(answer.url).content.decode()


def test_a_second_channel_may_share_an_inbox(admin, inbox):
    admin.post(NEW, {**TYPED, "place-inbox": inbox.id, "place-name": "Loft"})
    assert Channel.objects.get().inbox == inbox
    assert Inbox.objects.count() == 1


def test_secrets_are_encrypted_at_rest(channel):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT settings FROM channels_channel")
        assert "coo" not in cursor.fetchone()[0]


def test_a_mistake_is_said_and_the_secret_never_comes_back(admin):
    answer = admin.post(NEW, {**TYPED, "host": "nowhere", "password": "whistle-4711"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is no such board." in page
    assert 'value="Loft@Lampwright.example"' in page
    assert "whistle-4711" not in page


def test_a_page_with_javascript_gets_only_the_errors(admin):
    answer = admin.post(NEW, {**TYPED, "host": "nowhere"}, headers={"X-Only-Errors": "1"})
    assert answer.status_code == 422
    assert 'data-for="id_host"' in answer.content.decode()
    assert "<form" not in answer.content.decode()
    answer = admin.post(NEW, TYPED, headers={"X-Only-Errors": "1"})
    assert (answer.status_code, answer.headers["X-Go-On"]) == (
        204,
        f"/settings/channels/{Channel.objects.get().id}/connected/",
    )


def test_changing_a_channel_keeps_the_secret_that_is_left_blank(admin, channel):
    page = admin.get(f"/settings/channels/{channel.id}/").content.decode()
    assert 'placeholder="unchanged"' in page
    assert "coo" not in page
    Channel.objects.update(error="refused", failed_at=clock.now())
    admin.post(f"/settings/channels/{channel.id}/", {**TYPED, "address": "new@lampwright.example", "password": ""})
    channel.refresh_from_db()
    assert (channel.settings["password"], channel.address, channel.error) == ("coo", "new@lampwright.example", "")
    admin.post(f"/settings/channels/{channel.id}/", {**TYPED, "password": "louder"})
    channel.refresh_from_db()
    assert channel.settings["password"] == "louder"


def test_the_test_says_each_step_and_its_remedy(admin):
    lines = b"".join(admin.post(f"{NEW}test", TYPED)).decode().strip().split("\n")
    assert len(lines) == 2
    assert all('data-ok="yes"' in line for line in lines)
    lines = b"".join(admin.post(f"{NEW}test", {**TYPED, "password": "shh"})).decode().strip().split("\n")
    assert 'data-ok="no"' in lines[1]
    assert "do not know this whistle &lt;b&gt;yet&lt;/b&gt;." in lines[1]
    assert not Channel.objects.exists()


def test_the_test_of_a_channel_uses_the_secret_that_is_kept(admin, channel):
    answer = admin.post(f"/settings/channels/{channel.id}/test", {**TYPED, "password": ""})
    assert b"".join(answer).decode().count('data-ok="yes"') == 2


def test_a_form_with_mistakes_is_not_tried(admin):
    answer = admin.post(f"{NEW}test", {**TYPED, "address": "nobody"})
    assert answer.status_code == 422
    assert 'data-for="id_address"' in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_steps_arrive_one_by_one_from_an_asgi_server(async_client, noor):
    async def stream():
        await async_client.aforce_login(noor)
        answer = await async_client.post(f"{NEW}test", TYPED)
        assert answer.is_async
        return [chunk async for chunk in answer.streaming_content]

    chunks = asyncio.run(stream())
    assert len(chunks) == 2


def test_the_address_lets_other_fields_be_guessed(admin):
    answer = admin.get(f"{NEW}suggestion", {"address": "loft@birds.example"})
    assert answer.json() == {"host": "board.birds.example", "hint": "Bring corn."}
    assert admin.get(f"{NEW}suggestion", {"address": "loft"}).json() == {}


def test_a_channel_is_paused_resumed_and_removed(admin, channel):
    admin.post(f"/settings/channels/{channel.id}/pause")
    channel.refresh_from_db()
    assert channel.paused_at
    assert "Paused" in admin.get("/settings/channels/").content.decode()
    admin.post(f"/settings/channels/{channel.id}/resumption")
    channel.refresh_from_db()
    assert channel.paused_at is None
    page = admin.post(f"/settings/channels/{channel.id}/removal", follow=True).content.decode()
    assert "Loft is removed. Its conversations stay." in page
    assert not Channel.objects.exists()
    assert Inbox.objects.filter(name="Loft").exists()


def test_the_list_shows_what_is_wrong(admin, channel):
    assert "Not used yet" in admin.get("/settings/channels/").content.decode()
    Channel.objects.update(error="The server does not know this password.", failed_at=clock.now())
    page = admin.get("/settings/channels/").content.decode()
    assert "Not working" in page
    assert "The server does not know this password." in page


def test_a_kind_that_is_not_registered_is_not_found(admin, channel):
    assert admin.get("/settings/channels/new/telepathy/").status_code == 404
    Channel.objects.update(kind="telepathy")
    assert admin.get("/settings/channels/").status_code == 200


def test_the_first_mailbox_can_be_skipped(admin):
    assert "Skip for now" in admin.get(f"{NEW}?first=1").content.decode()
    assert "Skip for now" not in admin.get(NEW).content.decode()


def test_a_kept_secret_never_goes_to_another_server(admin, channel):
    """Whoever may change a channel could otherwise read its password on a server of their own."""
    answer = admin.post(f"/settings/channels/{channel.id}/", {**TYPED, "host": "evil.example", "password": ""})
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()
    answer = admin.post(f"/settings/channels/{channel.id}/test", {**TYPED, "host": "evil.example", "password": ""})
    assert answer.status_code == 422


def test_an_empty_inbox_leads_to_the_first_mailbox(client, ada, noor):
    for agent, expected in ((noor, True), (ada, False)):
        client.force_login(agent)
        page = client.get("/inbox/").content.decode()
        assert "Nobody has written yet" in page
        assert ('href="/settings/channels/"' in page) is expected
