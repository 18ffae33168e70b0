"""What came in, what goes out, and which jobs gave up, as administrators see it."""

from pathlib import Path

import pytest

from rapport.backbone import files
from rapport.backbone.jobs import bury, dead_letters
from rapport.channels import traffic
from rapport.channels.models import Delivery, Dispatch
from rapport.conversations.models import Conversation, Message
from rapport.kit import ids
from rapport.team.jobs import mail_notice

NASTY = (
    b"From: Eve <eve@elsewhere.example>\r\nSubject: <script>alert(1)</script>\r\n\r\n<script>alert(2)</script>\x00\xff"
)


@pytest.fixture
def admin(client, noor):
    client.force_login(noor)
    return client


@pytest.fixture
def deliver(db):
    def make(body=NASTY, **fields):
        digest = ids.hashed(body.decode("latin-1"))
        return Delivery.objects.create(kind="email", body=body, size=len(body), sha256=digest, **fields)

    return make


@pytest.fixture
def dispatch(kim, inbox, ada):
    conversation = Conversation.objects.create(
        number=7, subject="The lamp hums", customer=kim, inbox=inbox, message_count=1
    )
    message = Message.objects.create(
        conversation=conversation,
        direction="out",
        author_kind="agent",
        agent=ada,
        text="Hello",
        to=["kim@studio.example"],
    )
    return Dispatch.objects.create(message=message, state="failed", error="550 there is no such mailbox", attempts=3)


NOBODY = "00000000-0000-0000-0000-000000000000"
PAGES = (
    "/settings/deliveries/",
    "/settings/deliveries/{id}/",
    "/settings/deliveries/{id}/raw",
    "/settings/outbox/",
    "/settings/jobs/",
)
CHANGES = (
    "/settings/deliveries/{id}/reading",
    "/settings/outbox/{id}/try",
    "/settings/outbox/{id}/cancellation",
    f"/settings/jobs/{NOBODY}/run",
)


@pytest.mark.parametrize("path", PAGES)
def test_only_administrators_look_into_traffic(client, deliver, ada, omar, noor, path):
    path = path.format(id=deliver().id)
    assert client.get(path).status_code == 302
    for agent, status in ((ada, 403), (omar, 403), (noor, 200)):
        client.force_login(agent)
        assert client.get(path).status_code == status


@pytest.mark.parametrize("path", CHANGES)
def test_only_administrators_try_again(client, deliver, omar, path):
    path = path.format(id=deliver().id)
    assert client.post(path).status_code == 302
    client.force_login(omar)
    assert client.post(path).status_code == 403


def test_what_cannot_be_read_is_counted_in_the_settings(admin, deliver):
    deliver(state="quarantined", reason="The header ends in the middle of a line.")
    deliver(state="done", outcome="created")
    assert traffic.quarantined_count() == 1
    page = admin.get("/settings/profile/").content.decode()
    assert '<span class="badge solid">1</span>' in page
    page = admin.get("/settings/deliveries/").content.decode()
    assert "1 delivery could not be read." in page
    page = admin.get("/settings/deliveries/?state=quarantined").content.decode()
    assert "The header ends in the middle of a line." in page
    assert "New conversation" not in page


def test_a_raw_delivery_is_shown_as_text_and_nothing_in_it_runs(admin, deliver):
    page = admin.get(f"/settings/deliveries/{deliver().id}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page


def test_a_raw_delivery_is_downloaded_byte_for_byte(admin, deliver):
    answer = admin.get(f"/settings/deliveries/{deliver().id}/raw")
    assert answer.content == NASTY
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_large_delivery_comes_from_its_file_and_is_shown_in_part(admin, db):
    body = b"Subject: long\r\n\r\n" + b"x" * 200_000 + b"THE END"
    delivery = Delivery.objects.create(kind="email", file=files.keep(body), size=len(body), sha256="0" * 64)
    page = admin.get(f"/settings/deliveries/{delivery.id}/").content.decode()
    assert "The rest is in the download." in page
    assert "THE END" not in page
    assert admin.get(f"/settings/deliveries/{delivery.id}/raw").content == body


def test_the_list_is_paged_and_the_pages_do_not_overlap(admin, deliver, django_assert_max_num_queries):
    for number in range(traffic.PAGE + 7):
        deliver(source=f"source-{number:03}")
    with django_assert_max_num_queries(40) as counted:
        first = admin.get("/settings/deliveries/").content.decode()
    second_page = admin.get(f"/settings/deliveries/?before={traffic.deliveries().before}").content.decode()
    for number in range(traffic.PAGE + 7):
        assert (f"source-{number:03}" in first) != (f"source-{number:03}" in second_page)
    assert not any("body" in query["sql"].split("FROM")[0] for query in counted.captured_queries)


@pytest.mark.parametrize("query", ["before=x", "before=-1", f"before={'9' * 40}", "before=²", "state=%00", "state='--"])
def test_odd_questions_get_an_ordinary_page(admin, deliver, query):
    deliver()
    assert admin.get(f"/settings/deliveries/?{query}").status_code == 200


def test_a_failed_dispatch_shows_its_reason(admin, dispatch):
    page = admin.get("/settings/outbox/?state=failed").content.decode()
    assert "550 there is no such mailbox" in page
    assert "kim@studio.example" in page
    assert "Try again" in page
    assert "550" not in admin.get("/settings/outbox/?state=sent").content.decode()


def test_lists_have_a_constant_number_of_queries(admin, deliver, kim, inbox, django_assert_max_num_queries):
    counts = []
    for batch in range(2):
        for number in range(10):
            conversation = Conversation.objects.create(number=batch * 10 + number + 1, customer=kim, inbox=inbox)
            message = Message.objects.create(conversation=conversation, direction="out", author_kind="agent")
            Dispatch.objects.create(message=message)
            deliver(message=message)
        admin.get("/settings/outbox/")
        for path in ("/settings/outbox/", "/settings/deliveries/"):
            with django_assert_max_num_queries(60) as counted:
                admin.get(path)
            counts.append(len(counted.captured_queries))
    assert counts[:2] == counts[2:]


def test_a_job_that_gave_up_is_listed_and_runs_again(admin, db):
    queued = mail_notice.enqueue("Subject", "Text", "ada@lampwright.example")
    task_id = str(getattr(queued, "id", queued))
    assert bury(task_id, reason="The mail server is on fire.")
    page = admin.get("/settings/jobs/").content.decode()
    assert "The mail server is on fire." in page
    admin.post(f"/settings/jobs/{task_id}/run")
    assert not dead_letters().exists()
    assert "not waiting here any more" in admin.post(f"/settings/jobs/{task_id}/run", follow=True).content.decode()


def test_a_made_up_job_is_not_run(admin, db):
    page = admin.post(f"/settings/jobs/{NOBODY}/run", follow=True)
    assert "not waiting here any more" in page.content.decode()
    assert admin.post("/settings/jobs/x/run").status_code == 404


def test_empty_pages_say_what_is_true(admin):
    for path, words in (
        ("/settings/deliveries/", "Nothing came in yet"),
        ("/settings/outbox/", "Nothing was sent yet"),
        ("/settings/jobs/", "No job gave up"),
    ):
        assert words in admin.get(path).content.decode()


def test_every_template_of_the_settings_is_translatable():
    folder = Path(__file__).parent.parent / "templates" / "channels"
    for template in folder.glob("[a-z]*.html"):
        assert "load i18n" in template.read_text(), template.name


def test_a_delivery_that_still_cannot_be_read_says_why(admin, deliver):
    delivery = deliver(b"", state="quarantined", reason="It was empty.")
    page = admin.post(f"/settings/deliveries/{delivery.id}/reading", follow=True).content.decode()
    assert "It still cannot be read: " in page


def test_a_delivery_is_read_again_after_an_update(admin, deliver, inbox):
    delivery = deliver(
        b"From: kim@studio.example\r\nSubject: The lamp\r\n\r\nIt hums.\r\n", state="quarantined", reason="?"
    )
    page = admin.post(f"/settings/deliveries/{delivery.id}/reading", follow=True).content.decode()
    assert "It was read." in page
    delivery.refresh_from_db()
    assert (delivery.state, delivery.outcome) == ("done", "created")
    assert delivery.message.text.strip() == "It hums."


def test_a_failed_dispatch_is_tried_again_and_can_be_held_back(admin, dispatch):
    admin.post(f"/settings/outbox/{dispatch.id}/try")
    dispatch.refresh_from_db()
    assert (dispatch.state, dispatch.error) == ("queued", "")
    admin.post(f"/settings/outbox/{dispatch.id}/cancellation")
    assert not Dispatch.objects.filter(pk=dispatch.pk, state="queued").exists()


def test_what_has_left_cannot_be_held_back(admin, dispatch):
    Dispatch.objects.update(state="sent")
    for noun in ("try", "cancellation"):
        page = admin.post(f"/settings/outbox/{dispatch.id}/{noun}", follow=True).content.decode()
        assert "It has already left." in page
    dispatch.refresh_from_db()
    assert dispatch.state == "sent"


def test_a_file_that_is_gone_is_said_and_breaks_nothing(admin, db):
    stored = files.keep(b"Subject: gone\r\n\r\n")
    delivery = Delivery.objects.create(kind="email", file=stored, size=1, sha256="1" * 64)
    files.StoredFile.objects.filter(pk=stored.pk).update(path="nowhere/at-all")
    assert "Restore it from a backup." in admin.get(f"/settings/deliveries/{delivery.id}/").content.decode()
    assert admin.get(f"/settings/deliveries/{delivery.id}/raw").status_code == 404
