"""A whole study by its pages: sources, excerpts, two assessors and a third, findings, report."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import docx
import pytest

from deliberate.citivoice.scoring.judged_scores import criterion_rating_score
from deliberate.clock import now
from deliberate.models import Institution, Person, Process
from deliberate.operations.processes.processes import open_process
from deliberate.queries.scores.assessments import questions, questions_of
from deliberate.queries.scores.percent import percent_or_none
from deliberate.vocabulary import PhaseKind, PhaseSwitch, Role
from tests import factories
from tests.journeys.town import Town
from tests.journeys.walker import Walker

TITLE = "Halte di lima desa"
RESPONDENTS, DOCUMENTS, OBSERVATIONS, EXCERPTS = 12, 9, 3, 40
PLAN_VALUE = {question.id: "1" for question in questions()}
FIRST = {question.id: "2" for question in questions()}
SECOND = FIRST | {"DP1.2": "1", "CC1.2": "0", "IU1.1": "1"}
SETTLED = {"DP1.2": "1", "CC1.2": "1", "IU1.1": "2"}
CATEGORIES = {"DP": "DP Democratic", "CC": "CC Co-creators", "IU": "IU ICT users"}


@dataclass
class Study:
    """The process, its people, and what one assessor filled of the plan."""

    town: Town
    process: Process
    first: Person
    second: Person
    third: Person
    officer: Person
    pages: list[str] = field(default_factory=list)
    entries: set[str] = field(default_factory=set)

    def desk(self, person: Person, near: str = "") -> Walker:
        """Return the visit of a person at the assessment of the study, by links alone."""
        visit = self.town.sign_in(person).follow("Desk")
        return visit.follow(TITLE, near=near) if near else visit


@pytest.fixture
def study(town: Town) -> Study:
    institution = factories.create_institution("perhubungan")
    return Study(
        town,
        _process(institution),
        *(town.staff(role=Role.EVALUATOR) for _person in range(3)),
        officer=town.staff(institution),
    )


def _process(institution: Institution) -> Process:
    process = Process(
        slug="halte", title=TITLE, question="Di mana?", open_points="Letak", fixed_points="Jumlah"
    )
    open_process(None, process, [(institution, "lead")])
    factories.add_phase(process, PhaseKind.DISCUSSION, now() + timedelta(days=10), 30, *PhaseSwitch)
    return process


def test_whole_study_is_done_by_its_pages(study: Study) -> None:
    _begin_plan(study)
    _record_sources(study)
    _import_excerpts(study)
    _judge(study, study.first, PLAN_VALUE, "before")
    _judge(study, study.second, PLAN_VALUE, "before")
    _freeze_plan(study)
    assert len(study.pages) <= 6 and 60 < len(study.entries) <= 90
    study.town.wait_until((now() + timedelta(days=15)).date())
    _begin_judgement(study)
    _judge(study, study.first, FIRST, "after")
    _judge(study, study.second, SECOND, "after")
    _settle_as_third(study)
    _write_findings(study)
    _publish(study)
    _read_report(study)


def _begin_plan(study: Study) -> None:
    visit = study.desk(study.first)
    visit.press("Begin", status=422, about=study.process.slug)
    assert "Choose the stage" in visit.text
    visit.press("Begin", about=study.process.slug, stage="ex_ante")
    visit.follow("I am done: look before I save").press("Save my judgement", status=422)
    assert "at least one question" in visit.text
    other = study.desk(study.second, near="in progress")
    other.press("Assess this too")


def _record_sources(study: Study) -> None:
    visit = study.desk(study.first, near="in progress").follow("Sources of the study")
    typed = {"title": "warga 1", "dated": "2026-01-05", "private_text": "Catatan lapangan"}
    visit.follow("Record a respondent").press("Save the source", status=422, **typed)
    assert {"warga 1", "2026-01-05", "Catatan lapangan"} <= set(_typed(visit))
    for number in range(1, RESPONDENTS + 1):
        visit.press(
            "Save and record another",
            title=f"warga {number}",
            dated="2026-01-05",
            institution=f"Dinas Rahasia {number}",
            name=f"Ibu Sangat Rahasia {number}",
            minutes="45",
            consent="quotes",
            consent_on="2026-01-05",
            public_text=f"Kutipan boleh terbit {number}",
            private_text=f"Catatan rahasia {number}",
        )
    visit.follow("Sources of the study").follow("Record a document")
    visit.press("Save the source", status=422, title="Juknis", dated="2026-01-05", link="arsip")
    assert "Enter a whole address" in visit.text and {"Juknis", "arsip"} <= set(_typed(visit))
    for number in range(1, DOCUMENTS + 1):
        visit.press(
            "Save and record another",
            title=f"Dokumen {number}",
            dated="2026-01-05",
            pages="4",
            link=f"https://arsip.example/{number}",
            archived_on="2026-01-05",
        )
    visit.follow("Sources of the study").follow("Record an observation")
    for number in range(1, OBSERVATIONS + 1):
        visit.press(
            "Save and record another",
            title=f"Pertemuan {number}",
            dated="2026-01-05",
            place="Balai desa",
            minutes="90",
            private_text="Catatan lapangan",
        )
    visit.follow("Sources of the study")
    for text in (f"Respondents {RESPONDENTS}", f"Documents {DOCUMENTS}"):
        assert visit.offers(text), visit.text
    assert visit.offers(f"Observations {OBSERVATIONS}")


def _typed(visit: Walker) -> Iterator[str]:
    """Yield what the fields of a page hold."""
    for element in visit.main.all("input", "textarea"):
        yield element["value"] if element.tag == "input" else element.text


def _import_excerpts(study: Study) -> None:
    visit = study.desk(study.first, near="in progress").follow("Sources of the study")
    visit.follow("Excerpts and codes").follow("Import a table (CSV)")
    rows = io.StringIO()
    writer = csv.writer(rows)
    writer.writerow(["source", "excerpt", "language", "place", "codes", "memo"])
    for number in range(EXCERPTS):
        label, code = f"R{number % RESPONDENTS + 1}", ("DP1", "EN2", "B3")[number % 3]
        writer.writerow([label, f"Kutipan ke-{number}", "id", f"menit {number}", f"{code};B1", ""])
    wrong = rows.getvalue().replace("DP1;B1", "XX9;B1", 1)
    visit.press("Add them", status=422, table=wrong)
    assert "Kutipan ke-39" in next(visit.main.all("textarea")).text
    visit.press("Add them", table=rows.getvalue())
    assert f"Excerpts: {EXCERPTS}" in visit.text and "not coded by you" not in visit.main.text
    other = study.desk(study.second, near="in progress").follow("Sources of the study")
    other.follow("Excerpts and codes").follow("R1 menit 0").press(
        "Save the codes", codes=["DP1", "B1"]
    )
    other.follow("R2 menit 1").press("Save the codes", codes=["EN2", "B2"])
    assert "over 2 excerpts that two people coded" in other.text
    table = other.download("Download as CSV").text
    assert len(list(csv.reader(io.StringIO(table)))) == EXCERPTS + 1


def _judge(study: Study, person: Person, values: dict[str, str], when: str) -> None:
    """Answer every question with a source, describe conditions, note pledges, save."""
    visit = study.desk(person, near="in progress")
    visit.follow(CATEGORIES["DP"])
    for category in CATEGORIES:
        filled = _answers(visit, category, values)
        _count(study, person, when, visit, filled)
        visit.press("Save and continue", **filled)
    notes = {f"EN{n}-value": "1" for n in range(1, 8)}
    _count(study, person, when, visit, notes)
    visit.press("Save the context", **notes)
    if when == "before":
        _note_pledge(study, person, visit)
    else:
        visit.follow("What became of the pledges")
        visit.press("Save it", **{"p1-outcome": "late", "p1-note": "Notulen 12 Februari"})
    visit.follow("I am done: look before I save")
    _count(study, person, when, visit, {"is_named": "y"})
    visit.press("Save my judgement")
    assert "can no longer be changed" in visit.message


def _answers(visit: Walker, category: str, values: dict[str, str]) -> dict[str, str | list[str]]:
    filled: dict[str, str | list[str]] = {}
    for question in questions_of(category):
        filled[f"{question.id}-value"] = values[question.id]
        filled[f"{question.id}-reason"] = f"Alasan {question.id}"
        filled[f"{question.id}-sources"] = [
            row["value"]
            for row in visit.main.all("input")
            if row["name"] == f"{question.id}-sources"
        ][::11]
    return filled


def _note_pledge(study: Study, person: Person, visit: Walker) -> None:
    pledge = {
        "new1-question": "DP1.2",
        "new1-action": "Empat kunjungan",
        "new1-owner": "perhubungan",
        "new1-indicator": "IN2.1",
        "new1-goal": "at_least",
        "new1-target": "60",
    }
    visit.follow("Pledges of the plan")
    visit.press("Save the pledges", status=422, **pledge)
    assert "A pledge has a date" in visit.text and "Empat kunjungan" in set(_typed(visit))
    wrong = pledge | {"new1-due_on": "2026-02-01", "new1-target": "90 orang"}
    visit.press("Save the pledges", status=422, **wrong)
    assert "90 orang" in set(_typed(visit))
    pledge["new1-due_on"] = "2026-02-01"
    _count(study, person, "before", visit, pledge)
    visit.press("Save the pledges", **pledge)


def _count(
    study: Study, person: Person, when: str, visit: Walker, filled: dict[str, str | list[str]]
) -> None:
    """Count the page and the fields it has, for the plan of the first assessor."""
    if person is study.first and when == "before":
        study.pages.append(visit.url)
        controls = visit.main.all("input", "select", "textarea")
        names = {row["name"] for row in controls if row["type"] != "hidden"} - {""}
        assert set(filled) <= names
        study.entries |= names


def _freeze_plan(study: Study) -> None:
    visit = study.desk(study.first, near="in progress").follow("Look before freezing")
    assert "This will be public and cannot be changed" in visit.text
    assert "Rahasia" not in visit.main.text and "Kutipan boleh terbit 3" in visit.text
    visit.press("Freeze it").follow("As everybody reads it")
    assert "begun after the process had opened" not in visit.text


def _begin_judgement(study: Study) -> None:
    visit = study.desk(study.first)
    visit.press("Begin", about=study.process.slug, stage="ex_post")
    study.desk(study.second, near="in progress").press("Assess this too")
    visit.follow(CATEGORIES["DP"])
    assert "Empat kunjungan" in visit.main.text


def _settle_as_third(study: Study) -> None:
    first = study.desk(study.first, near="in progress")
    first.follow("Look before freezing")
    assert "Every difference has to be settled" in first.text and not first.offers("Freeze it")
    visit = study.desk(study.third, near="in progress").follow("Settle 3 differences")
    assert "Alasan DP1.2" in visit.text
    for name, value in SETTLED.items():
        typed = {f"{name}-value": value}
        visit.press("Settle it", near=f"Settle: {name}", status=422, **typed)
        visit.press(
            "Settle it",
            near=f"Settle: {name}",
            **typed,
            **{f"{name}-reason": "Lihat daftar hadir"},
        )
    assert visit.main.text.count("settled") >= len(SETTLED)


def _write_findings(study: Study) -> None:
    visit = study.desk(study.first, near="in progress").follow("Findings")
    for topic in ("In short, for residents", "What helped", "What hindered", "DP1 ", "EN2 ", "B1 "):
        visit.follow(topic).press(
            "Save the finding", body_id=f"Temuan {topic}", body_en=f"Finding on {topic}"
        )
    visit.follow("Add a recommendation")
    visit.press("Save the finding", status=422, body_id="Tambah halte", body_en="More stops")
    assert "Tambah halte" in set(_typed(visit))
    visit.press(
        "Save the finding", body_id="Tambah halte", body_en="More stops", addressee="Kementerian"
    )


def _publish(study: Study) -> None:
    visit = study.desk(study.first, near="in progress").follow("Look before freezing")
    assert "Rahasia" not in visit.main.text
    visit.press("Freeze it")
    assert not visit.offers("Look before publishing")
    reply = study.town.sign_in(study.officer).follow("Desk")
    reply.follow(TITLE, near="after the process")
    reply.press("Send the reply", body="Terima kasih.")
    visit = study.desk(study.first, near="frozen")
    visit.follow("Look before publishing").press("Publish it").follow("As everybody reads it")


def _read_report(study: Study) -> None:
    visit = (
        study.town.visit().follow("Scoreboard").follow("Judged cases side by side").follow(TITLE)
    )
    form = json.loads(visit.download("What was frozen (JSON)").text)
    assert {name: form["settled"][name] for name in SETTLED} == SETTLED
    document = docx.Document(io.BytesIO(visit.download("Whole report (DOCX)").data))
    assert len(document.tables) == 5 and len(document.inline_shapes) == 3
    rows = _cells(document, 0)
    for name, (planned, judged, _logged) in rows.items():
        values = [form["settled"][question.id] for question in questions_of(name)]
        assert judged == str(percent_or_none(criterion_rating_score(values)))
        assert planned == "50"
    answers = _cells(document, 3)
    assert {name: row[-1] for name, row in answers.items()} == form["settled"]
    table = list(csv.DictReader(io.StringIO(visit.download("Answers and evidence as CSV").text)))
    assert {row["question"]: row["settled"] for row in table} == form["settled"]
    assert "Terima kasih." in visit.text and "late" in visit.text
    for name, (_planned, judged, _logged) in rows.items():
        assert re.search(rf"{name} [^0-9]+ planned 50 · judged {judged}\b", visit.main.text), name
    visit.follow("One page for residents")
    assert "More stops" in visit.text and "Finding on What helped" in visit.text
    for private in ("Rahasia", "rahasia"):
        assert private not in visit.text and private not in json.dumps(form)


def _cells(document: "docx.document.Document", number: int) -> dict[str, list[str]]:
    """Return the rows of a table below its header, by the first word of their first cell."""
    rows = [[cell.text for cell in row.cells] for row in document.tables[number].rows]
    return {row[0].split()[0]: row[1:] for row in rows[1:]}
