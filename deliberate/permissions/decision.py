"""What every permission answers: yes, or no with the reason; who acts at all."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from deliberate.models import Person
from deliberate.queries.moderation.sanctions import sanction_on
from deliberate.vocabulary import Role


class Refused(Exception):
    """An act that may not be; `reason` is said to the person in their language."""

    def __init__(self, reason: object) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class Decision:
    """Yes, or no with the reason; it is true when it is yes."""

    reason: object = None

    def __bool__(self) -> bool:
        return self.reason is None


ALLOWED = Decision()


def require(answer: Decision) -> None:
    """Raise Refused unless the answer is yes."""
    if not answer:
        raise Refused(answer.reason)


def all_of(*answers: Decision) -> Decision:
    """The first refusal, or yes."""
    return next((answer for answer in answers if not answer), ALLOWED)


def is_signed_in(person: Person | None) -> Decision:
    """Whether somebody with a living account acts."""
    if person is None or not person.is_active:
        return Decision(_("Sign in first."))
    return ALLOWED


def may_take_part(person: Person | None) -> Decision:
    """Whether a living account acts that no moderator limits now."""
    sanction = sanction_on(person) if person is not None and person.is_active else None
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
    """Whether the account has one of these roles."""
    if person is None or person.role not in roles:
        return Decision(_("Your account does not have the role for this."))
    return ALLOWED
