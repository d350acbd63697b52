"""Offices: the institutions that owe residents answers."""

from deliberate.models import Institution, Person
from deliberate.permissions import may_set_up, require
from deliberate.recording import recorded
from deliberate.text import clean_line, to_slug
from deliberate.vocabulary import Kind


def add_institution(
    admin: Person | None,
    slug: str,
    name: str,
    *,
    name_en: str = "",
    is_coordinator: bool = False,
) -> Institution:
    """Add an institution, at the command line (admin None) or by an administrator."""
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
    return institution
