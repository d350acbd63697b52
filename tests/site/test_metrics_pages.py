"""The /metrics endpoint, who may read it, and the log lines of requests and errors."""

import json
import logging
from datetime import timedelta

import pytest
from huey import MemoryHuey
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from deliberate import jobs
from deliberate.database import unrecorded
from deliberate.logging import JsonFormatter
from deliberate.models import Person
from deliberate.notifications.delivery import send_due
from deliberate.queries.site import health_checks as health_check_queries
from deliberate.queries.site import ops_metrics as ops_metric_queries
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client
from tests.notices.mail_server import running_mail_server
from tests.notices.test_delivery import create_pending_mails, mailer


def scrape(app, **headers):
    response = anonymous_client(app).get("/metrics", headers=headers)
    assert response.status_code == 200, response.text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_request_metrics_count_by_route_and_status_not_by_url(app):
    reader = anonymous_client(app)
    proposal = factories.create_proposal()
    before = scrape(app)
    reader.get(f"/id/proposals/{proposal.id}?q=rahasia")
    reader.get("/id/proposals/999999")
    after = scrape(app)
    increase = [
        (*key[1:], increase)
        for key in sorted(after)
        if key[0] == "deliberate_requests_total" and key[2] != "/metrics"
        if (increase := after[key] - before.get(key, 0))
    ]
    route = "/<any(id,en):lang>/proposals/<id:proposal_id>"
    assert increase == [("GET", route, "301", 1), ("GET", route, "404", 1)]
    assert "rahasia" not in anonymous_client(app).get("/metrics").text


def test_metrics_report_waiting_mail_cases_and_reports(app):
    factories.create_resident()
    samples = scrape(app)
    assert samples["deliberate_unsealed_entries",] == 1
    assert samples["deliberate_log_entries",] == 0
    assert samples["deliberate_database_up",] == 1
    assert samples["deliberate_disk_free_bytes",] > 0
    assert {"deliberate_mails_waiting", "deliberate_cases_overdue"} <= {key[0] for key in samples}


def test_metrics_report_the_age_of_each_job(app, clock):
    queue = MemoryHuey()
    jobs._register(queue, app, jobs.publish_tree_heads).call_local()
    clock.shift(120)
    with pytest.raises(ZeroDivisionError):
        jobs._register(queue, app, lambda _settings: 1 // 0).call_local()
    samples = scrape(app)
    assert samples["deliberate_job_age_seconds", "publish_tree_heads"] == 120
    assert samples["deliberate_job_failed", "publish_tree_heads"] == 0
    assert samples["deliberate_job_failed", "<lambda>"] == 1


def test_metrics_count_stuck_and_given_up_mails(app, clock):
    ids = create_pending_mails(people=2, each=2)
    with unrecorded("test settings") as session:
        session.get_one(Person, min(ids)).email = "=?utf-8?q??=@b.org"
    with running_mail_server([]) as server:
        send_due(mailer(server))
    samples = scrape(app)
    assert (samples["deliberate_mails_given_up",], samples["deliberate_mails_stuck",]) == (2, 0)
    create_pending_mails(people=1, each=1, key="later")
    clock.shift(timedelta(minutes=61))
    samples = scrape(app)
    assert samples["deliberate_mails_stuck",] == 1
    assert samples["deliberate_notices_stuck",] > 0


def test_metrics_without_a_database_report_the_rest(app, monkeypatch):
    def fail():
        raise OperationalError("SELECT 1", {}, Exception("no connection"))

    monkeypatch.setattr(ops_metric_queries, "_log", fail)
    samples = scrape(app)
    assert samples["deliberate_database_up",] == 0
    assert ("deliberate_cases_open",) not in samples


@pytest.fixture
def app_with_token(app):
    settings = app.config["SETTINGS"]
    object.__setattr__(settings, "metrics_token", "t" * 20)
    yield app
    object.__setattr__(settings, "metrics_token", "")


def status_from_elsewhere(app, **headers):
    environ = {"REMOTE_ADDR": "203.0.113.7"}
    return anonymous_client(app).get("/metrics", headers=headers, environ_base=environ).status_code


def test_metrics_require_the_bearer_token_from_elsewhere(app_with_token):
    app = app_with_token
    assert status_from_elsewhere(app, Authorization="Bearer " + "t" * 20) == 200
    for wrong in ("Bearer ", "Bearer x", "t" * 20, "Basic dDp0", "Bearer ü"):
        assert (
            status_from_elsewhere(app, Authorization=wrong.encode("utf-8").decode("latin-1")) == 403
        )


def test_metrics_reject_an_empty_token(app):
    assert status_from_elsewhere(app) == status_from_elsewhere(app, Authorization="Bearer ") == 403


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
def test_metrics_reject_proxied_local_requests_without_token(app, headers):
    assert anonymous_client(app).get("/metrics", headers=headers).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "[::1]"])
def test_metrics_allow_local_requests_without_token(app, host):
    assert anonymous_client(app).get("/metrics", headers={"Host": host}).status_code == 200


@pytest.fixture
def log_lines(caplog):
    """Return the log lines so far, parsed."""
    caplog.set_level(logging.INFO)
    return lambda: [json.loads(JsonFormatter().format(record)) for record in caplog.records]


def test_access_log_has_one_line_without_ip_body_or_query(app, log_lines):
    client = signed_in_client(app, factories.create_resident())
    client.post(
        "/id/account/area?secret=query", data={"area": "Sepaku"}, headers={"User-Agent": "Lynx"}
    )
    (line,) = [line for line in log_lines() if line["logger"] == "deliberate.requests"]
    assert set(line) == {
        "timestamp",
        "level",
        "logger",
        "message",
        "request_id",
        "method",
        "route",
        "status",
        "ms",
    }
    assert (line["route"], line["status"]) == ("/<any(id,en):lang>/account/area", 400)
    assert not any(word in json.dumps(line) for word in ("Sepaku", "query", "127.0.0.1", "Lynx"))


def test_response_header_has_the_request_id_of_the_log(app, log_lines):
    response = anonymous_client(app).get(
        "/healthz", headers={"X-Request-ID": "chosen-by-the-client"}
    )
    (line,) = [line for line in log_lines() if line["logger"] == "deliberate.requests"]
    assert response.headers["X-Request-ID"] == line["request_id"] != "chosen-by-the-client"


def test_request_id_of_a_trusted_proxy_is_used(app):
    settings = app.config["SETTINGS"]
    object.__setattr__(settings, "trusted_proxies", 1)
    try:
        for sent_id, is_used in (("a1b2c3d4e5", True), ("short", False), ("x" * 65, False)):
            response = anonymous_client(app).get("/healthz", headers={"X-Request-ID": sent_id})
            assert (response.headers["X-Request-ID"] == sent_id) is is_used
    finally:
        object.__setattr__(settings, "trusted_proxies", 0)


def test_log_of_an_exception_has_type_and_stack_without_message(app, log_lines, monkeypatch):
    def fail():
        raise ValueError("Budi Santoso, 0812-3456")

    monkeypatch.setitem(app.config, "SHOW_FAILURES", True)
    monkeypatch.setitem(app.view_functions, "well_known.robots", fail)
    fail.audience = ("public",)
    response = anonymous_client(app).get("/robots.txt")
    assert response.status_code == 500
    (line,) = [line for line in log_lines() if line["level"] == "error"]
    assert (line["exception"], line["request_id"]) == (
        "ValueError",
        response.headers["X-Request-ID"],
    )
    assert line["request_id"] in response.text
    assert any("fail" in frame for frame in line["stack"])
    assert "Budi" not in json.dumps(line)


def test_late_sealing_is_shown_on_every_desk(app, monkeypatch):
    officer, moderator, admin = (
        factories.create_staff(),
        factories.create_staff(role=Role.MODERATOR),
        factories.create_staff(role=Role.ADMIN),
    )
    desks = ((officer, "/en/desk"), (moderator, "/en/desk/moderation"), (admin, "/en/desk"))
    for person, desk in desks:
        assert "not being sealed" not in signed_in_client(app, person).get(desk).text
    monkeypatch.setattr(health_check_queries, "MAX_UNSEALED_AGE", timedelta(seconds=-1))
    for person, desk in desks:
        assert "The log is not being sealed" in signed_in_client(app, person).get(desk).text
