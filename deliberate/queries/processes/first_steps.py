"""First steps of an installation: what an administrator sets up, in order, and what is done."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select

from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import (
    Institution,
    Person,
    Phase,
    Process,
    ResidentList,
    RulesVersion,
)
from deliberate.queries.notices.stuck_deliveries import count_stuck_mails
from deliberate.vocabulary import Role

MIN_ADMINISTRATORS = 2
"""Another administrator changes the role of the first, and removes a lost second factor."""
MIN_MODERATION_UNITS = 2
"""An appeal is decided by a moderator of another unit."""


class Step(StrEnum):
    """The things to set up, in their order."""

    NAME = "name"
    MAIL = "mail"
    INSTITUTIONS = "institutions"
    COORDINATOR = "coordinator"
    STAFF = "staff"
    MODERATORS = "moderators"
    ADMINISTRATORS = "administrators"
    RULES = "rules"
    AREAS = "areas"
    PROCESS = "process"
    PHASES = "phases"
    OPENING = "opening"


@dataclass(frozen=True)
class FirstStep:
    """A thing to set up, and whether it is done."""

    step: Step
    is_done: bool


def list_first_steps(settings: Settings) -> list[FirstStep]:
    """Return every first step with whether it is done, derived from settings and data."""
    done = {
        Step.NAME: settings.brand_name != Settings.brand_name,
        Step.MAIL: _mail_works(settings),
        **_done_in_database(),
    }
    return [FirstStep(step, bool(done[step])) for step in Step]


def count_missing_steps(settings: Settings) -> int:
    """Return the number of first steps that are not done."""
    return sum(not step.is_done for step in list_first_steps(settings))


def _mail_works(settings: Settings) -> bool:
    """Return whether mails are sent; those of the demo are shown on a page."""
    return settings.is_demo or bool(settings.mail_url and not count_stuck_mails())


def _done_in_database() -> dict[Step, bool]:
    """Return the steps that the data answers, in one statement."""
    conditions: dict[Step, ColumnElement[bool]] = {
        Step.INSTITUTIONS: _any(Institution),
        Step.COORDINATOR: _any(Institution, Institution.is_coordinator.is_(True)),
        Step.STAFF: _any(Person, Person.role == Role.STAFF, Person.erased_at.is_(None)),
        Step.MODERATORS: _moderation_units() >= MIN_MODERATION_UNITS,
        Step.ADMINISTRATORS: _administrators() >= MIN_ADMINISTRATORS,
        Step.RULES: _any(RulesVersion),
        Step.AREAS: _any(ResidentList),
        Step.PROCESS: _any(Process, Process.source.is_(None)),
        Step.PHASES: _any(Phase, Phase.process.has(Process.source.is_(None))),
        Step.OPENING: _any(Process, Process.opened_at.is_not(None), Process.source.is_(None)),
    }
    row = db.session.execute(select(*conditions.values())).one()
    return dict(zip(conditions, row, strict=True))


def _any(model: type[Any], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(model.id).where(*conditions))


def _moderation_units() -> ScalarSelect[int]:
    """Return the number of units with a person who decides on reports; no institution is one."""
    unit = func.coalesce(Person.institution_id, 0)
    return (
        select(func.count(unit.distinct()))
        .where(Person.role.in_([Role.MODERATOR, Role.ADMIN]), Person.erased_at.is_(None))
        .scalar_subquery()
    )


def _administrators() -> ScalarSelect[int]:
    return (
        select(func.count(Person.id))
        .where(Person.role == Role.ADMIN, Person.erased_at.is_(None))
        .scalar_subquery()
    )
