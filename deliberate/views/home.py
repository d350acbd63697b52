"""The front page: what closes soon, what was just answered, what waits longest."""

from deliberate.views.frame import Room

room = Room("home")
