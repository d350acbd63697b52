"""Short addresses without a language: the root, posters and text messages."""

from deliberate.views.frame import Room

room = Room("short", spoken=False)
