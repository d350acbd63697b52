"""Planned, judged and logged scores side by side, and practices of other processes."""

from datetime import date, timedelta

import pytest
from flask_babel import force_locale

from deliberate.database import db
from deliberate.operations.scores.assessment_publishing import freeze_assessment, publish_assessment
from deliberate.operations.scores.assessments import save_judgement, write_practices
from deliberate.operations.scores.questionnaires import (
    answer_questionnaire,
    open_questionnaire,
    publish_closed_questionnaires,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.queries.scores.planned_judged_logged import (
    MAX_PRACTICES,
    criteria_side_by_side,
    practices_elsewhere,
)
from deliberate.vocabulary import AssessmentStage, QuestionnaireAudience, Role
from tests import factories
from tests.scores.questionnaires.test_questionnaires import answers_of, take_part
from tests.scores.test_assessments import (
    EVIDENCE,
    create_assessment,
    create_judgement,
    rate_question,
)
from tests.statement_counter import record_queries

TODAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def publish_judgement(clock, value, practices=None, process=None, questions=("DP3.1", "DP3.2")):
    """Publish a judgement in which both assessors gave one value to all questions; return its
    process.
    """
    assessment, assessor, second_assessor = create_assessment(AssessmentStage.EX_POST, process)
    for person in (assessor, second_assessor):
        for question in questions:
            rate_question(person, assessment, question, value, evidence=EVIDENCE)
        save_judgement(person, assessment)
    write_practices(assessor, assessment, practices or {})
    freeze_assessment(assessor, assessment)
    clock.shift(timedelta(days=15))
    publish_assessment(assessor, assessment)
    return assessment.process


def criteria_of(process):
    return criteria_side_by_side(process, compute_scores(process).to_dict(), "en", TODAY)


def test_criteria_are_empty_without_assessments(app):
    criteria = criteria_of(factories.create_process())
    assert (criteria.categories, criteria.is_assessed) == ([], False)


def test_unscored_criterion_shows_its_context_figure(app, clock):
    process = publish_judgement(clock, "1", questions=("CC1.2", "IU2.2"))
    (co_creators, users) = criteria_of(process).categories
    ((meetings,), (releases,)) = (category.criteria[0].figures for category in (co_creators, users))
    assert (meetings.id, meetings.state) == ("meetings", "not_enough_data")
    assert (releases.state, releases.numerator) == ("count", 0)
    assert [category.criteria[0].disagrees for category in (co_creators, users)] == [None, None]


def test_criterion_row_has_scores_grade_and_source(app, clock):
    process = publish_judgement(clock, "1")
    (category,) = criteria_of(process).categories
    (row,) = category.criteria
    assert (category.id, row.id, row.source, row.assessor_count) == ("DP", "DP3", "judged", 2)
    assert (row.planned, row.judged, row.logged) == (None, 50, None)
    assert (row.grade, row.disagrees, row.is_weak) == ("B", None, False)


def test_weak_criterion_shows_practices_of_strong_processes(app, clock):
    weak = publish_judgement(clock, "0")
    strong = publish_judgement(clock, "2", {"DP3": "Setiap proyek memuat nomor usulan."})
    (practice,) = criteria_of(weak).practices["DP3"]
    assert (practice.process, practice.body) == (strong, "Setiap proyek memuat nomor usulan.")
    assert criteria_of(strong).practices == {}


def test_practices_of_processes_without_strong_judgement_are_not_shown(app, clock):
    weak = publish_judgement(clock, "0")
    publish_judgement(clock, "1", {"DP3": "Kami mencobanya."})
    assert practices_elsewhere(weak.id, ["DP3"]) == {}


def test_practices_require_a_judgement_and_a_known_criterion(app, clock):
    plan, assessor, _second_assessor = create_assessment(AssessmentStage.EX_ANTE)
    with pytest.raises(Refused, match="after a process"):
        write_practices(assessor, plan, {"DP3": "Terlalu dini"})
    judgement, assessor, _second_assessor = create_assessment()
    with pytest.raises(Refused, match="both have saved"):
        write_practices(assessor, judgement, {"DP3": "Terlalu dini"})
    judgement, assessor, _second_assessor = create_judgement()
    with pytest.raises(Refused, match="no such criterion"):
        write_practices(assessor, judgement, {"XX9": "Entah"})
    write_practices(assessor, judgement, {"DP3": "Nomor usulan", "CC1": "Rapat"})
    write_practices(assessor, judgement, {"DP3": " "})
    assert [practice.criterion for practice in judgement.practices] == ["CC1"]


def test_practices_elsewhere_use_a_constant_number_of_queries(app, clock):
    weak = publish_judgement(clock, "0")
    for _ in range(4):
        publish_judgement(clock, "2", {"DP3": "Setiap proyek memuat nomor usulan."})
    db.session.expire_all()
    process_id = weak.id
    with record_queries() as queries:
        practices = practices_elsewhere(process_id, ["DP3"])
    assert len(practices["DP3"]) == MAX_PRACTICES
    assert len(queries) <= 6


def test_answers_of_people_stand_beside_their_criterion_and_move_no_score(app, clock):
    process = publish_judgement(clock, "2")
    admin, proposal = factories.create_staff(role=Role.ADMIN), factories.create_proposal(process)
    people = [take_part(proposal) for _ in range(12)]
    clock.shift(timedelta(days=60))
    questionnaire = open_questionnaire(admin, process, QuestionnaireAudience.PARTICIPANTS, 14)
    for person in people:
        answer_questionnaire(person, questionnaire, answers_of(questionnaire, 1, P10=5))
    clock.shift(timedelta(days=20))
    before = criteria_of(process).categories[0].criteria[0]
    publish_closed_questionnaires()
    rows = [row for category in criteria_of(process).categories for row in category.criteria]
    (row,) = [row for row in rows if row.id == before.id]
    assert [(f.question.id, f.agreed, f.people) for f in row.experienced] == [
        ("P9", 0, 12),
        ("P10", 12, 12),
    ]
    assert (row.planned, row.judged, row.logged) == (before.planned, before.judged, before.logged)


def test_answers_of_people_are_shown_where_nothing_was_judged(app, clock):
    process = factories.create_process(days=10)
    admin, proposal = factories.create_staff(role=Role.ADMIN), factories.create_proposal(process)
    people = [take_part(proposal) for _ in range(10)]
    clock.shift(timedelta(days=11))
    questionnaire = open_questionnaire(admin, process, QuestionnaireAudience.PARTICIPANTS, 14)
    for person in people:
        answer_questionnaire(person, questionnaire, answers_of(questionnaire, 4))
    clock.shift(timedelta(days=20))
    publish_closed_questionnaires()
    rows = {row.id: row for group in criteria_of(process).categories for row in group.criteria}
    assert len(rows["DP3"].experienced) == 2
    assert (rows["DP3"].planned, rows["DP3"].judged, rows["DP3"].logged) == (None, None, None)
