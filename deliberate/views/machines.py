"""Addresses for machines: health, robots, security contact."""

from deliberate.views.frame import Room

room = Room("machines", spoken=False)
