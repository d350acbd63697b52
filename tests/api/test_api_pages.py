"""The read API over HTTP: lists, cursors, versions, languages, problems, limits."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from deliberate import models
from deliberate.api.resources import RESOURCES
from deliberate.database import db
from deliberate.views.site.delivery.read_limits import ReadLimit
from tests.api.lists import follow_list
from tests.client import anonymous_client
from tests.statement_counter import record_queries

MAX_QUERIES = 5
WITHOUT_LIMIT = ("promises", "catalogue", "leaves", "heads")
"""Lists whose pages have a size of their own."""


@pytest.fixture
def client(shared_city: Flask) -> FlaskClient:
    with shared_city.app_context():
        yield anonymous_client(shared_city)


@pytest.mark.parametrize("name", RESOURCES)
def test_list_followed_to_its_end_has_every_row_once(client, name):
    rows = follow_list(client, f"/api/v1/{name}?limit=7")
    ids = [row["id"] for row in rows]
    assert ids == sorted(set(ids))
    if name in {"proposals", "comments", "responses", "commitments", "polls", "institutions"}:
        model = getattr(models, RESOURCES[name].model)
        assert len(ids) == db.session.scalar(select(func.count()).select_from(model))
    for row in rows[:3]:
        alone = client.get(f"/api/v1/{name}/{row['id']}").json
        assert alone == row
        assert list(row) == list(RESOURCES[name].field_names)


@pytest.mark.parametrize("name", [*RESOURCES, "acts", *WITHOUT_LIMIT])
def test_page_of_a_hundred_rows_takes_at_most_five_queries(client, name):
    with record_queries() as queries:
        answer = client.get(f"/api/v1/{name}{'' if name in WITHOUT_LIMIT else '?limit=100'}")
    assert answer.status_code == 200
    assert len(queries) <= MAX_QUERIES, "\n".join(queries)


def test_list_is_limited_by_process_proposal_and_institution(client):
    everything = follow_list(client, "/api/v1/proposals")
    slug = client.get("/api/v1/processes/1").json["slug"]
    of_process = follow_list(client, f"/api/v1/proposals?process={slug}")
    assert {row["process_id"] for row in of_process} == {1}
    assert 0 < len(of_process) < len(everything)
    comments = follow_list(client, f"/api/v1/comments?proposal={of_process[0]['id']}")
    assert {row["proposal_id"] for row in comments} == {of_process[0]["id"]}
    office = client.get("/api/v1/institutions").json["data"][0]
    answered = follow_list(client, f"/api/v1/responses?institution={office['slug']}")
    assert {row["institution_id"] for row in answered} == {office["id"]}


@pytest.mark.parametrize("value", ["", "tidak-ada", "0"])
@pytest.mark.parametrize("name", ["process", "institution"])
def test_unknown_or_empty_name_is_refused_and_not_ignored(client, name, value):
    resource = "proposals" if name == "process" else "responses"
    answer = client.get(f"/api/v1/{resource}?{name}={value}&language=en")
    assert answer.status_code == 422
    assert f"There is no {name} with this slug." in answer.text


def test_only_the_fields_that_were_asked_for_are_returned(client):
    answer = client.get("/api/v1/proposals?fields=title,id&limit=1").json["data"][0]
    assert list(answer) == ["id", "title"]


def test_language_of_names_is_that_of_the_parameter_then_of_the_header(client):
    english = client.get("/api/v1/processes/1?language=en", headers={"Accept-Language": "id"})
    assert english.headers["Content-Language"] == "en"
    by_header = client.get("/api/v1/processes/1", headers={"Accept-Language": "en"})
    assert by_header.json["title"] == english.json["title"]
    assert "Accept-Language" in by_header.headers["Vary"]
    assert client.get("/api/v1/processes/1?language=id").json["title"] != english.json["title"]


def test_unchanged_answer_is_304_and_takes_one_query(client):
    first = client.get("/api/v1/comments?limit=100")
    with record_queries(from_kept=True) as queries:
        again = client.get(
            "/api/v1/comments?limit=100", headers={"If-None-Match": first.headers["ETag"]}
        )
    assert again.status_code == 304
    assert again.text == ""
    assert len(queries) == 1


def test_kept_page_keeps_its_link_to_the_next_one(client):
    links = {client.get("/api/v1/comments?limit=9").headers["Link"] for _ in range(3)}
    assert len(links) == 1


def test_no_cookie_is_set_and_none_is_read(client):
    client.set_cookie("lang", "en")
    client.set_cookie("session", "anything")
    for path in ("/api/v1/", "/api/v1/proposals", "/api/v1/nothing", "/api/v1/openapi.json"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", ""), path
        assert answer.headers["Content-Language"] == "id"


def test_pages_of_any_site_may_read_it(client):
    answer = client.get("/api/v1/proposals", headers={"Origin": "https://elsewhere.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Link" in answer.headers["Access-Control-Expose-Headers"]
    asked = client.options("/api/v1/proposals", headers={"Origin": "https://elsewhere.example"})
    assert "GET" in asked.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Origin" not in client.get("/id/").headers


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("after=-1", "after"),
        ("language=fr", "language"),
        ("fields=id,author_id", "fields"),
        ("cursor=3", "cursor"),
        ("proposal=99999999999", "proposal"),
    ],
)
def test_invalid_parameter_is_named_in_the_language_of_the_reader(client, query, parameter):
    english = client.get(f"/api/v1/comments?{query}", headers={"Accept-Language": "en"})
    indonesian = client.get(f"/api/v1/comments?{query}", headers={"Accept-Language": "id"})
    assert english.status_code == indonesian.status_code == 422
    assert english.mimetype == "application/problem+json"
    assert list(english.json["errors"]) == [parameter]
    assert english.json["errors"][parameter] != indonesian.json["errors"][parameter]
    assert english.json["detail"] != indonesian.json["detail"]


@pytest.mark.parametrize("path", ["/api/v1/proposals/999999", "/api/v1/nothing", "/api/v2/x"])
def test_missing_row_and_address_are_problems(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json["status"] == 404
    assert answer.mimetype == "application/problem+json"


def test_nothing_can_be_written(client):
    answer = client.post("/api/v1/proposals", json={"title": "x"})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.json["status"] == 405


def test_one_network_has_a_limit_that_the_headers_state(client, shared_city, monkeypatch):
    monkeypatch.setitem(shared_city.extensions, "read_limit", ReadLimit(requests=2))
    monkeypatch.setitem(shared_city.config, "RATELIMIT_ENABLED", True)
    left = [client.get("/api/v1/phases").headers["RateLimit"].split(";")[1] for _ in range(2)]
    assert left == ["r=1", "r=0"]
    refused = client.get("/api/v1/phases")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.json["status"] == 429


def test_networks_not_seen_for_longest_are_forgotten(monkeypatch):
    monkeypatch.setattr("deliberate.views.site.delivery.read_limits.MAX_NETWORKS", 2)
    limit = ReadLimit(requests=10)
    assert [limit.count(name, 0) for name in ("a", "a", "b", "c", "a")] == [9, 8, 9, 9, 9]
    assert limit.count("a", 61) == 9


def test_index_names_every_resource_and_the_reference(client):
    index = client.get("/api/v1/?language=en").json
    assert set(RESOURCES) <= set(index["resources"])
    page = client.get("/en/data/api")
    assert page.status_code == 200
    for resource in RESOURCES.values():
        assert f"/api/v1/{resource.name}" in page.text
        assert all(one.name in page.text for one in resource.fields)
    assert "<script src" not in page.text.replace('<script src="/static', "")


def test_schema_states_its_version_and_every_field(client):
    schema = client.get("/api/v1/schema").json
    assert schema["version"] == "1.0.0"
    for resource in RESOURCES.values():
        assert list(schema["resources"][resource.name]["properties"]) == list(resource.field_names)


def test_database_that_is_down_and_a_fault_are_problems(client, shared_city, monkeypatch):
    from sqlalchemy.exc import OperationalError

    from deliberate.api import answers

    def locked(*_arguments: object) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    monkeypatch.setattr(answers, "list_public_rows", locked)
    answer = client.get("/api/v1/meetings?limit=3")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    monkeypatch.setattr(answers, "list_public_rows", lambda *_a: 1 / 0)
    monkeypatch.setitem(shared_city.config, "SHOW_FAILURES", True)
    failed = client.get("/api/v1/meetings?limit=4")
    assert (failed.status_code, failed.mimetype) == (500, "application/problem+json")
