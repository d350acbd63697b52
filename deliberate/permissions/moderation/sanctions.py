"""Who limits accounts, who decides an appeal, and what somebody limited may not do for a while."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Sanction
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role
from deliberate.vocabulary import AccountClass, Role


def may_sanction(moderator: Person | None, person: Person) -> Decision:
    """Moderators and administrators, on living accounts of residents."""
    is_residents = person.role == Role.RESIDENT and person.account_class != AccountClass.SYSTEM
    return all_of(
        has_role(moderator, Role.MODERATOR, Role.ADMIN),
        ALLOWED if person.is_active else Decision(_("This account is closed.")),
        ALLOWED
        if is_residents
        else Decision(_("An administrator takes the role of who works here.")),
    )


def may_lift(moderator: Person | None, sanction: Sanction) -> Decision:
    """Any moderator, while it holds and nobody's appeal waits."""
    return all_of(
        has_role(moderator, Role.MODERATOR, Role.ADMIN),
        ALLOWED if sanction.holds else Decision(_("This limit is over.")),
        Decision(_("An appeal waits: decide it.")) if sanction.waits else ALLOWED,
    )


def may_appeal_sanction(person: Person | None, sanction: Sanction) -> Decision:
    """Whom it limits, once, while it holds."""
    own = person is not None and person.id == sanction.person_id
    return all_of(
        ALLOWED if own else Decision(_("Only the person it limits may appeal.")),
        ALLOWED if sanction.holds else Decision(_("This limit is over.")),
        ALLOWED if sanction.appealed_at is None else Decision(_("You have appealed already.")),
    )


def may_review(moderator: Person | None, sanction: Sanction) -> Decision:
    """A moderator who did not impose it, once."""
    first = moderator is not None and moderator.id == sanction.moderator_id
    return all_of(
        has_role(moderator, Role.MODERATOR, Role.ADMIN),
        Decision(_("Somebody else than who imposed it decides the appeal.")) if first else ALLOWED,
        ALLOWED if sanction.waits else Decision(_("No appeal waits for a decision.")),
    )


LENGTHS = tuple(timedelta(days=days) for days in (1, 7, 30))
"""A limit has one of these lengths: long enough to be felt, never for good."""
