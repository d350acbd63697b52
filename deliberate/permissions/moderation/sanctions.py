"""Permissions to impose, lift and review sanctions, and to appeal against them."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Sanction
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    not_yours,
)
from deliberate.vocabulary import Role

SANCTION_LENGTHS = tuple(timedelta(days=days) for days in (1, 7, 30))


def may_sanction(moderator: Person | None, person: Person) -> Decision:
    """Allow moderators and administrators on active accounts of residents."""
    is_residents = person.role == Role.RESIDENT
    return all_of(
        has_role(moderator, Role.MODERATOR, Role.ADMIN),
        ALLOWED if person.is_active else Decision(_("This account is closed.")),
        ALLOWED
        if is_residents
        else Decision(_("Staff cannot be limited. An administrator can remove their role.")),
    )


def may_lift_sanction(moderator: Person | None, sanction: Sanction) -> Decision:
    """Allow any moderator while the sanction is active and has no open appeal."""
    return all_of(
        has_role(moderator, Role.MODERATOR, Role.ADMIN),
        ALLOWED if sanction.is_active else Decision(_("This limit has ended.")),
        Decision(_("There is an open appeal. Decide it first."))
        if sanction.has_open_appeal
        else ALLOWED,
    )


def may_appeal_sanction(person: Person | None, sanction: Sanction) -> Decision:
    """Allow the limited person one appeal while the sanction is active."""
    is_own = person is not None and person.id == sanction.person_id
    return all_of(
        ALLOWED if is_own else not_yours(_("Only the person it limits may appeal.")),
        ALLOWED if sanction.is_active else Decision(_("This limit has ended.")),
        ALLOWED if sanction.appealed_at is None else Decision(_("You have already appealed.")),
    )


def may_review_sanction(moderator: Person | None, sanction: Sanction) -> Decision:
    """Allow a moderator who did not impose the sanction to decide its open appeal."""
    has_imposed = moderator is not None and moderator.id == sanction.moderator_id
    return all_of(
        has_role(moderator, Role.MODERATOR, Role.ADMIN),
        not_yours(_("A different moderator from the one who imposed the limit decides the appeal."))
        if has_imposed
        else ALLOWED,
        ALLOWED if sanction.has_open_appeal else Decision(_("There is no open appeal.")),
    )
