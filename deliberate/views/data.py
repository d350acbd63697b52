"""Research releases and how to read them."""

from deliberate.views.frame import Room

room = Room("data", under="/data")
