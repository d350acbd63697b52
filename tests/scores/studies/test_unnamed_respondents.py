"""An attack: no respondent can be named from any page, file, release, log row or backup."""

import json
import sqlite3
from contextlib import closing

import pytest
from flask_babel import force_locale
from sqlalchemy import text

from deliberate.clock import now
from deliberate.database import db
from deliberate.exports.release_builder import build_release
from deliberate.models import Interaction
from deliberate.operations.scores.excerpts import ExcerptInput, add_excerpt
from deliberate.queries.accounts.account_data import get_account_data
from deliberate.sealing import publish_heads, seal_log
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client
from tests.scores.studies.test_study_sources import NAME, publish_with

EXCERPT = "Sayalah satu-satunya penjaga arsip"
NAMING = (NAME, "Dinas Tertutup", "ketua RT", EXCERPT, "17 Feb 2026", "2026-02-17")
"""The name, and what could lead to it: institution, private notes, an excerpt, the day."""
OFFICES = (Role.STAFF, Role.MODERATOR, Role.RESEARCHER, Role.EVALUATOR, Role.ADMIN)


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


@pytest.fixture
def study(app, clock):
    """Publish a judgement that rests on a respondent, with an excerpt."""
    assessment, source, person = publish_with(clock)
    add_excerpt(person, source, ExcerptInput(EXCERPT, "id"))
    return assessment, source, person


def addresses(app, assessment, source):
    """Yield the address of every page and file of the site, with the ids of the study."""
    ids = {
        "slug": assessment.process.slug,
        "assessment_id": assessment.id,
        "source_id": source.id,
        "excerpt_id": 1,
        "lang": "en",
        "edition": "whole",
        "figure_id": "criteria",
        "criterion": "DP1.2",
        "topic": "summary",
        "kind": "interview",
    }
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.arguments - set(ids):
                continue
            if rule.endpoint == "process_setup.days_off":
                continue  # the day of the interview is a public holiday
            values = {name: ids[name] for name in rule.arguments}
            yield adapter.build(rule.endpoint, values, method="GET")


@pytest.mark.sqlite
@pytest.mark.parametrize("role", [None, Role.RESIDENT, *OFFICES])
def test_nobody_outside_the_study_reads_who_a_respondent_is(app, study, role):
    assessment, source, _person = study
    browser = anonymous_client(app)
    if role == Role.RESIDENT:
        browser = signed_in_client(app, factories.create_resident())
    elif role is not None:
        browser = signed_in_client(app, factories.create_staff(role=role))
    leaks, read = [], 0
    for address in addresses(app, assessment, source):
        answer = browser.get(address)
        read += answer.status_code == 200
        leaks += [(address, word) for word in NAMING if word.encode() in answer.data]
    assert read > 20 and leaks == []


@pytest.mark.sqlite
def test_other_assessor_reads_the_sources_but_no_name(app, study):
    assessment, source, person = study
    other = next(row.person for row in assessment.assessors if row.person_id != person.id)
    browser = signed_in_client(app, other)
    texts = {path: browser.get(path).data for path in addresses(app, assessment, source)}
    assert [path for path, html in texts.items() if NAME.encode() in html] == []
    assert any(b"ketua RT" in html for html in texts.values())


@pytest.mark.sqlite
def test_no_release_and_no_row_of_the_log_names_a_respondent(app, study, tmp_path):
    assessment, _source, _person = study
    seal_log(app.config["SETTINGS"])
    publish_heads(until=now())
    build_release(assessment.process, tmp_path / "open")
    build_release(assessment.process, tmp_path / "protected", secret=b"s" * 32)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    contents = {path.name: path.read_bytes() for path in files}
    words = [word.encode() for word in NAMING]
    found = [(name, word) for name, data in contents.items() for word in words if word in data]
    assert len(files) > 60 and found == []
    rows = db.session.query(Interaction).all()
    log = json.dumps([[row.kind, row.details, row.subject_id] for row in rows])
    assert rows and [word for word in NAMING if word in log] == []


@pytest.mark.sqlite
def test_backup_names_no_respondent_without_the_key(app, study, tmp_path):
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        source = db.session.connection().connection.driver_connection
        source.backup(copy)
        dump = "\n".join(copy.iterdump())
    assert "study_source" in dump and "ketua RT" in dump
    assert NAME not in dump and NAME.encode().hex() not in dump.lower()
    stored = db.session.scalar(text("SELECT encrypted_name FROM respondent_name"))
    assert NAME.encode() not in bytes(stored)


def test_own_data_of_an_assessor_names_no_respondent(app, study):
    _assessment, _source, person = study
    data = json.dumps(get_account_data(person), default=str, ensure_ascii=False)
    assert [word for word in NAMING[:4] if word in data] == []
