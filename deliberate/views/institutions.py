"""One institution: what it owes, what it answered."""

from deliberate.views.frame import Room

room = Room("institutions", under="/institutions")
