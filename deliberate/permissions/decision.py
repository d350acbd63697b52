"""Decisions of permission checks, and the checks that every act shares."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from flask_babel import lazy_gettext as _

from deliberate.days import Place, date_text
from deliberate.models import Person
from deliberate.queries.moderation.sanctions import get_active_sanction
from deliberate.vocabulary import Role


class RefusalKind(Enum):
    """What a refusal depends on, which decides what the person can do about it."""

    ROLE = "role"
    """Who acts: an account with another role may do it."""
    PERSON = "person"
    """Who acts: another person or institution may do it."""
    STATE = "state"
    """What it is done to: nobody may do it now."""
    INPUT = "input"
    """What was entered: it can be corrected and sent again."""


class Refused(Exception):
    """The act is not allowed; `reason` is shown to the person in their language."""

    def __init__(
        self,
        reason: object,
        kind: RefusalKind = RefusalKind.STATE,
        possible_from: datetime | None = None,
        place: Place | None = None,
    ) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.kind = kind
        self.possible_from = possible_from
        self.place = place


class InvalidInput(Refused):
    """Something that was entered must be corrected; `reason` names it."""

    def __init__(self, reason: object) -> None:
        super().__init__(reason, RefusalKind.INPUT)


@dataclass(frozen=True)
class Decision:
    """The result of a permission check: allowed (true), or refused with a reason (false)."""

    reason: object = None
    kind: RefusalKind = RefusalKind.STATE
    possible_from: datetime | None = None
    """When the act becomes possible, as far as a date decides it."""
    place: Place | None = None
    """The process in whose time zone that moment is shown; None is the site."""

    def __bool__(self) -> bool:
        return self.reason is None


ALLOWED = Decision()


def require(decision: Decision) -> None:
    """Raise Refused with the reason unless the decision is positive."""
    if not decision:
        raise Refused(decision.reason, decision.kind, decision.possible_from, decision.place)


def not_yours(reason: object) -> Decision:
    """Return a refusal of one person or institution, whatever its role."""
    return Decision(reason, RefusalKind.PERSON)


def all_of(*decisions: Decision) -> Decision:
    """Return the first refusal, or ALLOWED."""
    return next((decision for decision in decisions if not decision), ALLOWED)


def is_signed_in(person: Person | None) -> Decision:
    """Allow people with an active account."""
    if person is None or not person.is_active:
        return Decision(_("Sign in first."), RefusalKind.ROLE)
    return ALLOWED


def may_take_part(person: Person | None) -> Decision:
    """Allow people with an active account that no sanction limits now."""
    sanction = get_active_sanction(person) if person is not None and person.is_active else None
    return is_not_limited(sanction.ends_at) if sanction is not None else is_signed_in(person)


def is_not_limited(until: datetime | None) -> Decision:
    """Allow accounts without a sanction; `until` is when one ends."""
    if until is None:
        return ALLOWED
    return Decision(
        _(
            "Your account is limited until %(time)s: see My participation for why, and how to "
            "appeal.",
            time=date_text(until, "d MMMM y, HH.mm"),
        ),
        possible_from=until,
    )


def has_role(person: Person | None, *roles: Role) -> Decision:
    """Allow accounts with one of the roles."""
    if person is None or person.role not in roles:
        return Decision(_("Your account does not have the role for this."), RefusalKind.ROLE)
    return ALLOWED
