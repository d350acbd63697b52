"""Assessments of earlier versions keep what both wrote, what was settled, and their hash."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from deliberate.database import db
from deliberate.models import Assessment
from deliberate.queries.scores.studies.pledges import settled_outcomes, settled_pledges
from deliberate.queries.scores.studies.settling import settled_notes
from tests.migrations import schema_0001

ROWS = r"""
INSERT INTO assessment (id, process_id, stage, version, framework, begun_at, frozen_at, document,
  sha256) VALUES (1, 1, 'ex_ante', 1, '1.0', '2026-03-01 01:00:00', '2026-03-02 01:00:00',
  '{"stage"\:"ex_ante"}', 'abc');
INSERT INTO assessor (id, assessment_id, person_id, is_independent) VALUES (1, 1, 1, true);
INSERT INTO adjudication (id, assessment_id, question, value, reason, person_id)
VALUES (1, 1, 'DP1.1', '1', 'Separuh', 1);
INSERT INTO pledge (id, assessment_id, question, plan, action, due_on, indicator, target)
VALUES (1, 1, 'DP1.1', '', 'Tiga lokakarya', '2026-05-01', 'IN2.1', '60');
INSERT INTO pledge_outcome (id, assessment_id, pledge_id, outcome, note)
VALUES (1, 1, 1, 'kept', '');
INSERT INTO context_note (id, assessment_id, code, value, note) VALUES (1, 1, 'EN1', '2', 'baik')
"""
DRAFT = r"""
INSERT INTO person (id, sign_in_name, display_name, name_key, role, account_class, institution_id,
  area, language, research_consent, joined_at)
SELECT 2, 'budi', 'Budi', 'budi', role, account_class, institution_id, area, language,
  research_consent, joined_at FROM person WHERE id = 1;
INSERT INTO assessment (id, process_id, stage, version, framework, begun_at)
VALUES (2, 1, 'ex_ante', 2, '1.0', '2026-03-01 01:00:00');
INSERT INTO assessor (id, assessment_id, person_id, is_independent) VALUES (901, 2, 1, true);
INSERT INTO assessor (id, assessment_id, person_id, is_independent) VALUES (902, 2, 2, true);
INSERT INTO pledge (id, assessment_id, question, plan, action, due_on, indicator, target)
VALUES (901, 2, 'DP1.1', '', 'Tiga lokakarya', '2026-05-01', 'IN2.1', '60');
INSERT INTO pledge_outcome (id, assessment_id, pledge_id, outcome, note)
VALUES (901, 2, 901, 'kept', '');
INSERT INTO context_note (id, assessment_id, code, value, note) VALUES (901, 2, 'EN1', '2', 'baik')
"""
NEW_ROWS = r"""
INSERT INTO context_note (id, assessment_id, assessor_id, code, value, note)
VALUES (2, 1, 1, 'EN1', '0', 'buruk');
INSERT INTO adjudication (id, assessment_id, question, value, reason, person_id)
VALUES (2, 1, 'pledge\:DP1.1', 'none', 'x', 1)
"""


def read(query: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_shared_entries_of_a_draft_become_those_of_each_assessor(unmigrated_app):
    upgrade(revision="0001")
    schema_0001.insert_rows()
    upgrade(revision="0016")
    schema_0001.execute(DRAFT)
    upgrade()
    for table, value in (("pledge", "action"), ("context_note", "note")):
        rows = read(f"SELECT assessor_id, {value} FROM {table} ORDER BY assessor_id")
        assert [row[0] for row in rows] == [901, 902]
        assert len({row[1] for row in rows}) == 1
    outcomes = read("SELECT assessor_id, pledge_id FROM pledge_outcome ORDER BY assessor_id")
    assert outcomes == [(901, 901), (902, 901)]
    assert read("SELECT count(*) FROM assessor WHERE uses_study") == [(2,)]


def test_shared_entries_and_settlements_of_earlier_versions_count_on(unmigrated_app):
    upgrade(revision="0001")
    schema_0001.insert_rows()
    upgrade(revision="0016")
    schema_0001.execute(ROWS)
    upgrade()
    assessment = db.session.query(Assessment).one()
    assert (assessment.document, assessment.sha256) == ('{"stage":"ex_ante"}', "abc")
    assert [row.action for row in settled_pledges(assessment)] == ["Tiga lokakarya"]
    assert settled_outcomes(assessment) == {1: "kept"}
    assert [(note.code, note.value) for note in settled_notes(assessment)] == [("EN1", "2")]
    assert assessment.adjudications[0].settled_at == assessment.frozen_at
    assert assessment.assessors[0].is_named and not assessment.assessors[0].is_declared
    db.session.remove()
    schema_0001.execute(NEW_ROWS)
    downgrade(revision="0016")
    assert read("SELECT id, value FROM context_note") == [(1, "2")]
    assert read("SELECT question FROM adjudication") == [("DP1.1",)]
    with pytest.raises(IntegrityError):
        schema_0001.execute(
            "INSERT INTO context_note (id, assessment_id, code, value, note)"
            " VALUES (3, 1, 'EN1', '1', '')"
        )
