"""Kim rates from the link in the mail; scanners, strangers and we ourselves do not."""

import pytest

from rapport.backbone.models import Event
from rapport.conversations.models import Conversation
from rapport.surveys.models import Rating

pytestmark = pytest.mark.django_db


def test_kim_rates_with_one_click_and_the_inbox_hears_it(client, invited):
    invitation, token = invited()
    answer = client.post(f"/rate/{token}/5/")
    assert (answer.status_code, answer["Location"]) == (303, f"/rate/{token}/")
    assert Rating.objects.get().score == 5
    assert Conversation.objects.get().satisfaction == 5
    heard = Event.objects.get(name="ConversationRated")
    assert heard.payload == {"conversation": invitation.conversation_id, "score": 5}


def test_a_mail_scanner_that_opens_every_link_rates_nothing(client, invited):
    _, token = invited()
    for score in (1, 2, 3, 4, 5):
        assert client.get(f"/rate/{token}/{score}/").status_code == 200
        assert client.head(f"/rate/{token}/{score}/").status_code == 200
    client.get(f"/rate/{token}/")
    assert not Rating.objects.exists()


def test_the_page_sends_itself_and_has_a_button_without_a_script(client, invited):
    _, token = invited()
    page = client.get(f"/rate/{token}/4/").content.decode()
    assert f'<send-once><form method="post" action="/rate/{token}/4/"' in page
    assert "Send “Good”" in page
    assert "surveys/send-once" in page


def test_kim_adds_a_comment_after_the_click(client, invited):
    _, token = invited()
    client.post(f"/rate/{token}/2/")
    page = client.get(f"/rate/{token}/").content.decode()
    assert "Thank you" in page
    client.post(f"/rate/{token}/", {"score": "2", "comment": "  Too slow.\0 "})
    rating = Rating.objects.get()
    assert (rating.score, rating.comment) == (2, "Too slow.")


def test_kim_changes_her_mind_and_keeps_her_comment(client, invited):
    _, token = invited()
    client.post(f"/rate/{token}/", {"score": "2", "comment": "Too slow."})
    first = Rating.objects.get().at
    client.post(f"/rate/{token}/4/")
    rating = Rating.objects.get()
    assert (rating.score, rating.comment, rating.at) == (4, "Too slow.", first)
    assert Conversation.objects.get().satisfaction == 4
    assert "checked" in client.get(f"/rate/{token}/").content.decode()


def test_the_same_answer_twice_is_announced_once(client, invited):
    _, token = invited()
    client.post(f"/rate/{token}/5/")
    client.post(f"/rate/{token}/5/")
    assert Event.objects.filter(name="ConversationRated").count() == 1


def test_an_expired_link_says_so_and_keeps_nothing(client, invited):
    _, token = invited(days=-1)
    for answer in (client.get(f"/rate/{token}/"), client.post(f"/rate/{token}/5/")):
        assert answer.status_code == 410
        assert "expired" in answer.content.decode()
    assert not Rating.objects.exists()


def test_eve_with_a_wrong_link_finds_nothing(client, invited):
    invited()
    for path in ("/rate/guess/", "/rate/guess/5/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"score": 5}).status_code == 404
    assert not Rating.objects.exists()


def test_eve_who_keeps_guessing_has_to_wait(client, db):
    statuses = [client.get(f"/rate/guess-{n}/").status_code for n in range(32)]
    assert statuses[:30] == [404] * 30
    assert statuses[30:] == [429, 429]


def test_a_link_takes_so_many_answers_in_ten_minutes(client, invited):
    _, token = invited()
    statuses = [client.post(f"/rate/{token}/{n % 5 + 1}/").status_code for n in range(32)]
    assert statuses[29:] == [303, 429, 429]


@pytest.mark.parametrize("score", ["0", "6", "", "five", "-1", "٣x"])
def test_only_the_five_faces_count(client, invited, score):
    _, token = invited()
    answer = client.post(f"/rate/{token}/", {"score": score, "comment": "hello"})
    assert answer.status_code == 400
    assert "Choose one of the five faces" in answer.content.decode()
    assert not Rating.objects.exists()


@pytest.mark.parametrize("score", [0, 6, 55])
def test_a_link_to_no_face_is_not_found(client, invited, score):
    _, token = invited()
    assert client.post(f"/rate/{token}/{score}/").status_code == (404 if score else 400)
    assert not Rating.objects.exists()


def test_ada_cannot_rate_her_own_work(client, ada, invited):
    _, token = invited()
    client.force_login(ada)
    assert client.post(f"/rate/{token}/5/").status_code == 403
    assert not Rating.objects.exists()


def test_no_search_engine_or_cache_keeps_the_page(client, invited):
    _, token = invited()
    answer = client.get(f"/rate/{token}/")
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert client.get("/rate/guess/")["X-Robots-Tag"] == "noindex, nofollow"


def test_the_page_speaks_the_language_of_the_invitation(client, invited):
    _, token = invited(language="zh-hans")
    page = client.get(f"/rate/{token}/", headers={"accept-language": "en"}).content.decode()
    assert '<html lang="zh-hans"' in page
    assert "How was our help" not in page
    assert "很好" in page


def test_no_cookie_is_needed(invited):
    from django.test import Client

    _, token = invited()
    assert Client(enforce_csrf_checks=True).post(f"/rate/{token}/3/").status_code == 303


def test_a_comment_is_shown_back_as_text(client, invited):
    _, token = invited()
    client.post(f"/rate/{token}/", {"score": "1", "comment": "</textarea><script>alert(1)</script>"})
    page = client.get(f"/rate/{token}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_an_endless_comment_is_cut(client, invited):
    _, token = invited()
    client.post(f"/rate/{token}/", {"score": "1", "comment": "x" * 20_000})
    assert len(Rating.objects.get().comment) == 5000
