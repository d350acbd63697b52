"""Limiting an account for a time, with a reason; its appeal goes to another moderator."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Person, Sanction
from deliberate.operations.notices.notices import tell_person
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.moderation.sanctions import (
    LENGTHS,
    may_appeal_sanction,
    may_lift,
    may_review,
    may_sanction,
)
from deliberate.queries.moderation.sanctions import sanction_on
from deliberate.recording import recorded
from deliberate.text import clean
from deliberate.vocabulary import AppealOutcome, Kind, Rule


def impose_sanction(
    moderator: Person, person: Person, rule: Rule, days: int, note: str
) -> Sanction:
    """Let an account write nothing for 1, 7 or 30 days, by a rule, with a note to its owner."""
    with recorded(moderator, Kind.SANCTION_IMPOSED) as act:
        require(may_sanction(act.locked(moderator), act.locked(person)))
        if timedelta(days=days) not in LENGTHS or not clean(note):
            raise Refused(_("A limit has a reason and lasts 1, 7 or 30 days."))
        if sanction_on(person) is not None:
            raise Refused(_("This account is limited already."))
        sanction = Sanction(
            person=person,
            ground=rule,
            note=clean(note),
            moderator_id=moderator.id,
            imposed_at=now(),
            ends_at=now() + timedelta(days=days),
        )
        act.session.add(sanction)
        act.about(sanction, reason=rule.value, days=days)
        tell_person(act, "sanction.imposed", person, until=sanction.ends_at.isoformat())
    return sanction


def lift_sanction(moderator: Person, sanction: Sanction) -> None:
    """End a limit before its time."""
    with recorded(moderator, Kind.SANCTION_LIFTED) as act:
        require(may_lift(moderator, act.locked(sanction)))
        sanction.lifted_at = now()
        act.about(sanction)
        tell_person(act, "sanction.lifted", sanction.person)


def appeal_sanction(person: Person, sanction: Sanction, words: str) -> None:
    """Say why the limit is wrong; somebody else than who imposed it decides."""
    with recorded(person, Kind.SANCTION_APPEALED) as act:
        require(may_appeal_sanction(person, act.locked(sanction)))
        sanction.appeal, sanction.appealed_at = clean(words), now()
        act.about(sanction)


def review_sanction(
    moderator: Person, sanction: Sanction, outcome: AppealOutcome, note: str
) -> None:
    """Decide the appeal: the limit ends now, or it stands until its time."""
    with recorded(moderator, Kind.SANCTION_REVIEWED) as act:
        require(may_review(moderator, act.locked(sanction)))
        sanction.outcome, sanction.outcome_note = outcome, clean(note)
        sanction.decided_by_id, sanction.decided_at = moderator.id, now()
        act.about(sanction, outcome=outcome.value)
        if outcome == AppealOutcome.GRANTED and sanction.holds:
            sanction.lifted_at = now()
            act.consequence(Kind.SANCTION_LIFTED, sanction)
        tell_person(act, f"sanction.{outcome.value}", sanction.person)
