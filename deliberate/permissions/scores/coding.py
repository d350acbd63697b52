"""Who draws and codes samples: two coders who do not see each other's codes, one auditor."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Process, Sample, SampledItem
from deliberate.permissions.decision import ALLOWED, Decision, all_of
from deliberate.permissions.scores.assessments import is_independent, may_code
from deliberate.queries.scores.coding import coders_of, is_complete, is_under_way
from deliberate.vocabulary import SampleOf

REASONS = range(4)
CODERS = {SampleOf.REASONS: 2, SampleOf.ANSWERS: 1}


def may_draw(person: Person | None, process: Process, of: SampleOf) -> Decision:
    """Evaluators and researchers, while no sample of the kind waits to be coded."""
    busy = is_under_way(process.id, of, CODERS[of])
    return all_of(
        may_code(person),
        Decision(_("A sample of this process is being coded; finish it first."))
        if busy
        else ALLOWED,
    )


def may_code_in(person: Person | None, sample: Sample) -> Decision:
    """The coders of a sample, and whoever makes their number full."""
    answer = may_code(person)
    if person is None or not answer:
        return answer
    if sample.of == SampleOf.ANSWERS and not is_independent(person, sample.process):
        return Decision(_("Nobody audits answers of the institution they work for."))
    coders = coders_of(sample)
    if person.id not in coders and len(coders) >= CODERS[sample.of]:
        return Decision(_("This sample has its coders already."))
    if is_complete(sample, CODERS[sample.of]):
        return Decision(_("This sample is coded; its codes stay as they are."))
    return ALLOWED


def may_code_item(person: Person | None, item: SampledItem, of: SampleOf) -> Decision:
    """A coder of the sample, with the code that its texts take."""
    right = item.sample.of == of
    return all_of(
        may_code_in(person, item.sample),
        ALLOWED if right else Decision(_("This sample is coded otherwise.")),
    )


def is_readable(item: SampledItem) -> Decision:
    """Whether the text still stands."""
    if item.can_be_read:
        return ALLOWED
    return Decision(_("This text was taken back or hidden; go on with the next."))
