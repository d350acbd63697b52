"""Excerpts as a REFI-QDA project: code book, texts, selections and the codes of one coder."""

import io
import zipfile
from xml.etree import ElementTree

import pytest
from flask_babel import force_locale

from deliberate.operations.scores.excerpts import ExcerptInput, add_excerpt, code_excerpt
from tests.client import signed_in_client
from tests.scores.studies.test_study_sources import NAME, respondent
from tests.scores.test_assessments import create_assessment, create_evaluator

Q = "{urn:QDA-XML:project:1.0}"
TEXTS = ("Undangan datang\r\nterlambat 🙂.", "Kami tidak tahu caranya.")


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


@pytest.fixture
def study(app):
    """Return an assessment with two excerpts of a respondent, coded by both assessors."""
    assessment, first, second = create_assessment()
    source = respondent(first, assessment.process)
    rows = [
        add_excerpt(
            first, source, ExcerptInput(TEXTS[0], "id", "menit 12", "Sejak awal", ["DP1", "B3"])
        ),
        add_excerpt(first, source, ExcerptInput(TEXTS[1], "id", "", "", [])),
    ]
    code_excerpt(second, rows[0], ["EN2"], "Rahasia penyandi lain")
    return assessment, first


def project_of(app, person, process):
    browser = signed_in_client(app, person)
    page = f"/en/desk/studies/{process.slug}/excerpts"
    assert f"{page}.qdpx" in browser.get(page).text
    archive = zipfile.ZipFile(io.BytesIO(browser.get(f"{page}.qdpx").data))
    return archive, ElementTree.fromstring(archive.read("project.qde"))


def test_selections_point_to_their_texts_and_have_own_codes_alone(app, study):
    assessment, person = study
    archive, project = project_of(app, person, assessment.process)
    names = {row.get("guid"): row.get("name") for row in project.iter(f"{Q}Code")}
    (source,) = project.iter(f"{Q}TextSource")
    file = source.get("plainTextPath").removeprefix("internal://")
    text = archive.read(f"sources/{file}").decode()
    found = []
    for row in source.iter(f"{Q}PlainTextSelection"):
        start, end = int(row.get("startPosition")), int(row.get("endPosition"))
        codes = [names[ref.get("targetGUID")].split()[0] for ref in row.iter(f"{Q}CodeRef")]
        found.append((text[start:end], row.get("name"), codes, row.findtext(f"{Q}Description")))
    assert found[0] == ("Undangan datang\nterlambat 🙂.", "menit 12", ["B3", "DP1"], "Sejak awal")
    assert (found[1][0], found[1][2:]) == (TEXTS[1], ([], None))


def test_project_has_the_whole_code_book_in_lists_that_are_no_codes(app, study):
    assessment, person = study
    _archive, project = project_of(app, person, assessment.process)
    groups = project.findall(f"{Q}CodeBook/{Q}Codes/{Q}Code")
    assert [row.get("isCodable") for row in groups] == ["false"] * 3
    assert [len(row) for row in groups] == [8, 7, 6]
    guids = [row.get("guid") for row in project.iter() if row.get("guid")]
    assert len(guids) == len(set(guids))
    order = [child.tag.removeprefix(Q) for child in project]
    assert order == ["Users", "CodeBook", "Sources"]


def test_project_names_nobody(app, study):
    assessment, person = study
    archive, _project = project_of(app, person, assessment.process)
    whole = "".join(archive.read(name).decode() for name in archive.namelist())
    private = (NAME, "Dinas Tertutup", "ketua RT", person.display_name, person.sign_in_name)
    assert [text for text in (*private, "Rahasia penyandi lain") if text in whole] == []


def test_project_is_for_the_assessors_of_the_study(app, study):
    assessment, _person = study
    path = f"/en/desk/studies/{assessment.process.slug}/excerpts.qdpx"
    assert signed_in_client(app, create_evaluator()).get(path).status_code == 403
