"""Suggest statements in a poll, and decide on them as a moderator."""

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.database import new_salt
from deliberate.models import Option, Person, Poll
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.polls import may_decide_statement, may_suggest_statement
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import OptionState
from deliberate.vocabulary.events.polls import StatementDecided, StatementSuggested

MAX_LENGTH = 280
MAX_WAITING = 3


class StatementRefused(Refused):
    """A statement cannot be accepted as it is written."""


def suggest_statement(
    author: Person, poll: Poll, text: str, *, context: RequestContext = NO_REQUEST
) -> Option:
    """Add a statement to a poll; it can be voted on once a moderator accepts it."""
    with recorded(author, StatementSuggested, context) as act:
        require(may_suggest_statement(author, act.lock(poll)))
        label = clean_line(text)
        _check_text(poll, label)
        _check_waiting(act, author, poll)
        statement = Option(
            position=len(poll.options),
            label=label,
            state=OptionState.WAITING,
            author_id=author.id,
            salt=new_salt(),
        )
        poll.options.append(statement)
        act.session.flush()
        act.set_text(lambda: label, statement)
        act.about(statement)
    return statement


def _check_text(poll: Poll, label: str) -> None:
    if not label:
        raise StatementRefused(_("Write a statement others can agree or disagree with."))
    if len(label) > MAX_LENGTH:
        raise StatementRefused(_("A statement has at most %(n)s characters.", n=MAX_LENGTH))
    if label.casefold() in {option.label.casefold() for option in poll.options}:
        raise StatementRefused(_("This statement is already in the poll."))


def _check_waiting(act: Act[...], author: Person, poll: Poll) -> None:
    waiting = act.session.scalar(
        select(func.count(Option.id)).where(
            Option.poll_id == poll.id,
            Option.author_id == author.id,
            Option.state == OptionState.WAITING,
        )
    )
    if (waiting or 0) >= MAX_WAITING:
        raise StatementRefused(_("Three of your statements are waiting; wait for a moderator."))


def decide_statement(
    moderator: Person,
    statement: Option,
    state: OptionState,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Accept or decline a waiting statement."""
    with recorded(moderator, StatementDecided, context) as act:
        poll = act.lock(statement.poll)
        require(may_decide_statement(moderator, poll))
        if act.lock(statement).state != OptionState.WAITING or state == OptionState.WAITING:
            raise Refused(_("This statement has been decided already."))
        statement.state = state
        poll.ballot_version += 1
        act.about(statement, state=state)
