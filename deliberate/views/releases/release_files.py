"""The files of research releases, at addresses that last."""

from typing import Any

from flask import abort, current_app, redirect, render_template, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from deliberate.queries.releases.releases import newest_release, release_at
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import get_or_404

blueprint = LocalizedBlueprint("release_files", localized=False, url_prefix="/data")
A_YEAR = 31536000


@blueprint.page("/<slug>/latest.zip", "public")
def latest(slug: str) -> ResponseReturnValue:
    """The newest release of a process, packed: goes to its lasting address."""
    release = get_or_404(newest_release(slug))
    return redirect(url_for("release_files.packed", slug=slug, stamp=release.stamp))


@blueprint.page("/<slug>/<stamp>.zip", "public")
def packed(slug: str, stamp: str) -> ResponseReturnValue:
    """A release as one file."""
    found = release_at(slug, stamp)
    return _file(found, f"{slug}/{stamp}.zip")


@blueprint.page("/<slug>/<stamp>/<path:name>", "public")
def one(slug: str, stamp: str, name: str) -> ResponseReturnValue:
    """One file of a release, of those its manifest names."""
    found = release_at(slug, stamp)
    if found and name != "manifest.json" and name not in found.manifest["files"]:
        abort(404)
    return _file(found, f"{slug}/{stamp}/{name}")


def _file(found: Any, path: str) -> ResponseReturnValue:
    release = get_or_404(found)
    if release.removed_at is not None:
        page = render_template(
            "site/errors/410.html", reason=release.removed_reason, at=release.removed_at
        )
        return page, 410
    folder = current_app.config["SETTINGS"].releases_path
    return send_from_directory(folder, path, as_attachment=True, max_age=A_YEAR)
