"""Planned, judged and logged side by side, and what other processes do well."""

from datetime import date, timedelta

import pytest
from flask_babel import force_locale

from deliberate.database import db
from deliberate.operations.scores import assessment_publishing as assessment_publishing_operations
from deliberate.operations.scores import assessments as assessment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.scores.planned_judged_logged import (
    MOST_SHOWN,
    practices_elsewhere,
    side_by_side,
)
from deliberate.queries.scores.process_scores import scores_of
from deliberate.vocabulary import Stage
from tests import factories
from tests.scores.test_assessments import SHOWN, an_assessment
from tests.statement_counter import statements

TODAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def published(clock, value, practices=None, process=None, asked=("DP3.1", "DP3.2")):
    """An assessment afterwards in which both gave one answer to everything asked, of DP3."""
    assessment, one, other = an_assessment(Stage.EX_POST, process)
    for person in (one, other):
        for question in asked:
            assessment_operations.rate(person, assessment, question, value, evidence=SHOWN)
        assessment_operations.save_judgement(person, assessment)
    assessment_operations.tell_practices(one, assessment, practices or {})
    assessment_publishing_operations.freeze_assessment(one, assessment)
    clock.shift(timedelta(days=15))
    assessment_publishing_operations.publish_assessment(one, assessment)
    return assessment.process


def board(process):
    return side_by_side(process, scores_of(process).to_dict(), "en", TODAY)


def test_nothing_is_beside_the_log_before_somebody_judged(app):
    found = board(factories.a_process())
    assert (found["categories"], found["assessed"]) == ([], False)


def test_where_nothing_is_scored_the_log_s_own_figure_stands_beside(app, clock):
    process = published(clock, "1", asked=("CC1.1", "IU2.1"))
    (co_creators, users) = board(process)["categories"]
    ((meetings,), (releases,)) = (c["criteria"][0]["figures"] for c in (co_creators, users))
    assert (meetings["id"], meetings["state"]) == ("meetings", "not_enough_data")
    assert (releases["state"], releases["numerator"]) == ("count", 0)
    assert [c["criteria"][0]["disagrees"] for c in (co_creators, users)] == [None, None]


def test_a_criterion_carries_its_figures_grade_and_source(app, clock):
    process = published(clock, "1")
    (category,) = board(process)["categories"]
    (line,) = category["criteria"]
    assert (category["id"], line["id"], line["source"], line["judges"]) == (
        "DP",
        "DP3",
        "judged",
        2,
    )
    assert (line["planned"], line["judged"], line["logged"]) == (None, 50, None)
    assert (line["grade"], line["disagrees"], line["is_weak"]) == ("B", None, False)


def test_a_weak_criterion_shows_what_worked_where_it_is_strong(app, clock):
    weak = published(clock, "0")
    strong = published(clock, "2", {"DP3": "Setiap proyek memuat nomor usulan."})
    (told,) = board(weak)["practices"]["DP3"]
    assert (told.process, told.body) == (strong, "Setiap proyek memuat nomor usulan.")
    assert board(strong)["practices"] == {}


def test_practices_of_middling_processes_teach_nobody(app, clock):
    weak = published(clock, "0")
    published(clock, "1", {"DP3": "Kami mencobanya."})
    assert practices_elsewhere(weak.id, ["DP3"]) == {}


def test_practices_are_told_after_a_process_of_known_criteria_and_frozen_with_it(app, clock):
    plan, one, _other = an_assessment(Stage.EX_ANTE)
    with pytest.raises(Refused, match="after a process"):
        assessment_operations.tell_practices(one, plan, {"DP3": "Terlalu dini"})
    after, one, _other = an_assessment()
    with pytest.raises(Refused, match="no such criterion"):
        assessment_operations.tell_practices(one, after, {"XX9": "Entah"})
    assessment_operations.tell_practices(one, after, {"DP3": "Nomor usulan", "CC1": "Rapat"})
    assessment_operations.tell_practices(one, after, {"DP3": " "})
    assert [told.criterion for told in after.practices] == ["CC1"]


def test_what_others_told_takes_few_queries_however_many_they_are(app, clock):
    weak = published(clock, "0")
    for _ in range(4):
        published(clock, "2", {"DP3": "Setiap proyek memuat nomor usulan."})
    db.session.expire_all()
    number = weak.id
    with statements() as asked:
        learned = practices_elsewhere(number, ["DP3"])
    assert len(learned["DP3"]) == MOST_SHOWN
    assert len(asked) <= 6
