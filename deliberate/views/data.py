"""Research releases and how to read them."""

from flask import render_template
from flask.typing import ResponseReturnValue

from deliberate.queries.releases import open_releases
from deliberate.views.frame import Room

room = Room("data", under="/data")


@room.page("/", "public")
def index() -> ResponseReturnValue:
    """The newest release of every process: what is in it, what is withheld, how to read it."""
    return render_template("data/index.html", releases=open_releases())
