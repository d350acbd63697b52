"""Assessments: two people, blind until both have saved; frozen by a hash; published by rules."""

import hashlib
from datetime import date, timedelta

import pytest
from flask_babel import force_locale

from deliberate.citivoice import Judged
from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Process, ProcessInstitution
from deliberate.operations import assessed, assessments
from deliberate.operations.assessments import Promise, Shown
from deliberate.permissions import Refused
from deliberate.queries import assessments as queries
from deliberate.vocabulary import EvidenceKind, Kind, PhaseKind, PledgeState, Role, Stage, Switch
from tests import city


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


SHOWN = Shown(EvidenceKind.INTERVIEW, date(2026, 3, 1), "Wawancara 3, catatan lapangan")


def an_evaluator(office=None):
    """Somebody who assesses; of a university where no office is named."""
    return city.staff(office or city.an_institution(), Role.EVALUATOR)


def an_assessment(stage=Stage.EX_POST, process=None):
    """An assessment with two assessors who have rated nothing."""
    one, other = an_evaluator(), an_evaluator()
    assessment = assessments.begin_assessment(one, process or city.a_process(), stage)
    assessments.join_assessment(other, assessment)
    return assessment, one, other


def judged(stage=Stage.EX_POST, first="2", second="2", process=None):
    """An assessment in which both have rated one question and saved."""
    assessment, one, other = an_assessment(stage, process)
    for person, value in ((one, first), (other, second)):
        assessments.rate(person, assessment, "DP3.1", value, "catatan", SHOWN)
        assessments.save_judgement(person, assessment)
    return assessment, one, other


def test_drafts_are_no_acts_freezing_and_publishing_are(app, log, clock):
    assessment, one, _other = judged()
    log()
    assessed.freeze_assessment(one, assessment)
    (entry,) = log()
    assert (entry.kind, entry.details["stage"]) == (Kind.ASSESSMENT_FROZEN, "ex_post")
    assert entry.details["hash"] == hashlib.sha256(assessment.document.encode()).hexdigest()
    clock.shift(timedelta(days=15))
    assessed.publish_assessment(one, assessment)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (Kind.ASSESSMENT_PUBLISHED, assessment.id)


def test_only_evaluators_assess(app):
    process = city.a_process()
    for stranger in (city.resident(), city.staff(), city.staff(role=Role.RESEARCHER)):
        with pytest.raises(Refused, match="role"):
            assessments.begin_assessment(stranger, process, Stage.EX_ANTE)
    assert assessments.begin_assessment(an_evaluator(), process, Stage.EX_ANTE).version == 1


def test_one_of_the_two_is_not_employed_by_the_authority(app):
    office = city.an_institution()
    process = city.a_process(office)
    assessment = assessments.begin_assessment(an_evaluator(office), process, Stage.EX_POST)
    with pytest.raises(Refused, match="employed"):
        assessments.join_assessment(an_evaluator(office), assessment)
    assessments.join_assessment(an_evaluator(), assessment)
    assert [part.is_independent for part in assessment.assessors] == [False, True]


def test_a_third_assessor_and_a_second_start_are_refused(app):
    assessment, one, _other = an_assessment()
    with pytest.raises(Refused, match="Two people"):
        assessments.join_assessment(an_evaluator(), assessment)
    with pytest.raises(Refused, match="under way"):
        assessments.begin_assessment(one, assessment.process, Stage.EX_POST)


def test_a_rating_without_evidence_is_no_evidence_never_nought(app):
    assessment, one, _other = an_assessment()
    assessments.rate(one, assessment, "DP1.1", "2")
    assessments.rate(one, assessment, "DP1.2", "1", evidence=SHOWN)
    said = queries.judgement_of(assessment, assessment.assessors[0])
    assert (said["DP1.1"], said["DP1.2"], said["DP1.3"]) == ("NE", "1", "NE")


def test_not_applicable_needs_a_reason(app):
    assessment, one, _other = an_assessment()
    with pytest.raises(Refused, match="does not apply"):
        assessments.rate(one, assessment, "IU1.2", "NA")
    assessments.rate(one, assessment, "IU1.2", "NA", "Belum ada sistem itu")
    assert queries.judgement_of(assessment, assessment.assessors[0])["IU1.2"] == "NA"


@pytest.mark.parametrize(("question", "value"), [("XX1.1", "2"), ("DP1.1", "3")])
def test_unknown_questions_and_answers_are_refused(app, question, value):
    assessment, one, _other = an_assessment()
    with pytest.raises(Refused):
        assessments.rate(one, assessment, question, value)


def test_a_saved_judgement_stays_and_strangers_rate_nothing(app):
    assessment, one, _other = judged()
    for person in (one, an_evaluator()):
        with pytest.raises(Refused):
            assessments.rate(person, assessment, "DP3.1", "0")


def test_differences_are_adjudicated_with_a_reason_and_originals_stay(app):
    assessment, one, _other = judged(first="2", second="0")
    assert queries.undecided(assessment) == ["DP3.1"]
    with pytest.raises(Refused, match="nothing is open"):
        assessed.freeze_assessment(one, assessment)
    with pytest.raises(Refused, match="reason"):
        assessments.adjudicate(one, assessment, "DP3.1", "1", " ")
    assessments.adjudicate(an_evaluator(), assessment, "DP3.1", "1", "Separuh proyek saja")
    assert queries.settled(assessment)["DP3.1"] == "1"
    assert [part.ratings[0].value for part in assessment.assessors] == ["2", "0"]
    with pytest.raises(Refused, match="do not differ"):
        assessments.adjudicate(one, assessment, "DP3.2", "1", "Tidak perlu")


def test_agreement_counts_only_what_both_rated(app):
    assessment, one, other = an_assessment()
    for question, first, second in (("DP1.1", "0", "0"), ("DP1.2", "2", "2"), ("DP1.3", "1", "2")):
        assessments.rate(one, assessment, question, first, evidence=SHOWN)
        assessments.rate(other, assessment, question, second, evidence=SHOWN)
    assessments.rate(one, assessment, "IU2.1", "1", evidence=SHOWN)
    for person in (one, other):
        assessments.save_judgement(person, assessment)
    kappa, n = queries.agreement(assessment)
    assert (round(kappa, 4), n) == (0.8, 3)


def test_nothing_changes_after_freezing(app):
    assessment, one, other = judged()
    assessed.freeze_assessment(one, assessment)
    for attempt in (
        lambda: assessed.freeze_assessment(one, assessment),
        lambda: assessments.note_context(one, assessment, {"EN1": ("2", "baik")}),
        lambda: assessments.rate(other, assessment, "DP3.1", "0"),
    ):
        with pytest.raises(Refused):
            attempt()
    assert assessments.begin_assessment(one, assessment.process, Stage.EX_POST).version == 2


def test_a_plan_begun_after_the_start_is_marked_late_and_frozen_by_hand(app, log):
    plan = assessments.begin_assessment(an_evaluator(), city.a_process(), Stage.EX_ANTE)
    assert queries.is_late(plan)
    log()
    assert assessed.freeze_due_plans() == 0
    assert log() == []


def test_a_plan_ends_with_the_opening_and_the_system_freezes_it(app, log, clock):
    _process, one, plan = a_plan_before()
    clock.shift(timedelta(days=3))
    with pytest.raises(Refused, match="has opened"):
        assessments.rate(one, plan, "DP1.1", "1")
    log()
    assert assessed.freeze_due_plans() == 1
    (entry,) = log()
    assert (entry.kind, entry.actor_role) == (Kind.ASSESSMENT_FROZEN, Role.SYSTEM)
    assert assessed.freeze_due_plans() == 0


def a_plan_before():
    """A plan with one saved part and one pledge, for a process that opens in two days."""
    process = city.a_process(city.an_institution())
    city.phase(process, PhaseKind.DISCUSSION, now() + timedelta(days=2), 30, *Switch)
    one = an_evaluator()
    plan = assessments.begin_assessment(one, process, Stage.EX_ANTE)
    told = Promise("Tiga lokakarya", "Lokakarya di tiga kelurahan", date(2026, 4, 1))
    assessments.promise(one, plan, "DP1.1", told)
    assessments.rate(one, plan, "DP1.1", "2", evidence=SHOWN)
    assessments.rate(one, plan, "DP1.2", "1", evidence=SHOWN)
    assessments.save_judgement(one, plan)
    return process, one, plan


def test_a_process_that_is_only_planned_can_be_assessed_and_its_plan_is_in_time(app, clock):
    process = city.a_process()
    with unrecorded("test settings") as session:
        session.get_one(Process, process.id).opened_at = None
    plan = assessments.begin_assessment(an_evaluator(), process, Stage.EX_ANTE)
    assert process in queries.processes_to_assess() and not queries.is_late(plan)
    clock.shift(timedelta(days=1))
    with unrecorded("test settings") as session:
        session.get_one(Process, process.id).opened_at = now()
    clock.shift(timedelta(hours=1))
    assert assessed.freeze_due_plans() == 1


def test_every_institution_replies_or_the_time_is_over(app, clock):
    offices = [city.an_institution(), city.an_institution()]
    process = city.a_process(offices[0])
    with unrecorded("test settings") as session:
        part = ProcessInstitution(institution_id=offices[1].id, part="consulted")
        session.get_one(Process, process.id).institutions.append(part)
    assessment, one, _other = judged(process=process)
    assessed.freeze_assessment(one, assessment)
    assessed.reply_to(city.staff(offices[0]), assessment, "Kami setuju.")
    with pytest.raises(Refused, match="may reply"):
        assessed.publish_assessment(one, assessment)
    assessed.reply_to(city.staff(offices[1]), assessment, "Kami juga.")
    assessed.publish_assessment(one, assessment)
    assert assessment.is_public


def test_institutions_reply_between_freezing_and_publication(app, clock):
    office = city.an_institution()
    assessment, one, _other = judged(process=city.a_process(office))
    officer = city.staff(office)
    with pytest.raises(Refused, match="after freezing"):
        assessed.reply_to(officer, assessment, "Kami keberatan.")
    assessed.freeze_assessment(one, assessment)
    with pytest.raises(Refused, match="Only institutions"):
        assessed.reply_to(city.staff(), assessment, "Saya juga.")
    with pytest.raises(Refused, match="may reply"):
        assessed.publish_assessment(one, assessment)
    assessed.reply_to(officer, assessment, "Kami menerima temuan ini.")
    assessed.publish_assessment(one, assessment)
    with pytest.raises(Refused, match="before publication"):
        assessed.reply_to(officer, assessment, "Terlambat.")


def test_planned_and_judged_stand_beside_the_log(app, clock):
    process, one, plan = a_plan_before()
    assessed.freeze_assessment(one, plan)
    assert queries.judged_of(process.id) == {"DP1": Judged(0.75, None, 1)}
    assessment, after, other = an_assessment(process=process)
    for question in ("DP1.1", "DP1.2"):
        for person in (after, other):
            assessments.rate(person, assessment, question, "1", evidence=SHOWN)
    (pledge,) = queries.open_pledges(process.id)
    assessments.find_outcomes(after, assessment, [(pledge, PledgeState.LATE, "Dua pekan")])
    for person in (after, other):
        assessments.save_judgement(person, assessment)
    assessed.freeze_assessment(after, assessment)
    assert queries.judged_of(process.id) == {"DP1": Judged(0.75, None, 1)}
    clock.shift(timedelta(days=15))
    assessed.publish_assessment(after, assessment)
    assert queries.judged_of(process.id) == {"DP1": Judged(0.75, 0.5, 2)}
    found = queries.public_assessments(process.id)
    assert queries.pledge_counts(found, date(2026, 6, 1)) == {"late": 1}


def test_pledges_are_made_before_and_need_words(app):
    assessment, one, _other = an_assessment()
    with pytest.raises(Refused, match="before a process"):
        assessments.promise(one, assessment, "DP1.1", Promise("", "Apa", date(2026, 4, 1)))
    plan, one, _other = an_assessment(Stage.EX_ANTE)
    with pytest.raises(Refused, match="what is promised"):
        assessments.promise(one, plan, "DP1.1", Promise("", " ", date(2026, 4, 1)))
