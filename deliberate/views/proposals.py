"""Proposals: the list, one proposal with all that belongs to it, its versions."""

from deliberate.views.frame import Room

room = Room("proposals", under="/proposals")
