"""The profile of an account: display name, area, consent to research."""

from sqlalchemy.exc import IntegrityError

from deliberate.models import Person
from deliberate.operations.accounts.registration import DISPLAY_NAME, NameTaken, require_free_name
from deliberate.permissions.accounts.profiles import may_change_area
from deliberate.permissions.decision import is_signed_in, require
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary.events.accounts import ConsentChanged, PersonMoved, PersonRenamed


def rename_person(
    person: Person, display_name: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Change the display name, also on texts already written. Raises NameTaken."""
    try:
        with recorded(person, PersonRenamed, context) as act:
            require(is_signed_in(act.lock(person)))
            person.display_name = clean_line(display_name)
            require_free_name(act.session, person)
            act.about(person)
    except IntegrityError as error:  # another account took the name at the same moment
        raise NameTaken(DISPLAY_NAME) from error


def move_person(person: Person, area: str, *, context: RequestContext = NO_REQUEST) -> None:
    """Change the area a person lives in; an empty area removes it. Raises Refused."""
    with recorded(person, PersonMoved, context) as act:
        require(may_change_area(act.lock(person)))
        person.area = clean_line(area)
        act.about(person)


def change_consent(person: Person, research: bool, *, context: RequestContext = NO_REQUEST) -> None:
    """Grant or withdraw consent to research."""
    with recorded(person, ConsentChanged, context) as act:
        act.lock(person)
        person.research_consent = research
        act.about(person, research=research)
