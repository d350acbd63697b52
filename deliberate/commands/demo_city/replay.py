"""Replay of the sample city through operations, each act at its own time."""

from datetime import date, datetime, timedelta

from deliberate.clock import override_now
from deliberate.commands.demo_city.actions import TODAY, Action
from deliberate.commands.demo_city.consultation import ConsultationActs
from deliberate.commands.demo_city.events import ZONE, CityActs
from deliberate.commands.demo_city.schedule import all_actions
from deliberate.commands.demo_city.spec import City, CityError
from deliberate.database import atomic_batch
from deliberate.operations.accounts.registration import NameTaken
from deliberate.permissions.decision import Refused


def seed(city: City, present: datetime) -> None:
    """Replay the sixteen weeks before the present in one transaction.

    The same week gives the same city. Raises CityError if an operation refuses an act.
    """
    acts = ConsultationActs(
        first_day(present), {entry["key"]: entry["name"] for entry in city.sign_ins}
    )
    past = [action for action in all_actions(city) if acts.moment(action.day) <= present]
    with atomic_batch("the sample city"):
        for action in past:
            _perform(acts, action)


def _perform(acts: CityActs, action: Action) -> None:
    try:
        with override_now(acts.moment(action.day)):
            getattr(acts, action.method)(*action.arguments)
    except (Refused, NameTaken, KeyError, ValueError) as error:
        raise CityError(
            f"{action.where}: {action.method} on day {action.day:.2f}: {error}"
        ) from error


def first_day(present: datetime) -> date:
    """Return day 0: the Monday sixteen weeks before that of the present week."""
    today = present.astimezone(ZONE).date()
    return today - timedelta(days=today.weekday() + int(TODAY))
