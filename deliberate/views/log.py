"""The public log: heads, and how to check an entry."""

from deliberate.views.frame import Room

room = Room("log", under="/log")
