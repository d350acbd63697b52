"""Open a closed ballot box: two scrutineers compare it with the hash that the log sealed."""

from contextlib import ExitStack

from deliberate.models import Person, Poll
from deliberate.operations.accounts.second_factor import consume_code
from deliberate.operations.site.rate_limits import SECOND_FACTOR_CODES, limit_attempts
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
    codes: tuple[str, str] = ("", ""),
    *,
    context: RequestContext = NO_REQUEST,
) -> BoxInspection:
    """Record for both scrutineers, or for neither, what they saw in the box.

    `codes` are those of their second factors. Raises Refused, InvalidCredentials and
    TooManyAttempts.
    """
    require(may_inspect_box(scrutineer, other, poll))
    with_factor = [
        (person, code)
        for person, code in zip((scrutineer, other), codes, strict=True)
        if second_factor_added_at(person) is not None
    ]
    with ExitStack() as attempts:
        for person, _code in with_factor:
            attempts.enter_context(limit_attempts(SECOND_FACTOR_CODES, str(person.id), "box"))
        with recorded(scrutineer, BallotBoxInspected, context) as act:
            require(may_inspect_box(act.lock(scrutineer), act.lock(other), act.lock(poll)))
            for person, code in with_factor:
                consume_code(act, person, code)
            inspection = inspect_box(poll)
            act.about(poll, holds=inspection.holds, ballots=inspection.ballots)
            act.joined_by(other)
    return inspection
