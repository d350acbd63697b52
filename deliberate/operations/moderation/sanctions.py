"""Impose and lift sanctions, appeal against them, and decide appeals."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Person, Sanction
from deliberate.operations.notices.notices import notify_person
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.moderation.sanctions import (
    SANCTION_LENGTHS,
    may_appeal_sanction,
    may_lift_sanction,
    may_review_sanction,
    may_sanction,
)
from deliberate.queries.moderation.sanctions import get_active_sanction
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean
from deliberate.vocabulary import AppealOutcome, ModerationRule
from deliberate.vocabulary.events.moderation import (
    SanctionAppealed,
    SanctionImposed,
    SanctionLifted,
    SanctionReviewed,
)
from deliberate.vocabulary.notices import (
    NoticeEvent,
    SanctionAppealGrantedNotice,
    SanctionAppealRefusedNotice,
    SanctionLiftedNotice,
    SanctionNotice,
)

_OUTCOME_NOTICES: dict[AppealOutcome, NoticeEvent] = {
    AppealOutcome.GRANTED: SanctionAppealGrantedNotice(),
    AppealOutcome.REFUSED: SanctionAppealRefusedNotice(),
}


def impose_sanction(
    moderator: Person,
    person: Person,
    rule: ModerationRule,
    days: int,
    note: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> Sanction:
    """Bar an account from writing for 1, 7 or 30 days, by a rule, with a note to its owner."""
    with recorded(moderator, SanctionImposed, context) as act:
        require(may_sanction(act.lock(moderator), act.lock(person)))
        if timedelta(days=days) not in SANCTION_LENGTHS or not clean(note):
            raise InvalidInput(_("A limit has a reason and lasts 1, 7 or 30 days."))
        if get_active_sanction(person) is not None:
            raise Refused(_("This account is already limited."))
        sanction = Sanction(
            person=person,
            ground=rule,
            note=clean(note),
            moderator_id=moderator.id,
            imposed_at=now(),
            ends_at=now() + timedelta(days=days),
        )
        act.session.add(sanction)
        act.about(sanction, reason=rule, days=days)
        notify_person(act, person, SanctionNotice(until=sanction.ends_at.isoformat()))
    return sanction


def lift_sanction(
    moderator: Person, sanction: Sanction, *, context: RequestContext = NO_REQUEST
) -> None:
    """End a sanction early."""
    with recorded(moderator, SanctionLifted, context) as act:
        require(may_lift_sanction(moderator, act.lock(sanction)))
        sanction.lifted_at = now()
        act.about(sanction)
        notify_person(act, sanction.person, SanctionLiftedNotice())


def appeal_sanction(
    person: Person, sanction: Sanction, reason: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Appeal against a sanction; a moderator who did not impose it decides."""
    with recorded(person, SanctionAppealed, context) as act:
        require(may_appeal_sanction(person, act.lock(sanction)))
        sanction.appeal_reason, sanction.appealed_at = clean(reason), now()
        act.about(sanction)


def review_sanction(
    moderator: Person,
    sanction: Sanction,
    outcome: AppealOutcome,
    note: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Decide an appeal: end the sanction now, or confirm it."""
    with recorded(moderator, SanctionReviewed, context) as act:
        require(may_review_sanction(moderator, act.lock(sanction)))
        sanction.outcome, sanction.outcome_note = outcome, clean(note)
        sanction.decided_by_id, sanction.decided_at = moderator.id, now()
        act.about(sanction, outcome=outcome)
        if outcome == AppealOutcome.GRANTED and sanction.is_active:
            sanction.lifted_at = now()
            act.consequence(SanctionLifted, sanction)
        notify_person(act, sanction.person, _OUTCOME_NOTICES[outcome])
