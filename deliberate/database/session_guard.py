"""Session listeners that reject changes outside a write transaction.

The database rejects them too (deliberate.database.engines); the listeners raise at the line that
causes the change.
"""

from flask.wrappers import Response
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, scoped_session

from deliberate.database.base import db


class UnrecordedChange(RuntimeError):
    """The recorded store was changed outside an act."""


def guard_session(session: scoped_session[FlaskSession]) -> None:
    """Register the listeners once."""
    if event.contains(session, "before_commit", _reject_commit):
        return
    event.listen(session, "before_flush", _reject_flush)
    event.listen(session, "before_commit", _reject_commit)
    event.listen(session, "do_orm_execute", _reject_statement)


def reject_pending_changes(response: Response) -> Response:
    """Raise UnrecordedChange if a request ends with pending changes in the session."""
    session: Session = db.session()
    if session.new or session.dirty or session.deleted:
        session.rollback()
        raise UnrecordedChange("a request ended with changes that no act recorded")
    return response


def _reject_flush(session: Session, _context: object, _instances: object) -> None:
    changed = [*session.new, *session.dirty, *session.deleted]
    if changed and "writing" not in session.info:
        session.expunge_all()
        raise UnrecordedChange(f"{type(changed[0]).__name__} changed outside an act")


def _reject_commit(session: Session) -> None:
    if "writing" not in session.info:
        raise UnrecordedChange("commit outside an act")


def _reject_statement(state: ORMExecuteState) -> None:
    is_change = state.is_insert or state.is_update or state.is_delete
    if is_change and "writing" not in state.session.info:
        raise UnrecordedChange("a statement that changes rows, outside an act")
