"""Assessments: independent ratings, adjudication, freezing, replies and publication."""

import hashlib
from datetime import date, timedelta

import pytest
from flask_babel import force_locale

from deliberate.citivoice import Judged
from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Process, ProcessInstitution
from deliberate.operations.scores.assessment_publishing import (
    freeze_assessment,
    freeze_due_plans,
    publish_assessment,
    reply_to_assessment,
)
from deliberate.operations.scores.assessments import (
    EvidenceInput,
    PledgeInput,
    RatingInput,
    begin_assessment,
    join_assessment,
    rate_questions,
    record_pledge_outcomes,
    save_judgement,
    write_context_notes,
    write_pledges,
)
from deliberate.operations.scores.settling import adjudicate_difference
from deliberate.permissions.decision import Refused
from deliberate.queries.scores.assessments import (
    assessable_processes,
    assessor_agreement,
    is_late_plan,
    judged_criteria,
    judgement_by,
    public_assessments,
    settled_values,
)
from deliberate.queries.scores.studies.pledges import count_pledges_by_state, pledges_in_force
from deliberate.queries.scores.studies.settling import settled_notes, unresolved_differences
from deliberate.vocabulary import (
    AssessmentStage,
    EvidenceKind,
    PhaseKind,
    PhaseSwitch,
    PledgeState,
    Role,
)
from deliberate.vocabulary.events.scores import AssessmentFrozen, AssessmentPublished
from tests import factories


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


EVIDENCE = EvidenceInput(EvidenceKind.INTERVIEW, date(2026, 3, 1), "Wawancara 3, catatan lapangan")


def rate_question(assessor, assessment, question, value, reason="", evidence=None):
    """Answer one question."""
    rate_questions(assessor, assessment, [RatingInput(question, value, reason, evidence)])


def create_evaluator(institution=None):
    """Return an evaluator of an institution, by default a new one."""
    return factories.create_staff(institution or factories.create_institution(), Role.EVALUATOR)


def create_assessment(stage=AssessmentStage.EX_POST, process=None):
    """Return an assessment and its two assessors, who have rated nothing."""
    assessor, second_assessor = create_evaluator(), create_evaluator()
    assessment = begin_assessment(assessor, process or factories.create_process(), stage)
    join_assessment(second_assessor, assessment)
    return assessment, assessor, second_assessor


def create_judgement(stage=AssessmentStage.EX_POST, first="2", second="2", process=None):
    """Return an assessment in which both assessors have rated one question and saved."""
    assessment, assessor, second_assessor = create_assessment(stage, process)
    for person, value in ((assessor, first), (second_assessor, second)):
        rate_question(person, assessment, "DP3.1", value, "catatan", EVIDENCE)
        save_judgement(person, assessment)
    return assessment, assessor, second_assessor


def test_assessment_drafting_is_not_logged_but_freezing_and_publishing_are(app, log, clock):
    assessment, assessor, _second_assessor = create_judgement()
    log()
    freeze_assessment(assessor, assessment)
    (entry,) = log()
    assert (entry.kind, entry.details["stage"]) == (AssessmentFrozen.KIND, "ex_post")
    assert entry.details["hash"] == hashlib.sha256(assessment.document.encode()).hexdigest()
    clock.shift(timedelta(days=15))
    publish_assessment(assessor, assessment)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (AssessmentPublished.KIND, assessment.id)


def test_assessment_is_begun_by_evaluators_only(app):
    process = factories.create_process()
    for person in (
        factories.create_resident(),
        factories.create_staff(),
        factories.create_staff(role=Role.RESEARCHER),
    ):
        with pytest.raises(Refused, match="role"):
            begin_assessment(person, process, AssessmentStage.EX_ANTE)
    assert begin_assessment(create_evaluator(), process, AssessmentStage.EX_ANTE).version == 1


def test_assessment_needs_one_assessor_independent_of_the_authority(app):
    institution = factories.create_institution()
    process = factories.create_process(institution)
    assessment = begin_assessment(create_evaluator(institution), process, AssessmentStage.EX_POST)
    with pytest.raises(Refused, match="employed"):
        join_assessment(create_evaluator(institution), assessment)
    join_assessment(create_evaluator(), assessment)
    assert [row.is_independent for row in assessment.assessors] == [False, True]


def test_assessment_refuses_a_third_assessor_and_a_parallel_assessment(app):
    assessment, assessor, _second_assessor = create_assessment()
    with pytest.raises(Refused, match="Two people"):
        join_assessment(create_evaluator(), assessment)
    with pytest.raises(Refused, match="under way"):
        begin_assessment(assessor, assessment.process, AssessmentStage.EX_POST)


def test_rating_without_evidence_counts_as_no_evidence(app):
    assessment, assessor, _second_assessor = create_assessment()
    rate_question(assessor, assessment, "DP1.4", "2")
    rate_question(assessor, assessment, "DP1.2", "1", evidence=EVIDENCE)
    values = judgement_by(assessment, assessment.assessors[0])
    assert (values["DP1.4"], values["DP1.2"], values["DP1.3"]) == ("NE", "1", "NE")


def test_rating_not_applicable_requires_a_reason(app):
    assessment, assessor, _second_assessor = create_assessment()
    with pytest.raises(Refused, match="does not apply"):
        rate_question(assessor, assessment, "IU1.2", "NA")
    rate_question(assessor, assessment, "IU1.2", "NA", "Belum ada sistem itu")
    assert judgement_by(assessment, assessment.assessors[0])["IU1.2"] == "NA"


@pytest.mark.parametrize(("question", "value"), [("XX1.1", "2"), ("DP1.4", "3")])
def test_rating_refuses_unknown_questions_and_values(app, question, value):
    assessment, assessor, _second_assessor = create_assessment()
    with pytest.raises(Refused):
        rate_question(assessor, assessment, question, value)


def test_rating_is_refused_after_saving_and_for_other_evaluators(app):
    assessment, assessor, _second_assessor = create_judgement()
    for person in (assessor, create_evaluator()):
        with pytest.raises(Refused):
            rate_question(person, assessment, "DP3.1", "0")


def test_adjudication_requires_a_reason_and_leaves_ratings_unchanged(app):
    assessment, assessor, _second_assessor = create_judgement(first="2", second="0")
    assert unresolved_differences(assessment) == ["DP3.1"]
    with pytest.raises(Refused, match="nothing is open"):
        freeze_assessment(assessor, assessment)
    with pytest.raises(Refused, match="reason"):
        adjudicate_difference(assessor, assessment, "DP3.1", "1", " ")
    adjudicate_difference(create_evaluator(), assessment, "DP3.1", "1", "Separuh proyek saja")
    assert settled_values(assessment)["DP3.1"] == "1"
    assert [row.ratings[0].value for row in assessment.assessors] == ["2", "0"]
    with pytest.raises(Refused, match="do not differ"):
        adjudicate_difference(assessor, assessment, "DP3.2", "1", "Tidak perlu")


def test_assessor_agreement_counts_questions_rated_by_both(app):
    assessment, assessor, second_assessor = create_assessment()
    for question, first, second in (("DP1.4", "0", "0"), ("DP1.2", "2", "2"), ("DP1.3", "1", "2")):
        rate_question(assessor, assessment, question, first, evidence=EVIDENCE)
        rate_question(second_assessor, assessment, question, second, evidence=EVIDENCE)
    rate_question(assessor, assessment, "IU2.2", "1", evidence=EVIDENCE)
    for person in (assessor, second_assessor):
        save_judgement(person, assessment)
    agreement = assessor_agreement(assessment)
    assert (round(agreement.kappa, 4), agreement.n, agreement.equal) == (0.8, 3, 2)


def test_frozen_assessment_refuses_changes(app):
    assessment, assessor, second_assessor = create_judgement()
    freeze_assessment(assessor, assessment)
    for change in (
        lambda: freeze_assessment(assessor, assessment),
        lambda: write_context_notes(assessor, assessment, {"EN1": ("2", "baik")}),
        lambda: rate_question(second_assessor, assessment, "DP3.1", "0"),
    ):
        with pytest.raises(Refused):
            change()
    assert begin_assessment(assessor, assessment.process, AssessmentStage.EX_POST).version == 2


def test_late_plan_is_not_frozen_automatically(app, log):
    plan = begin_assessment(create_evaluator(), factories.create_process(), AssessmentStage.EX_ANTE)
    assert is_late_plan(plan)
    log()
    assert freeze_due_plans() == 0
    assert log() == []


def test_plan_is_frozen_by_the_system_when_the_process_opens(app, log, clock):
    _process, assessor, plan = create_plan()
    clock.shift(timedelta(days=3))
    with pytest.raises(Refused, match="has opened"):
        rate_question(assessor, plan, "DP1.4", "1")
    log()
    assert freeze_due_plans() == 1
    (entry,) = log()
    assert (entry.kind, entry.actor_role) == (AssessmentFrozen.KIND, Role.SYSTEM)
    assert freeze_due_plans() == 0


def create_plan():
    """Return a process opening in two days, an assessor, and their saved plan with one pledge."""
    process = factories.create_process(factories.create_institution())
    factories.add_phase(process, PhaseKind.DISCUSSION, now() + timedelta(days=2), 30, *PhaseSwitch)
    assessor, second_assessor = create_evaluator(), create_evaluator()
    plan = begin_assessment(assessor, process, AssessmentStage.EX_ANTE)
    join_assessment(second_assessor, plan)
    pledge_input = PledgeInput("Tiga lokakarya", "Lokakarya di tiga kelurahan", date(2026, 4, 1))
    for person in (assessor, second_assessor):
        write_pledges(person, plan, {"DP1.4": pledge_input})
        rate_question(person, plan, "DP1.4", "2", evidence=EVIDENCE)
        rate_question(person, plan, "DP1.2", "1", evidence=EVIDENCE)
        save_judgement(person, plan)
    return process, assessor, plan


def test_planned_process_can_be_assessed_in_time(app, clock):
    process = factories.create_process()
    with unrecorded("test settings") as session:
        session.get_one(Process, process.id).opened_at = None
    assessor = create_evaluator()
    plan = begin_assessment(assessor, process, AssessmentStage.EX_ANTE)
    rate_question(assessor, plan, "DP1.4", "2", evidence=EVIDENCE)
    save_judgement(assessor, plan)
    assert process in assessable_processes() and not is_late_plan(plan)
    clock.shift(timedelta(days=1))
    with unrecorded("test settings") as session:
        session.get_one(Process, process.id).opened_at = now()
    clock.shift(timedelta(hours=1))
    assert freeze_due_plans() == 1


def test_assessment_is_published_after_all_replies_or_the_deadline(app, clock):
    institutions = [factories.create_institution(), factories.create_institution()]
    process = factories.create_process(institutions[0])
    with unrecorded("test settings") as session:
        participation = ProcessInstitution(institution_id=institutions[1].id, part="consulted")
        session.get_one(Process, process.id).institutions.append(participation)
    assessment, assessor, _second_assessor = create_judgement(process=process)
    freeze_assessment(assessor, assessment)
    reply_to_assessment(factories.create_staff(institutions[0]), assessment, "Kami setuju.")
    with pytest.raises(Refused, match="may reply"):
        publish_assessment(assessor, assessment)
    reply_to_assessment(factories.create_staff(institutions[1]), assessment, "Kami juga.")
    publish_assessment(assessor, assessment)
    assert assessment.is_visible_to(None)


def test_assessment_reply_is_allowed_between_freezing_and_publication(app, clock):
    institution = factories.create_institution()
    assessment, assessor, _second_assessor = create_judgement(
        process=factories.create_process(institution)
    )
    officer = factories.create_staff(institution)
    with pytest.raises(Refused, match="after freezing"):
        reply_to_assessment(officer, assessment, "Kami keberatan.")
    freeze_assessment(assessor, assessment)
    with pytest.raises(Refused, match="Only institutions"):
        reply_to_assessment(factories.create_staff(), assessment, "Saya juga.")
    with pytest.raises(Refused, match="may reply"):
        publish_assessment(assessor, assessment)
    reply_to_assessment(officer, assessment, "Kami menerima temuan ini.")
    publish_assessment(assessor, assessment)
    with pytest.raises(Refused, match="before publication"):
        reply_to_assessment(officer, assessment, "Terlambat.")


def test_judged_criteria_hold_planned_and_judged_scores(app, clock):
    process, assessor, plan = create_plan()
    freeze_assessment(assessor, plan)
    assert judged_criteria(process.id) == {"DP1": Judged(0.75, None, 2)}
    assessment, assessor_after, second_assessor = create_assessment(process=process)
    for question in ("DP1.4", "DP1.2"):
        for person in (assessor_after, second_assessor):
            rate_question(person, assessment, question, "1", evidence=EVIDENCE)
    (pledge,) = pledges_in_force(process.id)
    for person in (assessor_after, second_assessor):
        record_pledge_outcomes(person, assessment, [(pledge, PledgeState.LATE, "Dua pekan")])
        save_judgement(person, assessment)
    freeze_assessment(assessor_after, assessment)
    assert judged_criteria(process.id) == {"DP1": Judged(0.75, None, 2)}
    clock.shift(timedelta(days=15))
    publish_assessment(assessor_after, assessment)
    assert judged_criteria(process.id) == {"DP1": Judged(0.75, 0.5, 2)}
    assessments = public_assessments(process.id)
    assert count_pledges_by_state(assessments, date(2026, 6, 1)) == {"late": 1}


def test_pledge_requires_a_plan_assessment_and_a_text(app):
    assessment, assessor, _second_assessor = create_assessment()
    with pytest.raises(Refused, match="before a process"):
        write_pledges(assessor, assessment, {"DP1.4": PledgeInput("", "Apa", date(2026, 4, 1))})
    plan, assessor, _second_assessor = create_assessment(AssessmentStage.EX_ANTE)
    with pytest.raises(Refused, match="what is promised"):
        write_pledges(assessor, plan, {"DP1.4": PledgeInput("", " ", date(2026, 4, 1))})


def test_third_person_who_settles_is_not_employed_by_the_authority(app):
    institution = factories.create_institution()
    assessment, _first, _second = create_judgement(
        first="0", second="2", process=factories.create_process(institution)
    )
    with pytest.raises(Refused, match="employed by the authority"):
        adjudicate_difference(create_evaluator(institution), assessment, "DP3.1", "2", "baik")
    adjudicate_difference(create_evaluator(), assessment, "DP3.1", "1", "separuh")


def test_factor_settled_by_number_is_that_assessors_even_if_empty(app):
    assessment, first, second = create_assessment()
    for person in (first, second):
        rate_question(person, assessment, "DP3.1", "2", "", EVIDENCE)
    write_context_notes(second, assessment, {"legal": ("kuat", "catatan")})
    for person in (first, second):
        save_judgement(person, assessment)
    adjudicate_difference(create_evaluator(), assessment, "legal", "1", "tidak terbukti")
    assert [(row.code, row.value) for row in settled_notes(assessment)] == [("legal", "")]
