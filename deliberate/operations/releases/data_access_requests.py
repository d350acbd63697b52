"""The protected tier: asked for, decided by somebody else, built, fetched, ended by its date."""

import secrets
import shutil
from datetime import date
from pathlib import Path

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import unrecorded
from deliberate.exports.formats import FORMATS
from deliberate.exports.release import build_release
from deliberate.models import Person, Process, ReleaseRequest
from deliberate.operations.notices.notices import tell_person
from deliberate.operations.releases.releases import alone_in, pack
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.releases import LONGEST, may_decide_request, may_fetch, may_request
from deliberate.queries.processes.working_days import local_day
from deliberate.queries.releases.data_access_requests import (
    has_aged,
    requests_in_force,
    requests_over,
)
from deliberate.recording import recorded
from deliberate.vocabulary import Kind

FOLDER = "protected"


def request_release(
    researcher: Person, process: Process, purpose: str, ethics: str, until: date
) -> ReleaseRequest:
    """Ask for the protected tier of a process, for a purpose and until a day within a year."""
    with recorded(researcher, Kind.RELEASE_REQUESTED) as act:
        require(may_request(act.locked(researcher)))
        today = local_day(process, now())
        if not today < until <= today + LONGEST:
            raise Refused(_("Access ends after today and within a year."))
        request = ReleaseRequest(
            process_id=process.id,
            person_id=researcher.id,
            purpose=purpose,
            ethics=ethics,
            until=until,
        )
        act.session.add(request)
        act.about(request)
    return request


def grant_request(admin: Person, request: ReleaseRequest) -> None:
    """Give access; the files follow within minutes."""
    with recorded(admin, Kind.REQUEST_GRANTED) as act:
        require(may_decide_request(admin, act.locked(request)))
        request.decided_at, request.decided_by_id = now(), admin.id
        request.is_granted, request.secret = True, secrets.token_bytes(32)
        act.about(request)
        tell_person(act, "request.decided", request.person, granted=1)


def refuse_request(admin: Person, request: ReleaseRequest, reason: str) -> None:
    """Give no access, and say why."""
    with recorded(admin, Kind.REQUEST_REFUSED) as act:
        require(may_decide_request(admin, act.locked(request)))
        request.decided_at, request.decided_by_id, request.reason = now(), admin.id, reason
        act.about(request)
        tell_person(act, "request.decided", request.person, granted=0)


def fetch_release(researcher: Person, request: ReleaseRequest, folder: Path) -> Path:
    """Fetch the files of a request: each time is an act. Gives where they lie.

    Files built before somebody was erased, withdrew consent or had a text hidden are not given.
    """
    with recorded(researcher, Kind.RELEASE_DOWNLOADED) as act:
        require(may_fetch(researcher, act.locked(request)))
        packed = _file(folder, request)
        if request.built_at is None or has_aged(request) or not packed.is_file():
            raise Refused(_("The files are being built. Come back in a few minutes."))
        act.about(request)
    return packed


def build_protected(request: ReleaseRequest, folder: Path) -> None:
    """Build the files of a request, or build them anew in place of older ones."""
    place = folder / FOLDER / str(request.id)
    with alone_in(place):
        for left in place.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
        out = place / f"{request.process.slug}-protected"
        manifest = build_release(
            request.process, out, formats=tuple(FORMATS), secret=request.secret
        )
        size = pack(out)
        shutil.rmtree(out)
        with recorded(None, Kind.RELEASE_BUILT) as act:
            request = act.locked(request)
            request.built_at, request.manifest, request.size = now(), manifest, size
            act.about(request, rows=manifest["files"]["events.csv"]["rows"])


def _file(folder: Path, request: ReleaseRequest) -> Path:
    name = f"{request.process.slug}-protected.zip"
    return folder / FOLDER / str(request.id) / name


def keep_protected(settings: Settings) -> None:
    """Build what was granted or has aged; take away what is over, with its pseudonyms' secret."""
    folder = settings.releases_path
    for request in requests_over():
        with unrecorded("retention: access to protected data ended by its date"):
            request.secret, request.built_at, request.manifest = None, None, None
    in_force = requests_in_force()
    _clear_away(folder / FOLDER, {str(request.id) for request in in_force})
    for request in in_force:
        if request.built_at is None or has_aged(request):
            _file(folder, request).unlink(missing_ok=True)
            build_protected(request, folder)


def _clear_away(place: Path, kept: set[str]) -> None:
    """No file outlives its request, whoever ended it and however."""
    for left in place.iterdir() if place.is_dir() else ():
        if left.name not in kept:
            shutil.rmtree(left)
