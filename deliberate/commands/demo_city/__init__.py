"""The sample city: institutions, residents and four processes, sixteen weeks of their acts."""

from deliberate.commands.demo_city.replay import seed
from deliberate.commands.demo_city.spec import City, CityError, read_city

__all__ = ["City", "CityError", "read_city", "seed"]
