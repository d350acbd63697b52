"""Mandates by topic, and overlaps between institutions: stated, opened, settled in public."""

from datetime import date

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.days import local_today, site
from deliberate.models import Institution, Mandate, Overlap, OverlapDecision, Person
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.responses import may_clarify_mandates
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary.events.responses import (
    MandateEnded,
    MandateStated,
    OverlapOpened,
    OverlapSettled,
)


def state_mandate(
    official: Person,
    topic: str,
    institution: Institution,
    basis: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> Mandate:
    """State that a rule makes an institution responsible for a topic. Raises Refused."""
    with recorded(official, MandateStated, context) as act:
        require(may_clarify_mandates(act.lock(official)))
        topic, basis = clean_line(topic), clean(basis)
        if not (topic and basis):
            raise InvalidInput(_("Write the topic and the rule that says so."))
        present = select(Mandate.id).where(
            Mandate.topic == topic,
            Mandate.institution_id == institution.id,
            Mandate.ended_at.is_(None),
        )
        if act.session.scalar(present) is not None:
            raise Refused(_("This mandate is stated already."))
        mandate = Mandate(
            topic=topic, institution_id=institution.id, basis=basis, stated_by_id=official.id
        )
        mandate.stated_at = now()
        act.session.add(mandate)
        act.set_text(lambda: mandate.sealed_text, mandate)
        act.about(mandate, institution=institution.id)
    return mandate


def end_mandate(
    official: Person, mandate: Mandate, *, context: RequestContext = NO_REQUEST
) -> None:
    """State that a mandate holds no more. Raises Refused."""
    with recorded(official, MandateEnded, context) as act:
        require(may_clarify_mandates(act.lock(official)))
        if act.lock(mandate).ended_at is not None:
            raise Refused(_("This mandate was ended already."))
        mandate.ended_at = now()
        act.about(mandate, institution=mandate.institution_id)


def open_overlap(
    official: Person,
    topic: str,
    coordinator: Institution,
    due_on: date,
    reason: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> Overlap:
    """Open the question of who is responsible for a topic, with who settles it and by when."""
    with recorded(official, OverlapOpened, context) as act:
        require(may_clarify_mandates(act.lock(official)))
        topic, reason = clean_line(topic), clean(reason)
        if not (topic and reason):
            raise InvalidInput(_("Write the topic and what is unclear."))
        if due_on <= local_today(site()):
            raise InvalidInput(_("Choose a day after today."))
        rows = select(Overlap.id).where(Overlap.topic == topic, ~Overlap.decision.has())
        if act.session.scalar(rows) is not None:
            raise Refused(_("An overlap on this topic is open already."))
        overlap = Overlap(
            topic=topic,
            coordinator_id=coordinator.id,
            due_on=due_on,
            reason=reason,
            opened_by_id=official.id,
        )
        overlap.opened_at = now()
        act.session.add(overlap)
        act.set_text(lambda: overlap.sealed_text, overlap)
        act.about(overlap, coordinator=coordinator.id)
    return overlap


def settle_overlap(
    official: Person, overlap: Overlap, decision: str, *, context: RequestContext = NO_REQUEST
) -> OverlapDecision:
    """Settle an overlap by a written decision. Raises Refused."""
    with recorded(official, OverlapSettled, context) as act:
        require(may_clarify_mandates(act.lock(official)))
        if not clean(decision):
            raise InvalidInput(_("Write the decision."))
        if act.lock(overlap).decision is not None:
            raise Refused(_("This overlap was settled already."))
        row = OverlapDecision(
            overlap_id=overlap.id, decision=clean(decision), settled_by_id=official.id
        )
        row.settled_at = now()
        act.session.add(row)
        act.set_text(lambda: row.sealed_text, row)
        act.about(row, overlap=overlap.id)
    return row
