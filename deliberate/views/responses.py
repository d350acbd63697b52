"""Official responses: those given, those owed, and how each institution answers."""

from deliberate.views.frame import Room

room = Room("responses", under="/responses")
