"""Offices: the institutions that owe residents answers."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from deliberate.models import Institution, Person
from deliberate.permissions.decision import require
from deliberate.permissions.processes import may_set_up
from deliberate.recording import Act, recorded
from deliberate.text import clean_line, to_slug
from deliberate.vocabulary import Kind


class AddressTaken(ValueError):
    """Something else of this sort has the address."""


def add_institution(
    admin: Person | None,
    slug: str,
    name: str,
    *,
    name_en: str = "",
    is_coordinator: bool = False,
) -> Institution:
    """Add an institution, at the command line (admin None) or by an administrator.

    Raises AddressTaken.
    """
    try:
        with recorded(admin, Kind.SETTING_CHANGED) as act:
            if admin is not None:
                require(may_set_up(act.locked(admin)))
            institution = Institution(
                slug=to_slug(slug),
                name=clean_line(name),
                name_en=clean_line(name_en),
                is_coordinator=is_coordinator,
            )
            act.session.add(institution)
            act.about(institution, name="institution")
            _leave_one_coordinator(act, institution)
    except IntegrityError as error:
        raise AddressTaken(slug) from error
    return institution


def change_institution(
    admin: Person, institution: Institution, name: str, name_en: str, is_coordinator: bool
) -> None:
    """Name an institution anew, or let it coordinate; its address stays as it is linked."""
    with recorded(admin, Kind.SETTING_CHANGED) as act:
        require(may_set_up(act.locked(admin)))
        act.locked(institution)
        institution.name, institution.name_en = clean_line(name), clean_line(name_en)
        institution.is_coordinator = is_coordinator
        act.about(institution, name="institution")
        _leave_one_coordinator(act, institution)


def _leave_one_coordinator(act: Act, institution: Institution) -> None:
    """What nobody takes goes to one office: a new one takes the part from the other."""
    if institution.is_coordinator:
        others = select(Institution).where(
            Institution.is_coordinator, Institution.id != institution.id
        )
        for other in act.session.scalars(others):
            other.is_coordinator = False
