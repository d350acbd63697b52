"""Typed events of acts and notices: details are type-checked, every notice has a text."""

import re
from dataclasses import FrozenInstanceError

import pytest
from mypy import api

from deliberate.notifications.notice_texts import NoticeSubjects
from deliberate.notifications.registry import REGISTRY
from deliberate.vocabulary.details import detail_meanings
from deliberate.vocabulary.events import EVENT_TYPES
from deliberate.vocabulary.events.moderation import CommentHeld, CommentRestored, ProposalHeld
from deliberate.vocabulary.notices import NOTICE_TYPES
from tests.structure.source_tree import ROOT

OPERATION = """
from deliberate.models import Person, Proposal
from deliberate.operations.notices.notices import notify_person
from deliberate.recording import recorded
from deliberate.vocabulary.events.proposals import ProposalMerged
from deliberate.vocabulary.events.responses import ProposalQualified
from deliberate.vocabulary.notices import MergedNotice

def merge(person: Person, proposal: Proposal) -> None:
    with recorded(person, ProposalMerged) as act:
        act.about(proposal, into=1)
        act.consequence(ProposalQualified, proposal, supports=1, verified=0)
        notify_person(act, person, MergedNotice(into=1), proposal)
"""


def type_errors(program, folder):
    """Return the errors that mypy finds in a program that uses this package."""
    file = folder / "program.py"
    file.write_text(program, encoding="utf-8")
    report, problems, _ = api.run(["--no-error-summary", str(file)])
    assert problems == ""
    return [line for line in report.splitlines() if ": error:" in line]


MISSPELT = {
    "act.about(proposal, into=1)": "act.about(proposal, in_to=1)",
    "verified=0": "verified_supports=0",
    "MergedNotice(into=1)": "MergedNotice(int0=1)",
}


def test_misspelt_details_fail_type_checking(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    assert type_errors(OPERATION, tmp_path) == []
    misspelt = OPERATION
    for right, wrong in MISSPELT.items():
        misspelt = misspelt.replace(right, wrong)
    lines = {error.split(":")[1] for error in type_errors(misspelt, tmp_path)}
    assert len(lines) == len(MISSPELT)


@pytest.mark.parametrize("details", [{}, {"reports": 1, "report": 1}, {"rule": "R1"}])
def test_missing_and_unknown_details_are_refused(details):
    with pytest.raises(TypeError, match=r"CommentHeld (needs|has no) rep|has no rule"):
        CommentHeld(**details)


def test_details_cannot_be_changed():
    event = CommentHeld(reports=3)
    with pytest.raises(FrozenInstanceError):
        event.reports = 4
    with pytest.raises(FrozenInstanceError):
        del event.reports
    assert event.details() == {"reports": 3}


def test_events_are_equal_by_kind_and_details():
    events = {CommentHeld(reports=3), CommentHeld(reports=3), ProposalHeld(reports=3)}
    assert events == {CommentHeld(reports=3), ProposalHeld(reports=3)}
    assert len(events) == 2
    assert CommentRestored() == CommentRestored(ground=None)
    assert repr(CommentHeld(reports=3)) == "CommentHeld(reports=3)"


def test_every_kind_of_notice_has_a_line_with_known_causes_and_meanings():
    assert set(REGISTRY) == set(NOTICE_TYPES.values())
    causes = {cause for line in REGISTRY.values() for cause in line.causes}
    assert causes <= set(EVENT_TYPES)
    assert all(
        event.__doc__ and all(detail_meanings(event).values()) for event in NOTICE_TYPES.values()
    )


def test_texts_of_notices_name_known_values():
    names = {name for name in vars(NoticeSubjects) if not name.startswith("_")}
    unknown = {
        (event.KIND, name)
        for event, line in REGISTRY.items()
        for text in (str(line.subject), str(line.sentence))
        for name in re.findall(r"%\((\w+)\)", text)
        if name not in names | set(detail_meanings(event))
    }
    assert unknown == set()
