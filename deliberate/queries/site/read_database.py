"""Which database a request reads: the primary, or a replica for readers without a session."""

from deliberate.database import db, leave_replica, read_from_replica


def read_replica_if_current() -> None:
    """Let this request read the replica, if there is one and it is current."""
    read_from_replica()


def read_primary_instead() -> bool:
    """Let this request read the primary, as the replica failed; return whether it read that."""
    if not leave_replica(is_down=True):
        return False
    db.session.rollback()
    return True
