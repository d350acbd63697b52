"""Plain pages: help, offices, accessibility, privacy, rules."""

from deliberate.views.frame import Room

room = Room("pages")
