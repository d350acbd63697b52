"""Polls: the question, the ballot, the result."""

from deliberate.views.frame import Room

room = Room("polls", under="/polls")
