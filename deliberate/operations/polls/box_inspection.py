"""Open a closed ballot box: two scrutineers compare it with the hash that the log sealed."""

from deliberate.models import Person, Poll
from deliberate.operations.accounts.second_factor import consume_code
from deliberate.permissions.decision import require
from deliberate.permissions.polls import may_inspect_box
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.queries.polls.box_inspection import BoxInspection, inspect_box
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary.events.polls import BallotBoxInspected


def inspect_ballot_box(
    scrutineer: Person,
    poll: Poll,
    other: Person,
    code: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> BoxInspection:
    """Record what one scrutineer saw in the presence of the other; each records it.

    `code` is that of the scrutineer's second factor. Raises Refused and
    InvalidCredentials.
    """
    with recorded(scrutineer, BallotBoxInspected, context) as act:
        require(may_inspect_box(scrutineer, other, act.lock(poll)))
        if second_factor_added_at(scrutineer) is not None:
            consume_code(act, scrutineer, code)
        inspection = inspect_box(poll)
        act.about(poll, holds=inspection.holds, ballots=inspection.ballots)
    return inspection
