"""Registered study plans: those of a process, and how much of its data came after each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Row, func, select

from deliberate.database import db
from deliberate.models import Interaction, Position, StudyPlan
from deliberate.vocabulary import Visibility
from deliberate.vocabulary.events import kinds_with
from deliberate.vocabulary.events.releases import KINDS_BESIDE_DATA

DATA_KINDS = tuple(sorted(set(kinds_with(Visibility.PUBLIC)) - set(KINDS_BESIDE_DATA)))
"""Kinds of the acts that a plan is registered before or after."""
PLANS_PER_COUNT = 100
PAGE = 20


@dataclass(frozen=True)
class CountedPlan:
    """A version of a plan with its position in the log, and the acts before and after it."""

    plan_id: int
    first_id: int
    version: int
    position: int
    earlier: int
    later: int

    @property
    def sentence(self) -> str:
        """Return what the position says, in the words of the program for outsiders."""
        acts = self.earlier + self.later
        before = f"before {self.later * 100 // acts} % of the data" if acts else "before any data"
        return f"study plan {self.first_id}, version {self.version}: registered {before}"


def list_plans(process_id: int, before_id: int | None = None) -> Sequence[StudyPlan]:
    """Return a page of the newest versions of the plans of a process, last registered first.

    The page has one plan more than PAGE if others follow.
    """
    newest = (
        select(func.max(StudyPlan.id))
        .where(StudyPlan.process_id == process_id)
        .group_by(func.coalesce(StudyPlan.first_id, StudyPlan.id))
    )
    query = select(StudyPlan).where(StudyPlan.id.in_(newest))
    if before_id is not None:
        query = query.where(StudyPlan.id < before_id)
    return db.session.scalars(query.order_by(StudyPlan.id.desc()).limit(PAGE + 1)).all()


def get_plan(process_id: int, plan_id: int) -> StudyPlan | None:
    """Return a version of a plan of a process, or None."""
    return db.session.scalar(
        select(StudyPlan).where(StudyPlan.id == plan_id, StudyPlan.process_id == process_id)
    )


def list_versions(plan: StudyPlan) -> Sequence[StudyPlan]:
    """Return all versions of a plan, the first one first."""
    first_id = plan.first_id or plan.id
    of_plan = (StudyPlan.id == first_id) | (StudyPlan.first_id == first_id)
    return db.session.scalars(select(StudyPlan).where(of_plan).order_by(StudyPlan.version)).all()


def get_position(plan: StudyPlan) -> int | None:
    """Return the position of a plan in the log, None until it is sealed."""
    return db.session.scalar(select(Position.seq).where(Position.entry == plan.entry))


def get_content_mark(plan: StudyPlan) -> str | None:
    """Return the mark of the texts of a plan that its row in the log has."""
    return db.session.scalar(select(Interaction.content).where(Interaction.id == plan.entry))


def released_plans(process_id: int, below: int) -> Sequence[tuple[StudyPlan, int]]:
    """Return all versions of plans with positions below the size of a tree head, in order."""
    query = (
        select(StudyPlan, Position.seq)
        .join(Position, Position.entry == StudyPlan.entry)
        .where(StudyPlan.process_id == process_id, Position.seq < below)
    )
    return [(plan, seq) for plan, seq in db.session.execute(query.order_by(Position.seq))]


def list_counted_plans() -> list[CountedPlan]:
    """Return the sealed plans of every process, counted now; reads the rows of these processes."""
    with_plans = select(StudyPlan.process_id).distinct().order_by(StudyPlan.process_id)
    ids = db.session.scalars(with_plans).all()
    return [plan for process_id in ids for plan in count_acts_around_plans(process_id)]


def count_acts_around_plans(process_id: int, below: int | None = None) -> list[CountedPlan]:
    """Return the sealed plans of a process with the public acts before and after each.

    Reads every row of the process once, for up to a hundred plans: for jobs and checks, not pages.
    `below` limits the rows to the size of a tree head.
    """
    rows = iter(_sealed_plans(process_id, below))
    counted: list[CountedPlan] = []
    while part := list(islice(rows, PLANS_PER_COUNT)):
        earlier = [func.count().filter(Position.seq < row[-1]) for row in part]
        query = (
            select(func.count(), *earlier)
            .select_from(Interaction)
            .join(Position, Position.entry == Interaction.id)
            .where(Interaction.process_id == process_id, Interaction.kind.in_(DATA_KINDS))
        )
        if below is not None:
            query = query.where(Position.seq < below)
        total, *counts = db.session.execute(query).one()
        pairs = zip(part, counts, strict=True)
        counted += [CountedPlan(*row, count, total - count) for row, count in pairs]
    return counted


def _sealed_plans(process_id: int, below: int | None) -> Sequence[Row[int, int, int, int]]:
    """Return id, id of the first version, version and position of each sealed plan."""
    first_id = func.coalesce(StudyPlan.first_id, StudyPlan.id)
    query = (
        select(StudyPlan.id, first_id, StudyPlan.version, Position.seq)
        .join(Position, Position.entry == StudyPlan.entry)
        .where(StudyPlan.process_id == process_id)
    )
    if below is not None:
        query = query.where(Position.seq < below)
    return db.session.execute(query.order_by(Position.seq)).all()
