"""Declarative bases of the two stores, and the Flask-SQLAlchemy extension."""

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from deliberate.database.columns import BigId
from deliberate.database.personal_data import TableMarks
from deliberate.database.routed_session import RoutedSession

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Tables of the recorded store, where every change is an act with a row in the log."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {int: BigId}
    personal_data = TableMarks(frozenset())


class TransientBase(DeclarativeBase):
    """Tables of the transient store: sessions, rate limits, reading positions, jobs."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {int: BigId}
    personal_data = TableMarks(frozenset())


db = SQLAlchemy(
    metadata=Base.metadata, disable_autonaming=True, session_options={"class_": RoutedSession}
)
