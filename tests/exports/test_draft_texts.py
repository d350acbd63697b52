"""Draft texts in a release: versions, units with lineage, contributions and answers, no texts."""

import pytest

from deliberate import sealing
from deliberate.api.resources import RESOURCES
from deliberate.exports.release_builder import build_release
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.documents.contributions import comment_on_unit
from deliberate.operations.documents.versions import RevisionEntry, revise_document
from deliberate.queries.documents.answers import count_all_rights, list_report_rows
from deliberate.queries.documents.documents import get_document, get_unit, get_version, list_units
from deliberate.vocabulary import ResponseGround, Stance, UnitDecision
from tests import factories
from tests.client import anonymous_client
from tests.documents.draft_texts import add_draft_text
from tests.exports.release_reader import csv_rows, release_text

FILES = ("documents.csv", "units.csv", "amendments.csv", "answers.csv")


def seal_log_of(app):
    sealing.seal_all(sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64), "test")


@pytest.fixture
def author(app):
    return factories.create_resident()


@pytest.fixture
def draft(app, author):
    """Return a draft of three versions whose first Pasal was split in the last."""
    institution = factories.create_institution()
    process, officer = factories.create_process(institution), factories.create_staff(institution)
    other = factories.create_resident()
    document = get_document(add_draft_text(officer, process, author, other, answers=True).id)
    first = list_report_rows(document)[0].contribution
    unit = get_unit(get_version(document), "pasal-1")
    entry = AnswerEntry(UnitDecision.ADOPTED, ResponseGround.LAW, "", [first.id])
    answer_unit(officer, document, unit, entry)
    text = (
        "Pasal 1\nWarga berhak bertanya.\n\nPasal 2\nOtorita menjawab dalam 14 hari.\n\n"
        "Pasal 3\nBerlaku hari ini.\n"
    )
    sources = {"pasal-1": ["pasal-1"], "pasal-2": ["pasal-1"], "pasal-3": ["pasal-2"]}
    revise_document(officer, document, RevisionEntry(2, text, "Dipisah.", sources))
    seal_log_of(app)
    return document


def test_release_has_the_versions_and_units_with_their_sources(draft, tmp_path):
    manifest = build_release(draft.process, tmp_path / "r")
    versions = csv_rows(tmp_path / "r/documents.csv")
    assert [row["version"] for row in versions] == ["1", "2", "3"]
    assert {row["document_id"] for row in versions} == {str(draft.id)}
    units = csv_rows(tmp_path / "r/units.csv")
    stored = [unit for version in draft.versions for unit in list_units(version)]
    assert [int(row["unit_id"]) for row in units] == [unit.unit_id for unit in stored]
    assert manifest["files"]["units.csv"]["rows"] == len(stored)
    assert {row["sources"] for row in units if row["version"] == "1"} == {""}
    before = {row["address"]: row["unit_id"] for row in units if row["version"] == "2"}
    after = {row["address"]: row for row in units if row["version"] == "3"}
    for address in ("pasal-1", "pasal-2"):
        assert before["pasal-1"] in after[address]["sources"].split("|")
        assert after[address]["status"] == "split"
    assert after["pasal-3"]["sources"] == before["pasal-2"] == after["pasal-3"]["unit_id"]


def test_release_has_every_contribution_and_answer_without_their_texts(draft, tmp_path):
    build_release(draft.process, tmp_path / "r")
    rows = csv_rows(tmp_path / "r/amendments.csv")
    rights = count_all_rights(draft)
    assert len(rows) == rights.heard == 3
    assert sum(row["considered"] == "true" for row in rows) == rights.considered == 2
    assert sum(row["explained"] == "true" for row in rows) == rights.explained == 1
    assert sorted(row["kind"] for row in rows) == ["amendment", "comment", "question"]
    assert {row["joins"] for row in rows if row["kind"] == "amendment"} == {"1"}
    named = [row["contributions"] for row in csv_rows(tmp_path / "r/answers.csv")]
    ids = {row["kind"]: row["contribution_id"] for row in rows}
    assert named == [ids["amendment"], ids["comment"]]
    text = release_text(tmp_path / "r")
    for row in list_report_rows(draft):
        assert row.contribution.body not in text
    assert "Otorita menjawab dalam 7 hari." not in text
    assert "Otorita menjawab dalam 14 hari." in text


def test_release_leaves_out_what_is_not_sealed_yet(draft, author, tmp_path):
    unit = get_unit(get_version(draft), "pasal-1")
    comment_on_unit(author, draft, unit, "Sesudah kepala log.", Stance.FOR)
    build_release(draft.process, tmp_path / "r")
    assert len(csv_rows(tmp_path / "r/amendments.csv")) == 3


def test_protected_release_has_the_texts_until_their_author_is_erased(app, draft, author, tmp_path):
    build_release(draft.process, tmp_path / "r", secret=b"s" * 32)
    texts = csv_rows(tmp_path / "r/texts.csv")
    (amendment,) = [row for row in texts if row["title"] == "Otorita menjawab dalam 7 hari."]
    assert amendment["subject_type"] == "unit_contribution"
    assert amendment["text"] == "Empat belas hari terlalu lama."
    assert "Petugasnya terlalu sedikit." in [row["text"] for row in texts]
    erase_account(author, factories.PASSPHRASE)
    seal_log_of(app)
    manifest = build_release(draft.process, tmp_path / "s", secret=b"s" * 32)
    assert manifest["withheld_texts"]["unit_contribution"] == {"erased": 3}
    assert "Empat belas hari" not in release_text(tmp_path / "s")


def test_release_of_a_process_without_draft_texts_has_empty_tables(app, tmp_path):
    process = factories.create_process(factories.create_institution())
    factories.create_proposal(process)
    seal_log_of(app)
    build_release(process, tmp_path / "r")
    assert [csv_rows(tmp_path / "r" / name) for name in FILES] == [[], [], [], []]


@pytest.mark.parametrize("file", FILES)
def test_read_api_returns_the_rows_of_the_release(app, draft, tmp_path, file):
    build_release(draft.process, tmp_path / "r")
    (resource,) = [one for one in RESOURCES.values() if one.file == file]
    rows = anonymous_client(app).get(f"/api/v1/{resource.name}").json["data"]
    released = csv_rows(tmp_path / "r" / file)
    assert len(rows) == len(released) > 0
    for row, wanted in zip(rows, released, strict=True):
        for name, value in wanted.items():
            field = resource.renamed.get(name, name)
            if field in row and not name.endswith("_at"):
                assert as_cell(row[field]) == value, (name, row)


def as_cell(value):
    """Return a value of the API as a cell of a release has it."""
    if isinstance(value, list):
        return "|".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
