"""Research releases and how to read them."""

from flask import render_template
from flask.typing import ResponseReturnValue

from deliberate.queries.releases.releases import open_releases
from deliberate.views.site.blueprint import LocalizedBlueprint

blueprint = LocalizedBlueprint("releases", url_prefix="/data")


@blueprint.page("/", "public")
def index() -> ResponseReturnValue:
    """The newest release of every process: what is in it, what is withheld, how to read it."""
    return render_template("releases/index.html", releases=open_releases())
