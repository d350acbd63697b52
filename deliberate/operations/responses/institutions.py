"""Operations on institutions: adding and changing them, requiring checks of their responses."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from deliberate.models import Institution, Person
from deliberate.permissions.decision import require
from deliberate.permissions.processes import may_set_up
from deliberate.permissions.responses import is_coordinator as may_coordinate
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean_line, to_slug
from deliberate.vocabulary.events.responses import SettingChanged


class SlugTaken(ValueError):
    """The slug is already used by another institution or process."""


def add_institution(
    admin: Person | None,
    slug: str,
    name: str,
    *,
    name_en: str = "",
    is_coordinator: bool = False,
    context: RequestContext = NO_REQUEST,
) -> Institution:
    """Add an institution, as an administrator or (admin None) from the command line.

    Raises SlugTaken.
    """
    try:
        with recorded(admin, SettingChanged, context) as act:
            if admin is not None:
                require(may_set_up(act.lock(admin)))
            institution = Institution(
                slug=to_slug(slug),
                name=clean_line(name),
                name_en=clean_line(name_en),
                is_coordinator=is_coordinator,
            )
            act.session.add(institution)
            act.about(institution, name="institution")
            _unset_other_coordinators(act, institution)
    except IntegrityError as error:
        raise SlugTaken(slug) from error
    return institution


def change_institution(
    admin: Person,
    institution: Institution,
    name: str,
    name_en: str,
    is_coordinator: bool,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Change the names of an institution and whether it coordinates; its slug never changes."""
    with recorded(admin, SettingChanged, context) as act:
        require(may_set_up(act.lock(admin)))
        act.lock(institution)
        institution.name, institution.name_en = clean_line(name), clean_line(name_en)
        institution.is_coordinator = is_coordinator
        act.about(institution, name="institution")
        _unset_other_coordinators(act, institution)


def _unset_other_coordinators(act: Act[...], institution: Institution) -> None:
    if institution.is_coordinator:
        others = select(Institution).where(
            Institution.is_coordinator, Institution.id != institution.id
        )
        for other in act.session.scalars(others):
            other.is_coordinator = False


def set_check_required(
    person: Person,
    institution: Institution,
    is_required: bool,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Set whether a colleague must check every response of an institution."""
    with recorded(person, SettingChanged, context) as act:
        require(may_coordinate(person) or may_set_up(person))
        act.lock(institution).needs_check = is_required
        act.about(institution, name="needs_check")
