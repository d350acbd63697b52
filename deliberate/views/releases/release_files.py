"""Downloads of research releases at permanent URLs."""

from typing import TYPE_CHECKING

from flask import Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from deliberate.queries.log.receipts import get_receipt_of_entry
from deliberate.queries.releases.releases import get_release_by_stamp, newest_release
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.delivery.stored_files import send_stored_file
from deliberate.views.site.request_context import current_settings, get_or_404

if TYPE_CHECKING:
    from deliberate.models import Release

blueprint = LocalizedBlueprint("release_files", localized=False, url_prefix="/data")
CACHE_SECONDS = 300
"""A removed release leaves caches soon; an unchanged one is only revalidated, by its ETag."""


@blueprint.page("/<slug>/latest.zip", "public")
def latest(slug: str) -> ResponseReturnValue:
    """Redirect to the ZIP archive of the newest release of a process."""
    release = get_or_404(newest_release(slug))
    return redirect(url_for("release_files.archive", slug=slug, stamp=release.stamp))


@blueprint.page("/<slug>/<stamp>.zip", "public")
def archive(slug: str, stamp: str) -> ResponseReturnValue:
    """Return the ZIP archive of a release."""
    return _send(get_or_404(get_release_by_stamp(slug, stamp)), f"{slug}/{stamp}.zip")


@blueprint.page("/<slug>/<stamp>.receipt.json", "public")
def receipt(slug: str, stamp: str) -> ResponseReturnValue:
    """Return the receipt of the build of a release, which binds its manifest to the log."""
    release = get_or_404(get_release_by_stamp(slug, stamp))
    found = get_or_404(get_receipt_of_entry(release.entry) if release.entry else None)
    return Response(found.code, mimetype="application/json")


@blueprint.page("/<slug>/<stamp>/<path:name>", "public")
def file(slug: str, stamp: str, name: str) -> ResponseReturnValue:
    """Return one file of a release that its manifest lists."""
    release = get_or_404(get_release_by_stamp(slug, stamp))
    if name != "manifest.json" and name not in release.manifest["files"]:
        abort(404)
    return _send(release, f"{slug}/{stamp}/{name}")


def _send(release: "Release", path: str) -> ResponseReturnValue:
    """Return a file of a release, or 410 Gone with the reason if the release was removed."""
    if release.removed_at is not None:
        page = render_template(
            "site/errors/410.html", reason=release.removed_reason, at=release.removed_at
        )
        return page, 410
    folder = current_settings().releases_path
    response = send_stored_file(folder, path, as_attachment=True, max_age=CACHE_SECONDS)
    response.cache_control.must_revalidate = True
    return response
