"""The desk: what an institution must answer, and the form it answers with."""

from deliberate.views.frame import Room

room = Room("desk", under="/desk")
