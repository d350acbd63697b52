"""Writing a proposal in steps, and changing or withdrawing one's own."""

from deliberate.views.frame import Room

room = Room("writing", under="/proposals")
