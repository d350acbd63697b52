"""The session of the recorded store, which reads the database that its request chose."""

from typing import Any, cast

from flask import g, has_app_context
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Engine


class RoutedSession(FlaskSession):
    """The session of the recorded store; it reads the replica where the request does."""

    def get_bind(self, *arguments: Any, **options: Any) -> Any:  # Any: SQLAlchemy's overloads
        """Return the engine that this request reads."""
        return chosen_engine() or super().get_bind(*arguments, **options)


def chosen_engine() -> Engine | None:
    """Return the engine that this request chose, None for the primary."""
    return cast(Engine | None, g.get("read_engine")) if has_app_context() else None
