"""The scoreboard: how deliberative and how lasting participation was."""

from deliberate.views.frame import Room

room = Room("scores", under="/scores")
