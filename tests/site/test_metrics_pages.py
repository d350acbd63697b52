"""What a monitor reads, who may read it, and what of a request is written down."""

import json
import logging
from datetime import timedelta

import pytest
from huey import MemoryHuey
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from deliberate import jobs
from deliberate.logging import JsonFormatter
from deliberate.queries.site import health_checks as health_check_queries
from deliberate.queries.site import ops_metrics as ops_metric_queries
from deliberate.vocabulary import Role
from tests import factories
from tests.client import signed_in, visitor


def measured(app, **headers):
    answer = visitor(app).get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_answers_are_counted_by_route_and_status_never_by_address(app):
    reader = visitor(app)
    proposal = factories.a_proposal()
    before = measured(app)
    reader.get(f"/id/proposals/{proposal.id}?q=rahasia")
    reader.get("/id/proposals/999999")
    after = measured(app)
    grown = [
        (*key[1:], grown)
        for key in sorted(after)
        if key[0] == "deliberate_requests_total" and key[2] != "/metrics"
        if (grown := after[key] - before.get(key, 0))
    ]
    route = "/<any(id,en):lang>/proposals/<int(max=2147483647):number>"
    assert grown == [("GET", route, "301", 1), ("GET", route, "404", 1)]
    assert "rahasia" not in visitor(app).get("/metrics").text


def test_what_waits_is_measured(app):
    factories.resident()
    found = measured(app)
    assert found["deliberate_unsealed_entries",] == 1
    assert found["deliberate_log_entries",] == 0
    assert found["deliberate_database_up",] == 1
    assert found["deliberate_disk_free_bytes",] > 0
    assert {"deliberate_mails_waiting", "deliberate_cases_overdue"} <= {key[0] for key in found}


def test_the_age_of_each_job_is_measured(app, clock):
    queue = MemoryHuey()
    jobs._add(queue, app, jobs.publish_tree_heads).call_local()
    clock.shift(120)
    with pytest.raises(ZeroDivisionError):
        jobs._add(queue, app, lambda _settings: 1 // 0).call_local()
    found = measured(app)
    assert found["deliberate_job_age_seconds", "give_out_heads"] == 120
    assert found["deliberate_job_failed", "give_out_heads"] == 0
    assert found["deliberate_job_failed", "<lambda>"] == 1


def test_without_a_database_the_rest_is_still_told(app, monkeypatch):
    def away():
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(ops_metric_queries, "_log", away)
    found = measured(app)
    assert found["deliberate_database_up",] == 0
    assert ("deliberate_cases_open",) not in found


@pytest.fixture
def watched_by_token(app):
    settings = app.config["SETTINGS"]
    object.__setattr__(settings, "metrics_token", "t" * 20)
    yield app
    object.__setattr__(settings, "metrics_token", "")


def from_afar(app, **headers):
    place = {"REMOTE_ADDR": "203.0.113.7"}
    return visitor(app).get("/metrics", headers=headers, environ_base=place).status_code


def test_the_token_opens_from_anywhere_and_nothing_else_does(watched_by_token):
    app = watched_by_token
    assert from_afar(app, Authorization="Bearer " + "t" * 20) == 200
    for wrong in ("Bearer ", "Bearer x", "t" * 20, "Basic dDp0", "Bearer ü"):
        assert from_afar(app, Authorization=wrong.encode("utf-8").decode("latin-1")) == 403


def test_an_empty_token_opens_nothing(app):
    assert from_afar(app) == from_afar(app, Authorization="Bearer ") == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"X-Forwarded-Proto": "https"},
        {"Host": "kota.example"},
        {"Host": "kota.example:8000"},
    ],
    ids=str,
)
def test_past_a_proxy_this_machine_is_no_longer_this_machine(app, headers):
    assert visitor(app).get("/metrics", headers=headers).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "[::1]"])
def test_on_this_machine_no_token_is_needed(app, host):
    assert visitor(app).get("/metrics", headers={"Host": host}).status_code == 200


# --- the journal ---------------------------------------------------------------------------------


@pytest.fixture
def journal(caplog):
    """The lines of the journal, as objects."""
    caplog.set_level(logging.INFO)
    return lambda: [json.loads(JsonFormatter().format(record)) for record in caplog.records]


def test_a_request_leaves_one_line_without_address_body_or_query(app, journal):
    client = signed_in(app, factories.resident())
    client.post(
        "/id/account/area?secret=query", data={"area": "Sepaku"}, headers={"User-Agent": "Lynx"}
    )
    (line,) = [line for line in journal() if line["from"] == "deliberate.requests"]
    assert set(line) == {
        "at",
        "level",
        "from",
        "said",
        "request",
        "method",
        "route",
        "status",
        "ms",
    }
    assert (line["route"], line["status"]) == ("/<any(id,en):lang>/account/area", 400)
    assert not any(word in json.dumps(line) for word in ("Sepaku", "query", "127.0.0.1", "Lynx"))


def test_the_answer_names_its_line(app, journal):
    answer = visitor(app).get("/healthz", headers={"X-Request-ID": "chosen-by-a-stranger"})
    (line,) = [line for line in journal() if line["from"] == "deliberate.requests"]
    assert answer.headers["X-Request-ID"] == line["request"] != "chosen-by-a-stranger"


def test_a_trusted_proxy_may_name_the_request(app):
    settings = app.config["SETTINGS"]
    object.__setattr__(settings, "trusted_proxies", 1)
    try:
        for given, is_kept in (("a1b2c3d4e5", True), ("short", False), ("x" * 65, False)):
            answer = visitor(app).get("/healthz", headers={"X-Request-ID": given})
            assert (answer.headers["X-Request-ID"] == given) is is_kept
    finally:
        object.__setattr__(settings, "trusted_proxies", 0)


def test_a_failure_is_told_by_type_and_place_not_by_its_words(app, journal, monkeypatch):
    def broken():
        raise ValueError("Budi Santoso, 0812-3456")

    monkeypatch.setitem(app.config, "SHOW_FAILURES", True)
    monkeypatch.setitem(app.view_functions, "health_and_well_known.robots", broken)
    broken.audience = ("public",)
    answer = visitor(app).get("/robots.txt")
    assert answer.status_code == 500
    (line,) = [line for line in journal() if line["level"] == "error"]
    assert (line["failure"], line["request"]) == ("ValueError", answer.headers["X-Request-ID"])
    assert line["request"] in answer.text
    assert any("broken" in place for place in line["through"])
    assert "Budi" not in json.dumps(line)


# --- the alarm -----------------------------------------------------------------------------------


def test_acts_that_wait_too_long_are_an_alarm_on_every_desk(app, monkeypatch):
    officer, moderator, admin = (
        factories.staff(),
        factories.staff(role=Role.MODERATOR),
        factories.staff(role=Role.ADMIN),
    )
    desks = ((officer, "/en/desk"), (moderator, "/en/desk/moderation"), (admin, "/en/desk"))
    for person, desk in desks:
        assert "not being sealed" not in signed_in(app, person).get(desk).text
    monkeypatch.setattr(health_check_queries, "UNSEALED_AT_MOST", timedelta(seconds=-1))
    for person, desk in desks:
        assert "The log is not being sealed" in signed_in(app, person).get(desk).text
