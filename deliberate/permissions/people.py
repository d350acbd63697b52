"""Who may change what of an account that is not, or not only, one's own."""

from deliberate.models import Person
from deliberate.permissions import Answer, is_signed_in, may_set_up


def may_remove_factor(person: Person | None, owner: Person) -> Answer:
    """The account's owner, and administrators for a phone that was lost."""
    if person is not None and person.id == owner.id:
        return is_signed_in(person)
    return may_set_up(person)
