"""Who limits accounts, who decides an appeal, and what somebody limited may not do for a while."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Sanction
from deliberate.permissions.decision import YES, Answer, first_no, has_role
from deliberate.vocabulary import AccountClass, Role


def may_sanction(moderator: Person | None, person: Person) -> Answer:
    """Moderators and administrators, on living accounts of residents."""
    is_residents = person.role == Role.RESIDENT and person.account_class != AccountClass.SYSTEM
    return first_no(
        has_role(moderator, Role.MODERATOR, Role.ADMIN),
        YES if person.is_active else Answer(_("This account is closed.")),
        YES if is_residents else Answer(_("An administrator takes the role of who works here.")),
    )


def may_lift(moderator: Person | None, sanction: Sanction) -> Answer:
    """Any moderator, while it holds and nobody's appeal waits."""
    return first_no(
        has_role(moderator, Role.MODERATOR, Role.ADMIN),
        YES if sanction.holds else Answer(_("This limit is over.")),
        Answer(_("An appeal waits: decide it.")) if sanction.waits else YES,
    )


def may_appeal_sanction(person: Person | None, sanction: Sanction) -> Answer:
    """Whom it limits, once, while it holds."""
    own = person is not None and person.id == sanction.person_id
    return first_no(
        YES if own else Answer(_("Only the person it limits may appeal.")),
        YES if sanction.holds else Answer(_("This limit is over.")),
        YES if sanction.appealed_at is None else Answer(_("You have appealed already.")),
    )


def may_review(moderator: Person | None, sanction: Sanction) -> Answer:
    """A moderator who did not impose it, once."""
    first = moderator is not None and moderator.id == sanction.moderator_id
    return first_no(
        has_role(moderator, Role.MODERATOR, Role.ADMIN),
        Answer(_("Somebody else than who imposed it decides the appeal.")) if first else YES,
        YES if sanction.waits else Answer(_("No appeal waits for a decision.")),
    )


LENGTHS = tuple(timedelta(days=days) for days in (1, 7, 30))
"""A limit has one of these lengths: long enough to be felt, never for good."""
