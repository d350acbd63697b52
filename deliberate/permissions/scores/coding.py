"""Permissions for drawing and coding samples: two independent coders, or one auditor."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Process, Sample, SampledItem
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    not_yours,
)
from deliberate.permissions.scores.assessments import is_independent, may_code
from deliberate.queries.scores.coding import coder_ids, has_incomplete_sample, is_complete
from deliberate.vocabulary import SampleKind

CODERS_NEEDED = dict.fromkeys(SampleKind, 2) | {SampleKind.ANSWERS: 1}


def may_draw_sample(person: Person | None, process: Process, kind: SampleKind) -> Decision:
    """Allow evaluators and researchers while no sample of the kind is incomplete."""
    is_busy = has_incomplete_sample(process.id, kind, CODERS_NEEDED[kind])
    return all_of(
        may_code(person),
        Decision(_("A sample of this process is being coded; finish it first."))
        if is_busy
        else ALLOWED,
    )


def may_code_sample(person: Person | None, sample: Sample) -> Decision:
    """Allow the coders of a sample, and new ones while it needs more."""
    decision = may_code(person)
    if person is None or not decision:
        return decision
    if sample.kind == SampleKind.ANSWERS and not is_independent(person, sample.process):
        return not_yours(_("You cannot audit responses of the institution you work for."))
    coders = coder_ids(sample)
    if person.id not in coders and len(coders) >= CODERS_NEEDED[sample.kind]:
        return Decision(_("This sample already has enough coders."))
    if is_complete(sample, CODERS_NEEDED[sample.kind]):
        return Decision(_("This sample is coded. Its codes can no longer be changed."))
    return ALLOWED


def may_code_item(person: Person | None, item: SampledItem, kind: SampleKind) -> Decision:
    """Allow a coder of the sample, with the kind of code that its texts take."""
    has_kind = item.sample.kind == kind
    return all_of(
        may_code_sample(person, item.sample),
        ALLOWED if has_kind else Decision(_("This sample takes another kind of code.")),
    )


def is_readable(item: SampledItem) -> Decision:
    """Return whether the text is still visible."""
    if item.has_visible_text:
        return ALLOWED
    return Decision(_("This text was withdrawn or hidden; continue with the next."))


def may_import_codes(person: Person | None, sample: Sample) -> Decision:
    """Allow coders once people have coded every text: a machine never comes before them."""
    return all_of(may_code(person), _is_coded_by_people(sample))


def may_read_codes(person: Person | None, sample: Sample) -> Decision:
    """Allow coders to read the codes of others once people have coded every text."""
    return all_of(may_code(person), _is_coded_by_people(sample))


def _is_coded_by_people(sample: Sample) -> Decision:
    if sample.kind == SampleKind.ANSWERS:
        return Decision(_("Answers are audited by people alone."))
    if not is_complete(sample, CODERS_NEEDED[sample.kind]):
        return Decision(_("First two people code every text."))
    return ALLOWED
