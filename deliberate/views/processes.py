"""Processes: the question, what is open, who decides, the phases and their dates."""

from deliberate.views.frame import Room

room = Room("processes", under="/processes")
