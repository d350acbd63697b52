"""Decisions of permission checks, and the checks that every act shares."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from deliberate.models import Person
from deliberate.queries.moderation.sanctions import get_active_sanction
from deliberate.vocabulary import Role


class Refused(Exception):
    """The act is not allowed; `reason` is shown to the person in their language."""

    def __init__(self, reason: object) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class Decision:
    """The result of a permission check: allowed (true), or refused with a reason (false)."""

    reason: object = None

    def __bool__(self) -> bool:
        return self.reason is None


ALLOWED = Decision()


def require(decision: Decision) -> None:
    """Raise Refused with the reason unless the decision is positive."""
    if not decision:
        raise Refused(decision.reason)


def all_of(*decisions: Decision) -> Decision:
    """Return the first refusal, or ALLOWED."""
    return next((decision for decision in decisions if not decision), ALLOWED)


def is_signed_in(person: Person | None) -> Decision:
    """Allow people with an active account."""
    if person is None or not person.is_active:
        return Decision(_("Sign in first."))
    return ALLOWED


def may_take_part(person: Person | None) -> Decision:
    """Allow people with an active account that no sanction limits now."""
    sanction = get_active_sanction(person) if person is not None and person.is_active else None
    if sanction is None:
        return is_signed_in(person)
    until = f"{sanction.ends_at:%Y-%m-%d %H:%M} UTC"
    return Decision(
        _(
            "Your account is limited until %(time)s: see My participation for why, and how to "
            "appeal.",
            time=until,
        )
    )


def has_role(person: Person | None, *roles: Role) -> Decision:
    """Allow accounts with one of the roles."""
    if person is None or person.role not in roles:
        return Decision(_("Your account does not have the role for this."))
    return ALLOWED
