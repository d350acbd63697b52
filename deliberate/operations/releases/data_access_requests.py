"""Access to protected data: requested, decided by an administrator, built, fetched, expired."""

import secrets
import shutil
from datetime import date
from pathlib import Path

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import unrecorded
from deliberate.days import local_today
from deliberate.file_storage import file_storage
from deliberate.models import DataAccessRequest, Person, Process
from deliberate.operations.notices.notices import notify_person
from deliberate.operations.releases.releases import exclusive_build, pack_release
from deliberate.operations.site.job_runs import run_each
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.releases import (
    MAX_ACCESS_PERIOD,
    may_decide_request,
    may_fetch_data,
    may_request_data,
)
from deliberate.queries.releases.data_access_requests import (
    active_requests,
    expired_requests,
    is_outdated,
)
from deliberate.queries.releases.release_files import MANIFEST, sha256_of
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary.events.releases import (
    ReleaseBuilt,
    ReleaseDownloaded,
    ReleaseRequested,
    RequestGranted,
    RequestRefused,
)
from deliberate.vocabulary.notices import DataRequestDecidedNotice

PROTECTED_FOLDER = "protected"


def request_data_access(
    researcher: Person,
    process: Process,
    purpose: str,
    ethics_reference: str,
    access_until: date,
    *,
    context: RequestContext = NO_REQUEST,
) -> DataAccessRequest:
    """Request protected data of a process, for a purpose and until a day within a year."""
    with recorded(researcher, ReleaseRequested, context) as act:
        require(may_request_data(act.lock(researcher)))
        _check_last_day(process, access_until)
        request = DataAccessRequest(process_id=process.id, person_id=researcher.id)
        request.purpose, request.ethics_reference = purpose, ethics_reference
        request.access_until = access_until
        act.session.add(request)
        act.about(request)
    return request


def _check_last_day(process: Process, access_until: date) -> None:
    today = local_today(process)
    if not today < access_until <= today + MAX_ACCESS_PERIOD:
        raise InvalidInput(_("Access must end after today and within a year."))


def grant_data_access(
    admin: Person, request: DataAccessRequest, *, context: RequestContext = NO_REQUEST
) -> None:
    """Grant access to protected data; a job builds the files within minutes."""
    with recorded(admin, RequestGranted, context) as act:
        require(may_decide_request(admin, act.lock(request)))
        request.decided_at, request.decided_by_id = now(), admin.id
        request.is_granted, request.secret = True, secrets.token_bytes(32)
        act.about(request)
        notify_person(act, request.person, DataRequestDecidedNotice(granted=True))


def refuse_data_access(
    admin: Person, request: DataAccessRequest, reason: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Refuse access to protected data with a reason."""
    with recorded(admin, RequestRefused, context) as act:
        require(may_decide_request(admin, act.lock(request)))
        request.decided_at, request.decided_by_id, request.reason = now(), admin.id, reason
        act.about(request)
        notify_person(act, request.person, DataRequestDecidedNotice(granted=False))


def fetch_protected_release(
    researcher: Person,
    request: DataAccessRequest,
    folder: Path,
    *,
    context: RequestContext = NO_REQUEST,
) -> Path:
    """Return the path of the files of a request. Each download is an act.

    Files built before an erasure, a withdrawn consent or a hidden text are refused.
    """
    with recorded(researcher, ReleaseDownloaded, context) as act:
        require(may_fetch_data(researcher, act.lock(request)))
        archive = _archive_path(folder, request)
        is_built = request.built_at is not None and not is_outdated(request)
        if not is_built or file_storage().open(archive) is None:
            raise Refused(_("The files are being built. Come back in a few minutes."))
        act.about(request)
    return archive


def build_protected_release(
    request: DataAccessRequest, folder: Path, *, context: RequestContext = NO_REQUEST
) -> None:
    """Build the files of a request, replacing older ones."""
    from deliberate.exports.formats import FORMATS
    from deliberate.exports.release_builder import build_release

    request_folder = folder / PROTECTED_FOLDER / str(request.id)
    with exclusive_build(request_folder):
        for path in request_folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
        out = request_folder / f"{request.process.slug}-protected"
        manifest = build_release(
            request.process, out, formats=tuple(FORMATS), secret=request.secret
        )
        size, digest = pack_release(out), sha256_of(out / MANIFEST)
        shutil.rmtree(out)
        archive = _archive_path(folder, request)
        file_storage().save(archive, archive)
        with recorded(None, ReleaseBuilt, context) as act:
            request = act.lock(request)
            request.built_at, request.manifest, request.size = now(), manifest, size
            rows = manifest["files"]["events.csv"]["rows"]
            act.about(request, rows=rows, manifest=digest)


def _archive_path(folder: Path, request: DataAccessRequest) -> Path:
    name = f"{request.process.slug}-protected.zip"
    return folder / PROTECTED_FOLDER / str(request.id) / name


def refresh_protected_releases(settings: Settings) -> None:
    """Build granted or outdated files; delete expired ones with the secret of their pseudonyms."""
    folder = settings.releases_path
    for request in expired_requests():
        with unrecorded("retention: access to protected data ended by its date"):
            request.secret, request.built_at, request.manifest = None, None, None
    active = active_requests()
    _remove_other_folders(folder / PROTECTED_FOLDER, {str(request.id) for request in active})

    def build(request: DataAccessRequest) -> None:
        if request.built_at is None or is_outdated(request):
            file_storage().delete(_archive_path(folder, request))
            build_protected_release(request, folder)

    run_each("refresh_protected_releases", active, build)


def _remove_other_folders(folder: Path, active: set[str]) -> None:
    """Delete folders of requests that are not active, however they ended."""
    for name in file_storage().names(folder):
        if name.split("/")[0] not in active:
            file_storage().delete(folder / name)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in active:
            shutil.rmtree(path)
