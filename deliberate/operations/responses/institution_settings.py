"""How an institution's desk is run: whether answers need a second pair of eyes."""

from deliberate.models import Institution, Person
from deliberate.permissions.decision import require
from deliberate.permissions.processes import may_set_up
from deliberate.permissions.responses import coordinates
from deliberate.recording import recorded
from deliberate.vocabulary import Kind


def require_check(person: Person, office: Institution, wanted: bool) -> None:
    """Ask a second colleague's check of every answer of an institution, or no longer."""
    with recorded(person, Kind.SETTING_CHANGED) as act:
        require(coordinates(person) or may_set_up(person))
        act.locked(office).needs_check = wanted
        act.about(office, name="needs_check")
