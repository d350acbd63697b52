"""The data page: research releases and how to read them."""

from datetime import datetime
from typing import TYPE_CHECKING

from flask import render_template
from flask.typing import ResponseReturnValue

from deliberate.queries.releases.release_previews import read_preview
from deliberate.queries.releases.releases import newest_releases
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings

if TYPE_CHECKING:
    from deliberate.models import Release

blueprint = LocalizedBlueprint("releases", url_prefix="/data")


@blueprint.page("/", "public")
def index() -> ResponseReturnValue:
    """List the newest release of every process, with its files and how to read them."""
    folder = current_settings().releases_path
    releases = [(release, read_preview(release, folder)) for release in newest_releases()]
    return render_template("releases/index.html", releases=releases, period_of=_acts_period)


def _acts_period(release: "Release") -> tuple[datetime, datetime] | None:
    """Return the hours of the first and the last act in a release, None for one without acts."""
    first, last = release.manifest.get("period") or (None, None)
    return (datetime.fromisoformat(first), datetime.fromisoformat(last)) if first and last else None
