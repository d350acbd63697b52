"""A proposal's thread: posting, replying, weighing, taking back."""

from deliberate.views.frame import Room

room = Room("threads")
