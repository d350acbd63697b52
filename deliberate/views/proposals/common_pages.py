"""The page of a proposal as most signed-in residents see it: made once, filled for each.

Two residents who wrote nothing in a thread, rated nothing that the page shows and have nothing new
to read there see the same page but for their menu and the keys of forms.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flask import request, session

from deliberate.queries.proposals.reader_state import (
    ReaderState,
    get_reader_state,
    has_rated_one_of,
)
from deliberate.queries.site.page_moments import session_data_version
from deliberate.views.site.delivery.page_cache import MAX_QUERY_BYTES, find_or_make, page_body
from deliberate.views.site.delivery.slots import slots_in_page
from deliberate.views.site.request_context import is_resident
from deliberate.views.site.template_context import fill_slots

if TYPE_CHECKING:
    from deliberate.models import Person

PageMaker = Callable[[ReaderState], tuple[str, Sequence[int]] | None]
"""Makes a page for a relation to the proposal; returns it with the ids of its comments.

None where the address shows no page of its own.
"""


def common_page(
    person: "Person", proposal_id: int, last_read_id: int | None, make: PageMaker
) -> tuple[bytes, ReaderState] | None:
    """Return the page for a person with their relation to the proposal.

    None where the page has more that is theirs: the view then makes it for them alone.
    """
    if not _may_be_common(person):
        return None
    reader = get_reader_state(proposal_id, person.id, last_read_id)
    if reader is None or not reader.is_common:
        return None
    version = session_data_version(proposal_id)  # read before what the page is made from

    def make_with_slots() -> tuple[str, Sequence[int]] | None:
        with slots_in_page():
            return make(reader)

    variant = f"supports {reader.supports:d} follows {reader.follows:d}"
    page = find_or_make(variant, version, make_with_slots)
    if page is None or (reader.has_rated and has_rated_one_of(person.id, page.comments)):
        return None
    return fill_slots(page_body(page)), reader


def _may_be_common(person: "Person") -> bool:
    return (
        is_resident(person)
        and "_flashes" not in session
        and len(request.query_string) <= MAX_QUERY_BYTES
    )
