"""Replays the sample city through operations, each act at its own moment."""

from datetime import date, datetime, timedelta

from deliberate import clock
from deliberate.commands.city.acts import ZONE, Acts
from deliberate.commands.city.plan import TODAY, deeds
from deliberate.commands.city.reading import City, CityError
from deliberate.operations.people import NameTaken
from deliberate.permissions import Refused


def seed(city: City, present: datetime) -> int:
    """Let the city's sixteen weeks pass up to the present; gives how many acts were done.

    The same week gives the same city. Raises CityError where an operation refuses an act.
    """
    acts = Acts(first_day(present), {entry["key"]: entry["name"] for entry in city.sign_ins})
    done = 0
    for deed in deeds(city):
        moment = acts.moment(deed.day)
        if moment > present:
            break
        try:
            with clock.set_to(moment):
                getattr(acts, deed.act)(*deed.words)
        except (Refused, NameTaken, KeyError, ValueError) as error:
            raise CityError(f"{deed.where}: {deed.act} on day {deed.day:.2f}: {error}") from error
        done += 1
    return done


def first_day(present: datetime) -> date:
    """Day 0: the Monday sixteen weeks before the present week's."""
    today = present.astimezone(ZONE).date()
    return today - timedelta(days=today.weekday() + int(TODAY))
