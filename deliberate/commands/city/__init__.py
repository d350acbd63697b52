"""The sample city: institutions, residents and three processes, sixteen weeks of their acts."""

from deliberate.commands.city.reading import City, CityError, read_city
from deliberate.commands.city.replay import seed

__all__ = ["City", "CityError", "read_city", "seed"]
