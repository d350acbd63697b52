"""Test imports of UK petitions: thresholds, responses with two dates, refusals with codes."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Institution, Proposal, Response
from tests.imports.import_files import run_import, write_petitions

OPEN = {"created_at": "2020-03-02T12:00:00.5Z", "signature_count": 12345, "background": "Why"}
ANSWERED = {
    **OPEN,
    "response_threshold_reached_at": "2020-03-10T08:00:00Z",
    "government_response_at": "2020-04-01T09:30:00Z",
    "government_response": {"responded_on": "2020-03-31", "summary": "No.", "details": "Because."},
    "departments": [{"acronym": "DfT", "name": "Transport"}, {"acronym": "HMT", "name": "Money"}],
}
REFUSED = {
    **OPEN,
    "rejected_at": "2020-03-05T10:00:00Z",
    "rejection": {"code": "duplicate", "details": "See the other one."},
}


def get_one(model):
    return db.session.scalars(select(model)).one()


def test_petition_response_has_a_date_and_a_time_of_publication(app, tmp_path):
    run_import("uk-petitions", write_petitions(tmp_path, ANSWERED))
    response = get_one(Response)
    assert response.dated == date(2020, 3, 31)
    assert response.published_at == datetime(2020, 4, 1, 9, 30, tzinfo=UTC)
    assert (response.decision, response.headline) == ("unstated", "No.")
    assert get_one(Proposal).answered_at == response.published_at


def test_petition_threshold_and_response_have_no_actor(app, tmp_path, log):
    run_import("uk-petitions", write_petitions(tmp_path, ANSWERED))
    _, submitted, qualified, published = log()
    assert [row.actor_id for row in (submitted, qualified, published)] == [None] * 3
    assert qualified.occurred_at == datetime(2020, 3, 10, 8, tzinfo=UTC)
    assert qualified.details == {"supports": 10000, "verified": 0}
    assert "decision" not in published.details
    assert published.details["reason_chars"] == len("Because.")
    assert published.institution_id is not None


def test_petition_signatures_are_a_count_without_people(app, tmp_path):
    run_import("uk-petitions", write_petitions(tmp_path, ANSWERED))
    assert get_one(Proposal).support_count == 12345
    assert get_one(Proposal).source_url == "https://petition.parliament.uk/petitions/1"


def test_petition_departments_become_institutions_once(app, tmp_path):
    run_import("uk-petitions", write_petitions(tmp_path, ANSWERED, ANSWERED))
    institutions = {row.slug: row.name for row in db.session.scalars(select(Institution))}
    assert institutions == {"uk-petitions-dft": "Transport", "uk-petitions-hmt": "Money"}
    first = db.session.scalars(select(Proposal).order_by(Proposal.id)).first()
    assert first.institution.slug == "uk-petitions-dft"


def test_petition_refusal_is_a_response_with_its_code(app, tmp_path, log):
    run_import("uk-petitions", write_petitions(tmp_path, REFUSED))
    response = get_one(Response)
    assert (response.decision, response.code) == ("not_accepted", "duplicate")
    assert response.institution.name == "Petitions Committee"
    assert log()[-1].details["decision"] == "not_accepted"
    assert get_one(Proposal).decision == "not_accepted"


def test_petition_repeated_response_texts_are_counted(app, tmp_path, log):
    later = {**ANSWERED, "government_response_at": "2020-05-01T09:30:00Z"}
    run_import("uk-petitions", write_petitions(tmp_path, later, ANSWERED))
    published = [row.details["repeats"] for row in log() if row.kind == "response.published"]
    assert published == [0, 1]


def test_petition_line_without_json_is_rejected(app, tmp_path):
    folder = write_petitions(tmp_path, OPEN)
    with (folder / "petitions.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": 2,\n["list"]\n')
    summary = run_import("uk-petitions", folder)
    assert [(r.line, r.reason) for r in summary.rejects] == [
        (2, "not JSON"),
        (3, "not a JSON object"),
    ]


def test_petition_file_can_be_given_instead_of_its_folder(app, tmp_path):
    summary = run_import("uk-petitions", write_petitions(tmp_path, OPEN) / "petitions.jsonl")
    assert summary.proposals == 1
