"""Letters in their frames, and files."""

import pytest

from rapport.backbone import files
from rapport.conversations import actions
from rapport.conversations.models import Attachment, Message
from rapport.conversations.types import IncomingFile
from rapport.team.models import Team

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def attach(write):
    """Kim sends a file: a function that answers its attachment."""

    def attached(name="log.txt", content_type="text/plain", data=b"hello", **said):
        stored = files.keep(data)
        file = IncomingFile(stored.pk, name, content_type, stored.size, stored.sha256, **said)
        conversation = write(files=(file,))
        return Attachment.objects.get(message__conversation=conversation)

    return attached


@pytest.fixture
def frame(ada, signed_in, write):
    """The page inside the frame of a letter with this HTML."""

    def framed(html, text="Hello", query="", **said):
        message = write(text, html=html, **said).messages.get()
        return signed_in(ada).get(f"/messages/{message.pk}/body{query}")

    return framed


def test_no_script_of_a_letter_can_run_or_call_home(frame):
    answer = frame("<p>Hello</p>")
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-same-origin allow-popups")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert "img-src 'self' data:" in policy
    assert "https:" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_remote_pictures_load_only_when_asked_and_through_us(frame):
    letter = '<p>Hi<img data-src="https://shop.example/p.gif?a=1&amp;b=2" width="100"></p>'
    assert "shop.example" not in frame(letter).content.decode()
    shown = frame(letter, query="?images=1")
    assert f' src="/pictures/{Message.objects.last().pk}/0"' in shown.content.decode()
    assert "shop.example" not in shown.content.decode()
    assert "https:" not in shown["Content-Security-Policy"]


@pytest.mark.parametrize("unseen", ['width="1" height="1"', 'height="0"', 'style="width:1px;height:1px"'])
def test_what_nobody_could_see_is_never_fetched(frame, unseen):
    page = frame(
        f'<p>Hi<img data-src="https://tracker.example/p.gif" {unseen}></p>', query="?images=1"
    ).content.decode()
    assert "<img" not in page


def test_a_link_says_where_it_really_leads(frame):
    page = frame('<a href="https://evil.example/?a=1&amp;b=2" title="https://bank.example">bank</a>').content.decode()
    assert 'title="https://evil.example/?a=1&amp;b=2"' in page
    assert "bank.example" not in page


def test_a_wide_table_scrolls_in_a_box_of_its_own(frame):
    page = frame("<p>Hi</p><table><tr><td><table></table></td></tr></table><p>Bye</p>").content.decode()
    assert '<p>Hi</p><div class="wide"><table><tr><td><table></table></td></tr></table></div><p>Bye</p>' in page


def test_black_on_white_is_no_colour(frame):
    plain = '<p style="color:rgb(34, 34, 34);margin:0">Hi</p><p style="background-color:#FFFFFF;color:black">Bye</p>'
    assert " data-paper" not in frame(plain).content.decode().split("<head>")[0]


def test_a_picture_inside_the_mail_comes_from_its_attachment(ada, signed_in, write):
    stored = files.keep(PNG)
    file = IncomingFile(stored.pk, "a.png", "image/png", stored.size, stored.sha256, content_id="a b@x", inline=True)
    message = write("See", html='<img src="cid:a%20b@x"><img src="cid:unknown">', files=(file,)).messages.get()
    page = signed_in(ada).get(f"/messages/{message.pk}/body").content.decode()
    assert f'src="/attachments/{message.attachments.get().pk}?inline=1"' in page
    assert "cid:" not in page


def test_the_quotation_of_a_letter_is_closed(frame):
    page = frame(
        "<p>Still flickers.</p>\n<quoted-text><blockquote><p>Try this</p>\n<blockquote>Older</blockquote></blockquote>"
        "</quoted-text>",
        text="Still flickers.\n> Try this",
        visible_text="Still flickers.",
    ).content.decode()
    assert page.count("<details>") == page.count("</details>") == 1
    assert page.index("<details>") < page.index("<blockquote>")
    assert page.endswith("</blockquote></blockquote></details></body></html>")


def test_a_quotation_that_is_the_message_stays_open(frame):
    assert "<details>" not in frame("<blockquote>To be or not</blockquote>", text="To be or not").content.decode()


def test_a_letter_with_colours_of_its_own_lies_on_paper(frame):
    assert " data-paper" in frame('<p style="color:#1f497d">Hi</p>').content.decode().split("<head>")[0]
    assert " data-paper" not in frame("<p>Hi</p>").content.decode().split("<head>")[0]


def test_a_letter_follows_the_readers_theme(ada, signed_in, write):
    ada.theme = "dark"
    ada.save()
    message = write("Hi", html="<p>Hi</p>").messages.get()
    assert 'data-theme="dark"' in signed_in(ada).get(f"/messages/{message.pk}/body").content.decode()


def test_a_subject_cannot_leave_the_title(frame):
    assert "<title>&lt;/title&gt;&lt;script&gt;" in frame("<p>Hi</p>", subject="</title><script>").content.decode()


def test_a_file_is_a_download_and_nothing_more(ada, signed_in, attach):
    answer = signed_in(ada).get(f"/attachments/{attach(content_type='text/html', name='a.html').pk}")
    assert answer.content == b"hello"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/pdf", "text/plain"])
def test_only_harmless_pictures_open_inside_the_page(ada, signed_in, attach, kind):
    answer = signed_in(ada).get(f"/attachments/{attach(content_type=kind).pk}?inline=1")
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Type"] == "application/octet-stream"


def test_a_harmless_picture_opens_inside_the_page(ada, signed_in, attach):
    answer = signed_in(ada).get(f"/attachments/{attach('a.png', 'image/png', PNG).pk}?inline=1")
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline;")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        (
            'a"; filename="evil.exe',
            "attachment; filename=\"a_ filename=evil.exe\"; filename*=UTF-8''a%3B%20filename%3Devil.exe",
        ),
        ("../../etc/passwd", "attachment; filename=\"etcpasswd\"; filename*=UTF-8''etcpasswd"),
        ("日志.txt", "attachment; filename=\"__.txt\"; filename*=UTF-8''%E6%97%A5%E5%BF%97.txt"),
        ("a\r\nSet-Cookie: x=1", "attachment; filename=\"aSet-Cookie: x=1\"; filename*=UTF-8''aSet-Cookie%3A%20x%3D1"),
        ("\u202egnp.exe", "attachment; filename=\"gnp.exe\"; filename*=UTF-8''gnp.exe"),
        ("...", "attachment; filename=\"file\"; filename*=UTF-8''file"),
    ],
)
def test_no_name_breaks_out_of_its_header(ada, signed_in, attach, name, header):
    assert signed_in(ada).get(f"/attachments/{attach(name).pk}")["Content-Disposition"] == header


def test_ada_reads_no_letters_and_files_of_another_team(ada, omar, signed_in, attach):
    file = attach()
    conversation = file.message.conversation
    actions.assign(conversation, to=None, team=Team.objects.create(name="Legal"), by=omar)
    browser = signed_in(ada)
    for address in (f"attachments/{file.pk}", *(f"messages/{file.message_id}/{part}" for part in ("", "body", "text"))):
        assert browser.get(f"/{address}").status_code == 404
        assert signed_in(omar).get(f"/{address}").status_code == 200


def test_a_stranger_gets_no_file(client, attach):
    assert client.get(f"/attachments/{attach().pk}").status_code == 302


def test_pictures_are_shown_and_documents_are_cards(ada, signed_in, attach):
    picture, document = attach("a.png", "image/png", PNG), attach("b.pdf", "application/pdf")
    browser = signed_in(ada)
    shown = browser.get(f"/messages/{picture.message_id}/").content.decode()
    assert f'<img src="/attachments/{picture.pk}?inline=1"' in shown
    chip = browser.get(f"/messages/{document.message_id}/").content.decode()
    assert f'<a class="file" href="/attachments/{document.pk}" download' in chip
    assert "PDF, 5 B" in chip
