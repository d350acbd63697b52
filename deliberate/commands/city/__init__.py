"""The sample city: five institutions, some hundred residents, three processes, sixteen weeks of acts."""

from deliberate.commands.city.reading import City, CityError, read_city
from deliberate.commands.city.replay import seed

__all__ = ["City", "CityError", "read_city", "seed"]
