"""One's own account: joining, signing in and out, what one took part in."""

from deliberate.views.frame import Room

room = Room("account")
