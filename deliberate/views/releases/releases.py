"""The data page: research releases and how to read them."""

from flask import render_template
from flask.typing import ResponseReturnValue

from deliberate.queries.releases.releases import newest_releases
from deliberate.views.site.blueprint import LocalizedBlueprint

blueprint = LocalizedBlueprint("releases", url_prefix="/data")


@blueprint.page("/", "public")
def index() -> ResponseReturnValue:
    """List the newest release of every process, with its files and how to read them."""
    return render_template("releases/index.html", releases=newest_releases())
