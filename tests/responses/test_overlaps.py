"""Who is responsible for which topic: mandates, practice and refusals, and what is unclear."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import (
    Institution,
    Mandate,
    Overlap,
    OverlapDecision,
    Proposal,
    Referral,
    Response,
)
from deliberate.operations.responses.overlaps import (
    end_mandate,
    open_overlap,
    settle_overlap,
    state_mandate,
)
from deliberate.operations.responses.responses import publish_response
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.responses.overlaps import overlap_map
from deliberate.vocabulary import MandateState, ResponseDecision, Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.demo_pages import get_account
from tests.statement_counter import record_queries

LINKED = re.compile(r"/proposals/(\d+)[-\"]")
CELL = re.compile(r'href="([^"]*/overlaps/[^"]*/(answered|declined)\?[^"]*)"')
RULE = "Peraturan Kepala 3/2025, pasal 7"
MAX_QUERIES, MAX_PAGE_BYTES = 5, 40 * 1024


@pytest.fixture
def admin(app):
    return factories.create_staff(role=Role.ADMIN)


def in_days(days: int) -> Any:
    return now().date() + timedelta(days=days)


def case(topic: str, institution: Institution, *, answered: bool = False) -> Proposal:
    """Create a case of an institution; its response is not needed for who holds it."""
    proposal = factories.create_qualified_proposal(institution)
    with unrecorded("test settings") as session:
        session.get_one(Proposal, proposal.id).topic = topic
    db.session.rollback()
    return proposal


def test_three_sources_are_counted_apart(app, admin):
    owner, other = factories.create_institution(), factories.create_institution()
    state_mandate(admin, "Air", owner, RULE)
    case("Air", owner)
    proposal = case("Air", other)
    with unrecorded("test settings") as session:
        session.add(
            Referral(
                proposal_id=proposal.id,
                from_id=other.id,
                to_id=owner.id,
                reason="x",
                referred_at=now(),
                declined_at=now(),
            )
        )
    db.session.rollback()
    (row,) = overlap_map("id").topics
    counts = {
        part.institution.id: (len(part.mandates), part.held, part.answered, part.declined)
        for part in row.parts
    }
    assert counts == {owner.id: (1, 1, 0, 1), other.id: (0, 1, 0, 0)}
    assert row.state == MandateState.ONE_OWNER


def test_each_number_of_the_map_leads_to_its_cases(app, admin):
    owner, other = factories.create_institution(), factories.create_institution()
    declined, answered = case("Air & sungai", other), case("Air & sungai", other)
    with unrecorded("test settings") as session:
        session.add(
            Referral(
                proposal_id=declined.id,
                from_id=other.id,
                to_id=owner.id,
                reason="x",
                referred_at=now(),
                declined_at=now(),
            )
        )
    officer = factories.create_staff(other)
    publish_response(officer, answered, ResponseDecision.ACCEPTED, "Ya", "Dibangun.")
    client = anonymous_client(app)
    page = client.get("/en/overlaps").text
    cells = {what: html.unescape(address) for address, what in CELL.findall(page)}
    shown = {what: client.get(address).text for what, address in cells.items()}
    assert set(shown) == {"answered", "declined"}
    links = {what: set(map(int, LINKED.findall(page))) for what, page in shown.items()}
    assert links == {"declined": {declined.id}, "answered": {answered.id}}


def test_topic_without_mandate_is_nobodys_and_two_mandates_overlap(app, admin):
    first, second = factories.create_institution(), factories.create_institution()
    case("Jalan", first)
    state_mandate(admin, "Air", first, RULE)
    mandate = state_mandate(admin, "Air", second, RULE)
    found = overlap_map("id").findings
    assert found == [("Air", MandateState.TWO_CLAIM, ""), ("Jalan", MandateState.NOBODY, "")]
    end_mandate(admin, mandate)
    assert overlap_map("id").findings == [("Jalan", MandateState.NOBODY, "")]
    with pytest.raises(Refused):
        end_mandate(admin, mandate)


def test_mandate_without_a_case_is_idle_only_where_others_have_cases(app, admin):
    idle, busy = factories.create_institution(), factories.create_institution()
    state_mandate(admin, "Air", idle, RULE)
    assert overlap_map("id").findings == []
    case("Air", busy)
    assert ("Air", MandateState.IDLE, idle.slug) in overlap_map("id").findings


def test_without_any_mandate_nothing_is_found_and_the_page_says_so(app):
    case("Air", factories.create_institution())
    assert overlap_map("en").findings == []
    assert "No mandate is stated here yet" in anonymous_client(app).get("/en/overlaps").text


def test_overlap_is_opened_and_settled_by_a_written_decision(app, admin, log):
    office = factories.create_institution()
    log()
    overlap = open_overlap(admin, "Air", office, in_days(30), "Dua kantor.")
    with pytest.raises(Refused):
        open_overlap(admin, "Air", office, in_days(30), "Sekali lagi.")
    page = anonymous_client(app).get("/en/overlaps").text
    assert "to be settled by" in page and "an overlap is open" in page
    settle_overlap(admin, overlap, "Kantor pertama.")
    with pytest.raises(Refused):
        settle_overlap(admin, db.session.get(Overlap, overlap.id), "Lain.")
    assert "Kantor pertama." in anonymous_client(app).get("/en/overlaps").text
    rows = log()
    assert [row.kind for row in rows] == ["overlap.opened", "overlap.settled"]
    assert all(row.content for row in rows)
    open_overlap(admin, "Air", office, in_days(30), "Lagi.")


def test_what_is_missing_is_refused(app, admin):
    office = factories.create_institution()
    for attempt in (
        lambda: state_mandate(admin, " ", office, RULE),
        lambda: state_mandate(admin, "Air", office, " "),
        lambda: open_overlap(admin, "Air", office, in_days(0), "x"),
        lambda: open_overlap(admin, "", office, in_days(3), "x"),
        lambda: settle_overlap(admin, open_overlap(admin, "a", office, in_days(3), "x"), " "),
    ):
        with pytest.raises(InvalidInput):
            attempt()
    state_mandate(admin, "Air", office, RULE)
    with pytest.raises(Refused, match=r"already|sudah"):
        state_mandate(admin, "Air", office, RULE)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.RESEARCHER])
def test_only_administrators_and_the_coordinating_institution_keep_the_map(app, admin, role):
    office = factories.create_institution()
    other = factories.create_staff(role=role)
    mandate = state_mandate(admin, "Air", office, RULE)
    overlap = open_overlap(admin, "Air", office, in_days(3), "x")
    for attempt in (
        lambda: state_mandate(other, "Jalan", office, RULE),
        lambda: end_mandate(other, mandate),
        lambda: open_overlap(other, "Jalan", office, in_days(3), "x"),
        lambda: settle_overlap(other, overlap, "x"),
    ):
        with pytest.raises(Refused):
            attempt()
    coordinator = factories.create_staff(factories.create_institution(is_coordinator=True))
    settle_overlap(coordinator, overlap, "x")


def test_desk_states_and_ends_a_mandate_and_keeps_what_was_typed(app, admin):
    office, client = factories.create_institution(), signed_in_client(app, admin)
    desk = "/en/desk/overlaps"
    wrong = submit_form(client, desk, topic="Air", institution=office.slug, basis="")
    assert wrong.status_code == 422
    assert "Write the rule." in wrong.text and 'value="Air"' in wrong.text
    fields = {"topic": "Air", "institution": office.slug, "basis": RULE}
    assert submit_form(client, desk, **fields).status_code == 303
    again = submit_form(client, desk, **fields)
    assert again.status_code == 422 and "stated already" in again.text
    assert RULE in anonymous_client(app).get("/en/overlaps").text
    db.session.rollback()
    (row,) = overlap_map("id").topics
    number = row.parts[0].mandates[0].id
    assert submit_form(client, desk, f"{desk}/mandates/{number}/end").status_code == 303
    assert RULE not in anonymous_client(app).get("/en/overlaps").text


def test_desk_opens_and_settles_an_overlap(app, admin):
    office, client = factories.create_institution(), signed_in_client(app, admin)
    new = "/en/desk/overlaps/new"
    fields = {"topic": "Air", "institution": office.slug, "reason": "Dua kantor."}
    assert "Choose a day" in submit_form(client, new, **fields, due="").text
    past = submit_form(client, new, **fields, due="2020-01-01")
    assert past.status_code == 422 and "Dua kantor." in past.text
    assert submit_form(client, new, **fields, due=in_days(9).isoformat()).status_code == 303
    db.session.rollback()
    number = db.session.scalars(select(Overlap.id)).one()
    settle = f"/en/desk/overlaps/{number}/settle"
    assert submit_form(client, settle, decision="").status_code == 422
    assert submit_form(client, settle, decision="Kantor itu.").status_code == 303
    staff = signed_in_client(app, factories.create_staff())
    assert {staff.get(path).status_code for path in ("/en/desk/overlaps", new, settle)} == {403}


def cases_by_owner() -> dict[int, list[Proposal]]:
    """Return the shown cases of the city that one institution alone held and answered."""
    found: dict[int, list[Proposal]] = {}
    shown = Proposal.qualified_at.is_not(None) & Proposal.visible_to(None)
    for proposal in db.session.scalars(select(Proposal).where(shown).order_by(Proposal.id)):
        answers = select(Response.institution_id).where(Response.proposal_id == proposal.id)
        owners = {proposal.institution_id, *db.session.scalars(answers)}
        if len(owners) == 1 and proposal.institution_id is not None:
            found.setdefault(proposal.institution_id, []).append(proposal)
    return found


@pytest.mark.sqlite
def test_everything_planted_in_the_sample_city_is_found_and_nothing_else(city_copy):
    """Plant three overlaps, two orphans and one idle mandate; the rest has one owner each."""
    with city_copy.app_context():
        admin, cases = get_account("admin"), cases_by_owner()
        first, second = sorted(cases, key=lambda owner: -len(cases[owner]))[:2]
        offices = {row.id: row for row in db.session.scalars(select(Institution))}
        third = next(row for number, row in offices.items() if number not in {first, second})
        waiting = next(p for p in cases[first] if p.answered_at is None)
        cases[first].remove(waiting)
        topics = {waiting.id: "Diam"}
        for number in range(3):
            topics[cases[first].pop().id] = topics[cases[second].pop().id] = f"Rangkap {number}"
        for number in range(2):
            topics[cases[first].pop().id] = f"Yatim {number}"
        topics |= {p.id: f"Biasa {owner}" for owner, rows in cases.items() for p in rows}
        with unrecorded("test settings") as session:
            for model in (Mandate, OverlapDecision, Overlap):
                session.execute(delete(model))
            for proposal in session.scalars(select(Proposal)):
                proposal.topic = topics.get(proposal.id, "")
        for number in range(3):
            for owner in (first, second):
                state_mandate(admin, f"Rangkap {number}", offices[owner], RULE)
        state_mandate(admin, "Diam", third, RULE)
        for owner, rows in cases.items():
            if rows:
                state_mandate(admin, f"Biasa {owner}", offices[owner], RULE)
        assert set(overlap_map("id").findings) == {
            *((f"Rangkap {number}", MandateState.TWO_CLAIM, "") for number in range(3)),
            *((f"Yatim {number}", MandateState.NOBODY, "") for number in range(2)),
            ("Diam", MandateState.IDLE, third.slug),
        }


def test_large_map_takes_few_queries_and_is_small(app, admin):
    offices = [factories.create_institution() for _ in range(30)]
    for number in range(40):
        for office in (offices[number % 30], offices[(number + 7) % 30]):
            state_mandate(admin, f"Topik {number}", office, "Perka 3")
    client = anonymous_client(app)
    with record_queries() as queries:
        page = client.get("/id/overlaps", headers={"Accept-Encoding": "gzip"})
    assert len(page.data) <= MAX_PAGE_BYTES
    assert len(queries) <= MAX_QUERIES, "\n".join(queries)


def test_sample_city_shows_each_state_and_nothing_else(shared_city):
    with shared_city.app_context():
        city = overlap_map("id")
    two, nobody = MandateState.TWO_CLAIM, MandateState.NOBODY
    assert set(city.findings) == {
        ("Air bersih", two, ""),
        ("Sungai dan banjir", two, ""),
        ("masyarakat adat", two, ""),
        ("Air hujan", nobody, ""),
        ("mata air adat", nobody, ""),
        ("masyarakat adat", MandateState.IDLE, "sosbud"),
        ("Air bersih", MandateState.WITHOUT_MANDATE, "sarpras"),
    }
    assert MandateState.ONE_OWNER in {row.state for row in city.topics}
    assert [row.topic for row in city.topics if row.overlap] == ["Sungai dan banjir"]
    assert [row.topic for row in city.settled] == ["Air bersih"]


def test_sample_city_has_a_case_in_an_outside_system_with_statuses(shared_city):
    client = anonymous_client(shared_city)
    listed = client.get("/api/v1/proposals?limit=100&fields=id,title").json["data"]
    number = next(row["id"] for row in listed if row["title"].startswith("Tarif bus tetap"))
    page = client.get(f"/en/proposals/{number}", follow_redirects=True).text
    assert "LPR-7714203" in page
    assert "SP4N-LAPOR! reports: in progress" in page
