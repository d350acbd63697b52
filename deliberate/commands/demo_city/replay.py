"""Replays the sample city through operations, each act at its own moment."""

from datetime import date, datetime, timedelta

from deliberate.clock import set_to
from deliberate.commands.demo_city.actions import TODAY, Action
from deliberate.commands.demo_city.assessments import Judging
from deliberate.commands.demo_city.events import ZONE, Acts
from deliberate.commands.demo_city.schedule import deeds
from deliberate.commands.demo_city.spec import City, CityError
from deliberate.database import atomic_batch
from deliberate.operations.accounts.accounts import NameTaken
from deliberate.permissions.decision import Refused


def seed(city: City, present: datetime) -> int:
    """Let the sixteen weeks before the present pass, whole or not at all; gives the acts done.

    The same week gives the same city. Raises CityError where an operation refuses an act.
    """
    acts = Judging(first_day(present), {entry["key"]: entry["name"] for entry in city.sign_ins})
    past = [deed for deed in deeds(city) if acts.moment(deed.day) <= present]
    with atomic_batch("the sample city"):
        for deed in past:
            _do(acts, deed)
    return len(past)


def _do(acts: Acts, deed: Action) -> None:
    try:
        with set_to(acts.moment(deed.day)):
            getattr(acts, deed.act)(*deed.words)
    except (Refused, NameTaken, KeyError, ValueError) as error:
        raise CityError(f"{deed.where}: {deed.act} on day {deed.day:.2f}: {error}") from error


def first_day(present: datetime) -> date:
    """Day 0: the Monday sixteen weeks before the present week's."""
    today = present.astimezone(ZONE).date()
    return today - timedelta(days=today.weekday() + int(TODAY))
