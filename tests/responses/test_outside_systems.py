"""Outside systems: cases sent to them, statuses taken from them, outages and duplicates."""

import base64
import hashlib
import hmac
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import (
    Delivery,
    Notice,
    OutsideCase,
    OutsideStatus,
    OutsideSystem,
    Person,
    Proposal,
    Referral,
)
from deliberate.notifications import signed_messages
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.outside_systems.http_json import HttpJson
from deliberate.notifications.outside_systems.sending import send_outside_cases
from deliberate.operations.notices.receivers import MAX_TRIES, WAITS
from deliberate.operations.proposals.follows import follow_subject
from deliberate.operations.responses.outside_systems import (
    add_outside_system,
    remove_outside_system,
    resend_case,
    rotate_outside_secret,
)
from deliberate.operations.responses.referrals import refer_proposal
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.notices.webhooks.test_webhooks import PUBLIC_ADDRESS, names
from tests.structure.source_tree import ROOT

__all__ = ["names"]
OUTSIDE_STATUS = "outside_status.received"
LAPOR, URL = "SP4N-LAPOR!", "https://lapor.example.org/cases"
INDEX = "/en/desk/outside-systems"


class FakeSystem:
    """An outside system over HTTP and JSON, which takes each case once and sends statuses."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.status: int | None = 201
        self.secret = ""
        self.answer: dict[str, object] = {"status": "received", "number": "LPR-1"}
        self.cases: dict[str, dict[str, Any]] = {}
        self.requests = 0
        self.loses_answer = False

    def post(self, _connection: Any, _path: str, body: bytes, headers: Any, _s: float) -> Any:
        self.requests += 1
        if self.status is None:
            raise signed_messages.ExchangeFailed("TimeoutError")
        if self.status >= 300:
            return self.status, b""
        message_id, seconds = headers["webhook-id"], headers["webhook-timestamp"]
        assert self.sign(message_id, seconds, body) in headers["webhook-signature"].split()
        self.cases[message_id] = json.loads(body)["data"]
        if self.loses_answer:
            raise signed_messages.ExchangeFailed("TimeoutError")
        return self.status, json.dumps(self.answer).encode()

    def sign(self, message_id: str, seconds: str, body: bytes) -> str:
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        content = f"{message_id}.{seconds}.".encode() + body
        return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()

    def report(self, system_id: int, message_id: str, late: int = 0, **fields: object) -> Any:
        body = json.dumps(fields).encode()
        seconds = str(int(now().timestamp()) - late)
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": seconds,
            "webhook-signature": self.sign(message_id, seconds, body),
        }
        path = f"/api/v1/outside-systems/{system_id}/statuses"
        return anonymous_client(self.app).post(path, data=body, headers=headers)


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


@pytest.fixture
def outside(app, names, clock, monkeypatch) -> FakeSystem:
    names["lapor.example.org"] = [PUBLIC_ADDRESS]
    system = FakeSystem(app)
    monkeypatch.setattr(signed_messages, "post", system.post)
    return system


@pytest.fixture
def system(outside, admin) -> OutsideSystem:
    row, outside.secret = add_outside_system(admin, LAPOR, URL)
    return row


def refer(name: str = LAPOR, number: str = "") -> Referral:
    institution = factories.create_institution(is_coordinator=True)
    proposal = factories.create_qualified_proposal(institution)
    officer = factories.create_staff(institution)
    return refer_proposal(
        officer, proposal, None, "Jalan nasional.", external_system=name, external_reference=number
    )


def _page_of(app: Any, referral: Referral) -> str:
    path = f"/en/proposals/{referral.proposal_id}"
    return anonymous_client(app).get(path, follow_redirects=True).text


def steps() -> list[tuple[str, str, str, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(OutsideStatus).order_by(OutsideStatus.id))
    return [(row.system, row.state, row.number, row.note) for row in rows]


def test_referred_case_is_sent_once_and_its_answer_is_the_first_step(
    app, system, outside, clock, log
):
    referral = refer()
    log()
    assert send_outside_cases() == 1
    assert send_outside_cases() == 0
    (case,) = outside.cases.values()
    assert case["case"] == referral.id
    assert (case["title"], case["reason"]) == ("Bangku di tiap halte", "Jalan nasional.")
    assert referral.proposal.author.display_name not in json.dumps(case)
    assert steps() == [(LAPOR, "received", "LPR-1", "")]
    (row,) = log()
    assert (row.kind, row.actor_role, row.origin) == ("outside_status.received", "system", "api")
    assert row.details == {"system": "SP4N-LAPOR", "state": "received"}


def test_statuses_are_public_steps_with_their_source(app, system, outside, clock):
    referral = refer(number="LPR-7")
    assert send_outside_cases() == 1
    clock.shift(timedelta(hours=2))
    answer = outside.report(
        system.id, "m1", case=referral.id, status="in_progress", number="LPR-7", note="Disurvei."
    )
    assert (answer.status_code, answer.json) == (201, {"result": "recorded"})
    page = _page_of(app, referral)
    assert "SP4N-LAPOR! reports: in progress" in page
    assert "LPR-7 · Disurvei." in page


def test_people_of_the_proposal_are_notified_once_of_each_status_in_their_language(
    app, system, outside, clock
):
    referral = refer()
    follower = factories.create_resident()
    follow_subject(follower, referral.proposal)
    with unrecorded("test settings") as session:
        session.get_one(Person, follower.id).language = "en"
    fan_out()
    for message_id in ("m1", "m1", "m2"):
        outside.report(system.id, message_id, case=referral.id, status="in_progress")
    fan_out()
    db.session.rollback()
    notice = db.session.scalars(select(Notice).where(Notice.kind == OUTSIDE_STATUS)).one()
    people = select(Delivery.person_id).where(
        Delivery.notice_id == notice.id, Delivery.channel == "account"
    )
    told = set(db.session.scalars(people))
    assert {referral.proposal.author_id, follower.id} <= told
    pages = {
        language: signed_in_client(app, person).get(f"/{language}/account/messages").text
        for language, person in (("id", referral.proposal.author), ("en", follower))
    }
    assert "SP4N-LAPOR! reports: in progress" in pages["en"]
    assert "SP4N-LAPOR! melaporkan: " in pages["id"]


def test_same_status_twice_is_one_step(app, system, outside, clock):
    referral = refer()
    send_outside_cases()
    for message_id in ("m1", "m1", "m2"):
        outside.report(system.id, message_id, case=referral.id, status="in_progress")
    # an old message that arrives again after a newer one
    outside.report(system.id, "m3", case=referral.id, status="completed")
    again = outside.report(system.id, "m1", case=referral.id, status="in_progress")
    assert (again.status_code, again.json) == (200, {"result": "repeated"})
    assert [state for _system, state, *_more in steps()] == [
        "received",
        "in_progress",
        "completed",
    ]


def test_case_reaches_a_system_that_was_down_and_lost_answers_make_no_second_case(
    app, system, outside, clock
):
    refer()
    outside.status = None
    for tries, wait in enumerate(WAITS[:4], 1):
        assert send_outside_cases() == 0
        assert send_outside_cases() == 0  # not tried before its time
        assert outside.requests == tries
        clock.shift(wait)
    outside.status, outside.loses_answer = 201, True
    assert send_outside_cases() == 0
    clock.shift(WAITS[4])
    outside.loses_answer = False
    assert send_outside_cases() == 1
    assert len(outside.cases) == 1
    assert len(steps()) == 1


def test_case_is_given_up_after_a_day_and_sent_again_on_request(
    app, system, outside, clock, admin, log
):
    refer()
    outside.status = 500
    for _ in range(MAX_TRIES + 2):
        send_outside_cases()
        clock.shift(timedelta(hours=8))
    assert outside.requests == MAX_TRIES
    assert "outside_case.stopped" in [row.kind for row in log()]
    notice = db.session.scalars(select(Notice).where(Notice.kind == "outside_case.stopped")).one()
    assert notice.person_id == admin.id
    outside.status = 200
    page = f"{INDEX}/{system.id}"
    client = signed_in_client(app, admin)
    assert "given up after 13 tries" in client.get(page).text
    db.session.rollback()
    case_id = db.session.scalars(select(OutsideCase.id)).one()
    done = submit_form(client, page, f"{INDEX}/cases/{case_id}/resend")
    assert done.status_code == 303
    assert send_outside_cases() == 1
    with pytest.raises(Refused):
        resend_case(admin, db.session.get_one(OutsideCase, case_id))


def test_case_whose_proposal_is_hidden_is_not_sent(app, system, outside, clock):
    referral = refer()
    with unrecorded("test settings") as session:
        session.get_one(Proposal, referral.proposal_id).hide("spam")
    assert send_outside_cases() == 0
    assert outside.requests == 0


def test_name_that_turns_to_an_inner_address_gets_no_case(app, system, outside, clock, names):
    refer()
    names["lapor.example.org"] = ["169.254.169.254"]
    assert send_outside_cases() == 0
    assert outside.requests == 0
    db.session.rollback()
    assert db.session.scalars(select(OutsideCase.error)).all() == ["private_address"]


def test_referral_to_a_system_that_is_not_entered_is_named_and_not_sent(
    app, system, outside, clock
):
    referral = refer("Sistem Pamong", "77/2026")
    assert send_outside_cases() == 0
    page = _page_of(app, referral)
    assert "Referred to Sistem Pamong" in page
    assert "77/2026" in page
    answer = outside.report(system.id, "m1", case=referral.id, status="received")
    assert answer.status_code == 409


@pytest.mark.parametrize("change", ["secret", "time", "removed"])
def test_status_without_a_valid_signature_is_refused(app, system, outside, clock, admin, change):
    referral = refer()
    if change == "secret":
        outside.secret = "whsec_" + base64.b64encode(b"another secret of the same size").decode()
    if change == "removed":
        remove_outside_system(admin, system)
    late = 301 if change == "time" else 0
    answer = outside.report(system.id, "m1", late, case=referral.id, status="received")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert steps() == []


def test_old_secret_is_valid_for_a_day(app, system, outside, clock, admin):
    referral = refer()
    rotate_outside_secret(admin, system)
    assert outside.report(system.id, "m1", case=referral.id, status="received").status_code == 201
    clock.shift(timedelta(hours=25))
    late = outside.report(system.id, "m2", case=referral.id, status="completed")
    assert late.status_code == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("case", "x"),
        ("status", "lost"),
        ("number", "9" * 121),
        ("note", 5),
        ("at", "2026-03-02"),
        ("at", "2027-03-02T00:00:00+08:00"),
    ],
)
def test_invalid_field_of_a_status_is_named(app, system, outside, clock, field, value):
    referral = refer()
    fields = {"case": referral.id, "status": "received", field: value}
    answer = outside.report(system.id, "m1", **fields)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert outside.report(system.id, "m1", case=10**6, status="received").status_code == 404


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.RESEARCHER])
def test_only_administrators_enter_outside_systems(app, system, names, role):
    other = factories.create_staff(role=role)
    for attempt in (
        lambda: add_outside_system(other, "OSS", URL),
        lambda: rotate_outside_secret(other, system),
        lambda: remove_outside_system(other, system),
    ):
        with pytest.raises(Refused):
            attempt()


def test_page_shows_the_secret_once_and_names_what_is_wrong(app, outside, admin):
    client = signed_in_client(app, admin)
    for fields, message in (
        ({"url": "https://10.0.0.1/"}, "address of the internet"),
        ({"name": ""}, "Write the name"),
    ):
        answer = submit_form(client, INDEX, **({"name": LAPOR, "url": URL} | fields))
        assert (answer.status_code, message in answer.text) == (422, True)
    answer = submit_form(client, INDEX, name=LAPOR, url=URL)
    assert "whsec_" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    db.session.rollback()
    system = db.session.scalars(select(OutsideSystem)).one()
    assert f"/api/v1/outside-systems/{system.id}/statuses" in answer.text
    assert "whsec_" not in client.get(f"{INDEX}/{system.id}").text
    with pytest.raises(InvalidInput):
        add_outside_system(admin, LAPOR, URL)


def test_page_gives_a_new_secret_and_removes_the_system(app, system, admin):
    client, page = signed_in_client(app, admin), f"{INDEX}/{system.id}"
    rotated = submit_form(client, page, f"{page}/secret")
    assert "whsec_" in rotated.text and "no-store" in rotated.headers["Cache-Control"]
    assert submit_form(client, page, f"{page}/remove").status_code == 303
    db.session.rollback()
    assert db.session.get_one(OutsideSystem, system.id).removed_at is not None


@pytest.mark.parametrize("answer", [{"status": "lost"}, {"thanks": True}, [1]])
def test_case_is_taken_by_a_system_that_answers_with_no_status(app, system, outside, clock, answer):
    refer()
    outside.answer = answer
    assert send_outside_cases() == 1
    assert (steps(), send_outside_cases()) == ([], 0)


def test_fault_of_one_case_holds_back_no_other(app, system, outside, clock, monkeypatch):
    refer()
    second = refer()
    write_case = HttpJson.write_case

    def fail_first(adapter, case, base_url):
        if case.referral_id != second.id:
            raise ValueError("a fault here")
        return write_case(adapter, case, base_url)

    monkeypatch.setattr(HttpJson, "write_case", fail_first)
    assert send_outside_cases() == 1
    errors = db.session.scalars(select(OutsideCase.error).order_by(OutsideCase.id)).all()
    assert errors == ["failed_here", ""]


def test_command_adds_lists_rotates_and_removes(app, outside, admin):
    def run(*arguments: str):
        return app.test_cli_runner().invoke(args=["outside-system", *arguments])

    by = ("--by", admin.sign_in_name)
    added = run("add", LAPOR, URL, *by)
    assert added.exit_code == 0, added.output
    number, secret = added.output.split()
    assert secret.startswith("whsec_")
    assert f"{number}  0  {LAPOR}  {URL}" in run("list").output
    assert run("rotate", number, *by).output.startswith("whsec_")
    assert run("resend", number, *by).exit_code == 0
    assert run("remove", number, *by).exit_code == 0
    assert run("remove", number, *by).exit_code == 2
    assert run("add", LAPOR, "https://10.0.0.1/", *by).exit_code == 2


def test_officer_refers_to_another_system_by_its_name(app, clock):
    institution = factories.create_institution(is_coordinator=True)
    proposal = factories.create_qualified_proposal(institution)
    client = signed_in_client(app, factories.create_staff(institution))
    page = f"/en/desk/proposals/{proposal.id}"
    fields = {"institution": "", "system": "", "reference": "7", "reason": "Bukan kami."}
    done = submit_form(client, page, f"{page}/refer", other_system="Sistem Pamong", **fields)
    assert done.status_code == 303
    db.session.rollback()
    referral = db.session.scalars(select(Referral)).one()
    assert (referral.external_system, referral.external_reference) == ("Sistem Pamong", "7")


def test_examples_of_the_documentation_are_sent_and_taken(app, system, outside, clock):
    page = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
    sent, taken = (
        json.loads(text) for text in re.findall(r"```json\n(\{\n.*?\n\})\n```", page, re.DOTALL)
    )
    referral = refer()
    send_outside_cases()
    (case,) = outside.cases.values()
    assert set(case) == set(sent["data"])
    taken |= {"case": referral.id, "at": now().isoformat()}
    assert outside.report(system.id, "m1", **taken).status_code == 201
