"""Assessments: two people, blind until both have saved; frozen by a hash; published by rules."""

import hashlib
from datetime import date, timedelta

import pytest
from flask_babel import force_locale

from deliberate.citivoice import Judged
from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Process, ProcessInstitution
from deliberate.operations.scores import assessment_publishing as assessment_publishing_operations
from deliberate.operations.scores import assessments as assessment_operations
from deliberate.operations.scores.assessments import Promise, Shown
from deliberate.permissions.decision import Refused
from deliberate.queries.scores import assessments as assessment_queries
from deliberate.vocabulary import EvidenceKind, Kind, PhaseKind, PledgeState, Role, Stage, Switch
from tests import factories


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


SHOWN = Shown(EvidenceKind.INTERVIEW, date(2026, 3, 1), "Wawancara 3, catatan lapangan")


def an_evaluator(office=None):
    """Somebody who assesses; of a university where no office is named."""
    return factories.staff(office or factories.an_institution(), Role.EVALUATOR)


def an_assessment(stage=Stage.EX_POST, process=None):
    """An assessment with two assessors who have rated nothing."""
    one, other = an_evaluator(), an_evaluator()
    assessment = assessment_operations.begin_assessment(
        one, process or factories.a_process(), stage
    )
    assessment_operations.join_assessment(other, assessment)
    return assessment, one, other


def judged(stage=Stage.EX_POST, first="2", second="2", process=None):
    """An assessment in which both have rated one question and saved."""
    assessment, one, other = an_assessment(stage, process)
    for person, value in ((one, first), (other, second)):
        assessment_operations.rate(person, assessment, "DP3.1", value, "catatan", SHOWN)
        assessment_operations.save_judgement(person, assessment)
    return assessment, one, other


def test_drafts_are_no_acts_freezing_and_publishing_are(app, log, clock):
    assessment, one, _other = judged()
    log()
    assessment_publishing_operations.freeze_assessment(one, assessment)
    (entry,) = log()
    assert (entry.kind, entry.details["stage"]) == (Kind.ASSESSMENT_FROZEN, "ex_post")
    assert entry.details["hash"] == hashlib.sha256(assessment.document.encode()).hexdigest()
    clock.shift(timedelta(days=15))
    assessment_publishing_operations.publish_assessment(one, assessment)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (Kind.ASSESSMENT_PUBLISHED, assessment.id)


def test_only_evaluators_assess(app):
    process = factories.a_process()
    for stranger in (
        factories.resident(),
        factories.staff(),
        factories.staff(role=Role.RESEARCHER),
    ):
        with pytest.raises(Refused, match="role"):
            assessment_operations.begin_assessment(stranger, process, Stage.EX_ANTE)
    assert (
        assessment_operations.begin_assessment(an_evaluator(), process, Stage.EX_ANTE).version == 1
    )


def test_one_of_the_two_is_not_employed_by_the_authority(app):
    office = factories.an_institution()
    process = factories.a_process(office)
    assessment = assessment_operations.begin_assessment(
        an_evaluator(office), process, Stage.EX_POST
    )
    with pytest.raises(Refused, match="employed"):
        assessment_operations.join_assessment(an_evaluator(office), assessment)
    assessment_operations.join_assessment(an_evaluator(), assessment)
    assert [part.is_independent for part in assessment.assessors] == [False, True]


def test_a_third_assessor_and_a_second_start_are_refused(app):
    assessment, one, _other = an_assessment()
    with pytest.raises(Refused, match="Two people"):
        assessment_operations.join_assessment(an_evaluator(), assessment)
    with pytest.raises(Refused, match="under way"):
        assessment_operations.begin_assessment(one, assessment.process, Stage.EX_POST)


def test_a_rating_without_evidence_is_no_evidence_never_nought(app):
    assessment, one, _other = an_assessment()
    assessment_operations.rate(one, assessment, "DP1.1", "2")
    assessment_operations.rate(one, assessment, "DP1.2", "1", evidence=SHOWN)
    said = assessment_queries.judgement_of(assessment, assessment.assessors[0])
    assert (said["DP1.1"], said["DP1.2"], said["DP1.3"]) == ("NE", "1", "NE")


def test_not_applicable_needs_a_reason(app):
    assessment, one, _other = an_assessment()
    with pytest.raises(Refused, match="does not apply"):
        assessment_operations.rate(one, assessment, "IU1.2", "NA")
    assessment_operations.rate(one, assessment, "IU1.2", "NA", "Belum ada sistem itu")
    assert assessment_queries.judgement_of(assessment, assessment.assessors[0])["IU1.2"] == "NA"


@pytest.mark.parametrize(("question", "value"), [("XX1.1", "2"), ("DP1.1", "3")])
def test_unknown_questions_and_answers_are_refused(app, question, value):
    assessment, one, _other = an_assessment()
    with pytest.raises(Refused):
        assessment_operations.rate(one, assessment, question, value)


def test_a_saved_judgement_stays_and_strangers_rate_nothing(app):
    assessment, one, _other = judged()
    for person in (one, an_evaluator()):
        with pytest.raises(Refused):
            assessment_operations.rate(person, assessment, "DP3.1", "0")


def test_differences_are_adjudicated_with_a_reason_and_originals_stay(app):
    assessment, one, _other = judged(first="2", second="0")
    assert assessment_queries.undecided(assessment) == ["DP3.1"]
    with pytest.raises(Refused, match="nothing is open"):
        assessment_publishing_operations.freeze_assessment(one, assessment)
    with pytest.raises(Refused, match="reason"):
        assessment_operations.adjudicate(one, assessment, "DP3.1", "1", " ")
    assessment_operations.adjudicate(
        an_evaluator(), assessment, "DP3.1", "1", "Separuh proyek saja"
    )
    assert assessment_queries.settled(assessment)["DP3.1"] == "1"
    assert [part.ratings[0].value for part in assessment.assessors] == ["2", "0"]
    with pytest.raises(Refused, match="do not differ"):
        assessment_operations.adjudicate(one, assessment, "DP3.2", "1", "Tidak perlu")


def test_agreement_counts_only_what_both_rated(app):
    assessment, one, other = an_assessment()
    for question, first, second in (("DP1.1", "0", "0"), ("DP1.2", "2", "2"), ("DP1.3", "1", "2")):
        assessment_operations.rate(one, assessment, question, first, evidence=SHOWN)
        assessment_operations.rate(other, assessment, question, second, evidence=SHOWN)
    assessment_operations.rate(one, assessment, "IU2.1", "1", evidence=SHOWN)
    for person in (one, other):
        assessment_operations.save_judgement(person, assessment)
    kappa, n = assessment_queries.agreement(assessment)
    assert (round(kappa, 4), n) == (0.8, 3)


def test_nothing_changes_after_freezing(app):
    assessment, one, other = judged()
    assessment_publishing_operations.freeze_assessment(one, assessment)
    for attempt in (
        lambda: assessment_publishing_operations.freeze_assessment(one, assessment),
        lambda: assessment_operations.note_context(one, assessment, {"EN1": ("2", "baik")}),
        lambda: assessment_operations.rate(other, assessment, "DP3.1", "0"),
    ):
        with pytest.raises(Refused):
            attempt()
    assert (
        assessment_operations.begin_assessment(one, assessment.process, Stage.EX_POST).version == 2
    )


def test_a_plan_begun_after_the_start_is_marked_late_and_frozen_by_hand(app, log):
    plan = assessment_operations.begin_assessment(
        an_evaluator(), factories.a_process(), Stage.EX_ANTE
    )
    assert assessment_queries.is_late(plan)
    log()
    assert assessment_publishing_operations.freeze_due_plans() == 0
    assert log() == []


def test_a_plan_ends_with_the_opening_and_the_system_freezes_it(app, log, clock):
    _process, one, plan = a_plan_before()
    clock.shift(timedelta(days=3))
    with pytest.raises(Refused, match="has opened"):
        assessment_operations.rate(one, plan, "DP1.1", "1")
    log()
    assert assessment_publishing_operations.freeze_due_plans() == 1
    (entry,) = log()
    assert (entry.kind, entry.actor_role) == (Kind.ASSESSMENT_FROZEN, Role.SYSTEM)
    assert assessment_publishing_operations.freeze_due_plans() == 0


def a_plan_before():
    """A plan with one saved part and one pledge, for a process that opens in two days."""
    process = factories.a_process(factories.an_institution())
    factories.phase(process, PhaseKind.DISCUSSION, now() + timedelta(days=2), 30, *Switch)
    one = an_evaluator()
    plan = assessment_operations.begin_assessment(one, process, Stage.EX_ANTE)
    told = Promise("Tiga lokakarya", "Lokakarya di tiga kelurahan", date(2026, 4, 1))
    assessment_operations.promise(one, plan, "DP1.1", told)
    assessment_operations.rate(one, plan, "DP1.1", "2", evidence=SHOWN)
    assessment_operations.rate(one, plan, "DP1.2", "1", evidence=SHOWN)
    assessment_operations.save_judgement(one, plan)
    return process, one, plan


def test_a_process_that_is_only_planned_can_be_assessed_and_its_plan_is_in_time(app, clock):
    process = factories.a_process()
    with unrecorded("test settings") as session:
        session.get_one(Process, process.id).opened_at = None
    plan = assessment_operations.begin_assessment(an_evaluator(), process, Stage.EX_ANTE)
    assert process in assessment_queries.processes_to_assess() and not assessment_queries.is_late(
        plan
    )
    clock.shift(timedelta(days=1))
    with unrecorded("test settings") as session:
        session.get_one(Process, process.id).opened_at = now()
    clock.shift(timedelta(hours=1))
    assert assessment_publishing_operations.freeze_due_plans() == 1


def test_every_institution_replies_or_the_time_is_over(app, clock):
    offices = [factories.an_institution(), factories.an_institution()]
    process = factories.a_process(offices[0])
    with unrecorded("test settings") as session:
        part = ProcessInstitution(institution_id=offices[1].id, part="consulted")
        session.get_one(Process, process.id).institutions.append(part)
    assessment, one, _other = judged(process=process)
    assessment_publishing_operations.freeze_assessment(one, assessment)
    assessment_publishing_operations.reply_to(
        factories.staff(offices[0]), assessment, "Kami setuju."
    )
    with pytest.raises(Refused, match="may reply"):
        assessment_publishing_operations.publish_assessment(one, assessment)
    assessment_publishing_operations.reply_to(factories.staff(offices[1]), assessment, "Kami juga.")
    assessment_publishing_operations.publish_assessment(one, assessment)
    assert assessment.is_public


def test_institutions_reply_between_freezing_and_publication(app, clock):
    office = factories.an_institution()
    assessment, one, _other = judged(process=factories.a_process(office))
    officer = factories.staff(office)
    with pytest.raises(Refused, match="after freezing"):
        assessment_publishing_operations.reply_to(officer, assessment, "Kami keberatan.")
    assessment_publishing_operations.freeze_assessment(one, assessment)
    with pytest.raises(Refused, match="Only institutions"):
        assessment_publishing_operations.reply_to(factories.staff(), assessment, "Saya juga.")
    with pytest.raises(Refused, match="may reply"):
        assessment_publishing_operations.publish_assessment(one, assessment)
    assessment_publishing_operations.reply_to(officer, assessment, "Kami menerima temuan ini.")
    assessment_publishing_operations.publish_assessment(one, assessment)
    with pytest.raises(Refused, match="before publication"):
        assessment_publishing_operations.reply_to(officer, assessment, "Terlambat.")


def test_planned_and_judged_stand_beside_the_log(app, clock):
    process, one, plan = a_plan_before()
    assessment_publishing_operations.freeze_assessment(one, plan)
    assert assessment_queries.judged_of(process.id) == {"DP1": Judged(0.75, None, 1)}
    assessment, after, other = an_assessment(process=process)
    for question in ("DP1.1", "DP1.2"):
        for person in (after, other):
            assessment_operations.rate(person, assessment, question, "1", evidence=SHOWN)
    (pledge,) = assessment_queries.open_pledges(process.id)
    assessment_operations.find_outcomes(
        after, assessment, [(pledge, PledgeState.LATE, "Dua pekan")]
    )
    for person in (after, other):
        assessment_operations.save_judgement(person, assessment)
    assessment_publishing_operations.freeze_assessment(after, assessment)
    assert assessment_queries.judged_of(process.id) == {"DP1": Judged(0.75, None, 1)}
    clock.shift(timedelta(days=15))
    assessment_publishing_operations.publish_assessment(after, assessment)
    assert assessment_queries.judged_of(process.id) == {"DP1": Judged(0.75, 0.5, 2)}
    found = assessment_queries.public_assessments(process.id)
    assert assessment_queries.pledge_counts(found, date(2026, 6, 1)) == {"late": 1}


def test_pledges_are_made_before_and_need_words(app):
    assessment, one, _other = an_assessment()
    with pytest.raises(Refused, match="before a process"):
        assessment_operations.promise(
            one, assessment, "DP1.1", Promise("", "Apa", date(2026, 4, 1))
        )
    plan, one, _other = an_assessment(Stage.EX_ANTE)
    with pytest.raises(Refused, match="what is promised"):
        assessment_operations.promise(one, plan, "DP1.1", Promise("", " ", date(2026, 4, 1)))
