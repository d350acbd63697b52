"""Operations on offices: add one, change one."""

from dataclasses import dataclass

from deliberate.models import Institution, Office, Person
from deliberate.permissions.decision import require
from deliberate.permissions.responses import may_manage_offices
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary.events.responses import SettingChanged


@dataclass(frozen=True)
class OfficeTexts:
    """What residents read about an office; hours and directions in both languages."""

    name: str
    address: str
    hours: str
    hours_en: str = ""
    contact: str = ""
    directions: str = ""
    directions_en: str = ""
    is_closed: bool = False


def add_office(
    manager: Person | None,
    institution: Institution,
    texts: OfficeTexts,
    *,
    context: RequestContext = NO_REQUEST,
) -> Office:
    """Add an office of an institution, as its manager or (manager None) from the command line."""
    with recorded(manager, SettingChanged, context) as act:
        if manager is not None:
            require(may_manage_offices(act.lock(manager), institution))
        office = Office(institution=institution)
        _set_texts(office, texts)
        act.session.add(office)
        act.about(office, name="office")
    return office


def change_office(
    manager: Person, office: Office, texts: OfficeTexts, *, context: RequestContext = NO_REQUEST
) -> None:
    """Change what residents read about an office, or close or reopen it."""
    with recorded(manager, SettingChanged, context) as act:
        require(may_manage_offices(act.lock(manager), act.lock(office).institution))
        _set_texts(office, texts)
        act.about(office, name="office")


def _set_texts(office: Office, texts: OfficeTexts) -> None:
    office.name, office.address = clean_line(texts.name), clean_line(texts.address)
    office.hours, office.hours_en = clean_line(texts.hours), clean_line(texts.hours_en)
    office.contact, office.is_closed = clean_line(texts.contact), texts.is_closed
    office.directions, office.directions_en = clean(texts.directions), clean(texts.directions_en)
