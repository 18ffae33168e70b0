"""Who may come in, how often, and what they hear when not."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import resolve

from rapport.conversations.models import Message
from rapport.kit.limiting import Limiter
from rapport.site.models import IdempotentAnswer
from rapport.site.repeating import KEPT, forget_old_answers
from rapport.team import actions as team
from rapport.team.models import ApiToken

pytestmark = pytest.mark.django_db


def problem_of(response, status):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["title"]
    return body


def test_eve_without_a_token_is_sent_away():
    response = Client().get("/api/v1/conversations")
    problem_of(response, 401)
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "Bearer rpt_nonsense", "Basic ZXZlOmV2ZQ=="])
def test_eve_with_a_made_up_token_is_sent_away(header):
    problem_of(Client().get("/api/v1/conversations", headers={"Authorization": header}), 401)


def test_a_bad_token_is_not_forgiven_because_of_a_session(ada):
    browser = Client()
    browser.force_login(ada)
    problem_of(browser.get("/api/v1/customers", headers={"Authorization": "Bearer rpt_old"}), 401)


def test_a_revoked_token_opens_nothing(ada, script):
    calling = script(ada)
    team.revoke_token(ApiToken.objects.get())
    problem_of(calling.get("/customers"), 401)


def test_a_reading_token_cannot_write(ada, script):
    calling = script(ada, "read")
    assert calling.get("/customers").status_code == 200
    assert "write" in problem_of(calling.post("/customers", {"email": "x@y.example"}), 403)["detail"]


def test_a_viewer_cannot_write_even_with_a_writing_token(script, db):
    from rapport.team.models import Agent

    viewer = Agent.objects.create_user("vera@lampwright.example", None, name="Vera", role="viewer")
    problem_of(script(viewer).post("/customers", {"email": "x@y.example"}), 403)


def test_ada_may_use_the_api_from_her_browser_but_only_with_the_csrf_token(ada):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    assert browser.get("/api/v1/customers").status_code == 200
    problem_of(browser.post("/api/v1/companies", {"name": "X"}, content_type="application/json"), 403)


def test_what_is_not_there_is_a_problem_too(ada, script):
    calling = script(ada)
    problem_of(calling.get("/nonsense"), 404)
    problem_of(Client().get("/api/v2/customers"), 404)
    problem_of(calling.get("/customers/999999"), 404)


def test_a_method_that_is_not_offered_is_named(ada, script):
    response = script(ada).delete("/customers")
    problem_of(response, 405)
    assert set(response["Allow"].split(", ")) == {"GET", "POST"}


def test_a_body_that_is_not_json_is_told_apart(ada, script):
    calling = script(ada)
    headers = {"Authorization": f"Bearer {calling.token}"}
    form = calling.http.post("/api/v1/companies", {"name": "X"}, headers=headers)
    problem_of(form, 415)
    broken = calling.http.post("/api/v1/companies", "{", content_type="application/json", headers=headers)
    problem_of(broken, 400)
    empty = calling.http.post("/api/v1/companies", "", content_type="application/json", headers=headers)
    problem_of(empty, 422)


def test_a_body_that_is_too_large_is_refused(ada, script, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    problem_of(script(ada).post("/companies", {"name": "X" * 200}), 413)


def test_mistakes_are_named_by_their_place(ada, script):
    body = problem_of(script(ada).post("/companies", {"name": 5, "domian": "x.example"}), 422)
    assert {fault["field"] for fault in body["errors"]} == {"body.name", "body.domian"}
    body = problem_of(script(ada).get("/customers", limit=0), 422)
    assert [fault["field"] for fault in body["errors"]] == ["query.limit"]


def test_a_failure_of_ours_is_a_problem_and_changes_nothing(ada, script, monkeypatch):
    from rapport.customers.models import Company

    def fall(*_args, **_kwargs):
        raise RuntimeError("fell")

    monkeypatch.setattr("rapport.customers.companies.api.company_shape", fall)
    body = problem_of(script(ada).post("/companies", {"name": "X"}, key="1"), 500)
    assert "fell" not in str(body)
    assert not Company.objects.exists()
    assert not IdempotentAnswer.objects.exists()


def test_the_same_key_gets_the_same_answer_and_one_effect(ada, kim, script, write_in):
    conversation = write_in(kim, "Hello").conversation_id
    calling = script(ada)
    first = calling.post(f"/conversations/{conversation}/notes", {"text": "Call her"}, key="n-1")
    again = calling.post(f"/conversations/{conversation}/notes", {"text": "Call her"}, key="n-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Message.objects.filter(direction="note").count() == 1


def test_the_same_key_for_another_request_is_a_mistake(ada, script):
    calling = script(ada)
    assert calling.post("/companies", {"name": "One"}, key="k").status_code == 201
    problem_of(calling.post("/companies", {"name": "Two"}, key="k"), 422)


def test_two_people_may_use_the_same_key(ada, omar, script):
    assert script(ada).post("/companies", {"name": "One"}, key="k").status_code == 201
    assert script(omar).post("/companies", {"name": "Two"}, key="k").status_code == 201


def test_a_failed_write_may_be_tried_again_with_its_key(ada, script):
    calling = script(ada)
    body = {"email": "kim@studio.example"}
    problem_of(calling.post("/customers", {"email": "broken"}, key="c"), 422)
    assert calling.post("/customers", body, key="c").status_code == 201


@pytest.mark.parametrize("key", ["with space", "x" * 256, "schlüssel"])
def test_a_key_that_cannot_be_kept_is_refused(ada, script, key):
    calling = script(ada)
    response = calling.http.post(
        "/api/v1/companies",
        '{"name": "X"}',
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {calling.token}",
        HTTP_IDEMPOTENCY_KEY=key,
    )
    problem_of(response, 422)


def test_old_answers_are_forgotten(ada, script):
    script(ada).post("/companies", {"name": "One"}, key="k")
    IdempotentAnswer.objects.update(created_at=IdempotentAnswer.objects.get().created_at - KEPT * 2)
    assert forget_old_answers() == 1


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_with_one_key_have_one_effect(ada, kim, script, write_in):
    conversation = write_in(kim, "Hello").conversation_id
    calling = [script(ada) for _ in range(4)]
    answers = []

    def call(one):
        answers.append(one.post(f"/conversations/{conversation}/notes", {"text": "Once"}, key="same"))
        connection.close()

    threads = [threading.Thread(target=call, args=(one,)) for one in calling]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Message.objects.filter(direction="note").count() == 1


def test_who_asks_too_often_is_told_how_long_to_wait(ada, script, monkeypatch):
    monkeypatch.setattr("rapport.site.api._limit", Limiter(burst=3, a_second=0.5))
    calling = script(ada)
    assert [calling.get("/companies").status_code for _ in range(3)] == [200] * 3
    response = calling.get("/companies")
    problem_of(response, 429)
    assert 1 <= int(response["Retry-After"]) <= 2
    assert script(ada).get("/companies").status_code == 200, "another token has its own count"


def test_the_limit_forgets_whoever_has_not_asked_for_long(monkeypatch):
    monkeypatch.setattr("rapport.kit.limiting.MOST_CALLERS", 2)
    limit = Limiter(burst=1, a_second=0.001)
    for caller in ("a", "b", "c"):
        limit.admit(caller)
    limit.admit("a")


def test_the_document_and_its_page_are_open_to_everyone_and_load_nothing_from_elsewhere():
    document = Client().get("/api/v1/openapi.json").json()
    assert "/api/v1/conversations" in document["paths"]
    page = Client().get("/api/v1/docs")
    assert page.status_code == 200
    html = page.content.decode()
    assert "swagger-ui-bundle" in html
    assert "//cdn" not in html
    assert "https://" not in html


def test_every_operation_names_its_problems():
    document = Client().get("/api/v1/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert {"401", "403", "422", "429", "500"} <= set(operation["responses"]), (method, path)
            assert operation["summary"], (method, path)
            named = [parameter["name"] for parameter in operation["parameters"]]
            assert ("Idempotency-Key" in named) == (method != "get"), (method, path)
    assert resolve("/api/v1/conversations").url_name
