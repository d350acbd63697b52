"""Send stored files, from a folder or from a bucket, with the same headers."""

from pathlib import Path

from flask import Response, abort, request, send_file
from werkzeug.security import safe_join

from deliberate.file_storage import StoredFile, file_storage


def send_stored_file(
    folder: Path,
    name: str,
    *,
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str = "",
    max_age: int | None = None,
) -> Response:
    """Return a file below a folder, or the part of it that is requested; 404 if there is none.

    A client that has it already gets 304, and nothing is read from a bucket.
    """
    path = safe_join(str(folder), name)
    stored = file_storage().open(Path(path)) if path else None
    if stored is None:
        abort(404)
    if request.if_none_match.contains(stored.etag):
        return _not_modified(stored, max_age)
    response = send_file(
        stored.open_file(),
        mimetype=mimetype,
        as_attachment=as_attachment,
        download_name=download_name or Path(name).name,
        conditional=False,
        etag=stored.etag,
        last_modified=stored.modified_at,
        max_age=max_age,
    )
    response.content_length = stored.size
    response.make_conditional(request, accept_ranges=True, complete_length=stored.size)
    return response


def _not_modified(stored: StoredFile, max_age: int | None) -> Response:
    response = Response(status=304)
    response.set_etag(stored.etag)
    response.cache_control.max_age = max_age
    response.cache_control.public = bool(max_age)
    return response
