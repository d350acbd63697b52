"""Pictures: send one to a page, and the desk's page to add and remove those of a thing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict

from deliberate.forms.site import PictureForm
from deliberate.operations.proposals.file_sanitizing import SanitizedFile, sanitize_picture
from deliberate.operations.proposals.file_store import StorageRefused, preview_name
from deliberate.operations.site.pictures import add_picture, remove_picture
from deliberate.operations.site.rate_limits import TEXTS, TooManyAttempts
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.site import Pictured, may_illustrate, may_remove_picture
from deliberate.queries.polls.polls import get_poll
from deliberate.queries.processes.process_setup import get_process_for_setup
from deliberate.queries.responses.commitments import get_commitment
from deliberate.queries.responses.institutions import get_institution_by_slug
from deliberate.queries.site.pictures import (
    LARGE,
    SMALL,
    ShownPicture,
    get_picture,
    get_visible_file,
    list_pictures,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.delivery.framing import SANDBOXED
from deliberate.views.site.delivery.stored_files import send_stored_file
from deliberate.views.site.form_pages import BOTH, flash_with_receipt, form_page, see_other
from deliberate.views.site.rate_limits import count_upload, retry_message
from deliberate.views.site.request_context import (
    current_person,
    current_settings,
    get_or_404,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import PictureUse

if TYPE_CHECKING:
    from deliberate.models import Commitment, Institution, Poll, Process

files = LocalizedBlueprint("pictures", localized=False, url_prefix="/pictures")
blueprint = LocalizedBlueprint("picture_admin", url_prefix="/desk/pictures")
MAX_AGE_SECONDS = 300
"""How long a browser shows a picture after it was removed."""
EDITORS = ("staff", "moderator", "admin")
SUBJECTS = "any(process,institution,commitment,poll)"


@files.page("/<stem>/<int:width>.webp", "public")
def show(stem: str, width: int) -> ResponseReturnValue:
    """Send a picture as WebP in one of its two sizes while what it belongs to is visible."""
    if width not in {SMALL, LARGE}:
        abort(404)
    name = get_or_404(get_visible_file(stem, current_person()))
    response = send_stored_file(
        current_settings().upload_path,
        preview_name(name, width),
        mimetype="image/webp",
    )
    response.headers["Cache-Control"] = f"private, max-age={MAX_AGE_SECONDS}"
    response.headers["Content-Security-Policy"] = SANDBOXED
    response.vary.add("Cookie")
    return response


@dataclass(frozen=True)
class Place:
    """A place where a picture is shown: the thing it is of, and the use."""

    pictured: Pictured
    use: PictureUse
    text: str
    picture: ShownPicture | None


@dataclass(frozen=True)
class PicturedPage:
    """The page whose pictures are edited: its title and URL, and the places on it."""

    title: str
    url: str
    places: Sequence[Place]


@blueprint.page(f"/<{SUBJECTS}:of>/<key>", *EDITORS, methods=BOTH, rate_limit=TEXTS, files=True)
def edit(of: str, key: str) -> ResponseReturnValue:
    """Show the pictures of a process, institution, commitment or poll, or add one."""
    page = get_or_404(_PAGES[of](key))
    form = PictureForm(CombinedMultiDict([request.files, request.form]))
    form.offer_places([(str(i), place.text) for i, place in enumerate(page.places)])
    person, pictured = signed_in_person(), page.places[0].pictured
    return form_page(
        form,
        lambda: _add(form, page.places),
        "processes/pictures.html",
        page=page,
        may_illustrate=may_illustrate(person, pictured),
        may_remove=may_remove_picture(person, pictured),
    )


def _add(form: PictureForm, places: Sequence[Place]) -> ResponseReturnValue | None:
    """Add the submitted picture; return None with an error at the field if it is refused."""
    place = places[int(form.place.data)]
    require(may_illustrate(signed_in_person(), place.pictured))
    picture = _read_picture(form)
    if picture is None or not _store_picture(form, place, picture):
        return None
    flash_with_receipt(_("The picture has been added."))
    return see_other(request.path)


def _store_picture(form: PictureForm, place: Place, picture: SanitizedFile) -> bool:
    """Add a picture; return False with an error at the field if it cannot be stored now."""
    person, alt, context = signed_in_person(), form.alt.data, request_context()
    try:
        add_picture(person, place.pictured, alt, picture, place.use, context=context)
    except StorageRefused as refusal:
        form.file.errors = [str(refusal.reason)]
        return False
    return True


def _read_picture(form: PictureForm) -> SanitizedFile | None:
    """Return the uploaded picture; None with an error at the field if it is refused."""
    file = request.files.get("file")
    if file is None:
        form.file.errors = [_("Choose a file.")]
        return None
    try:
        count_upload()
        return sanitize_picture(file.read())
    except InvalidInput as refusal:
        form.file.errors = [str(refusal.reason)]
    except TooManyAttempts as error:
        form.file.errors = [retry_message(error)]
    return None


@blueprint.page(f"/<{SUBJECTS}:of>/<key>/<id:picture_id>/removal", *EDITORS, methods=["POST"])
def remove(of: str, key: str, picture_id: int) -> ResponseReturnValue:
    """Remove a picture."""
    page, picture = get_or_404(_PAGES[of](key)), get_or_404(get_picture(picture_id))
    if picture_id not in {place.picture.id for place in page.places if place.picture}:
        abort(404)
    remove_picture(signed_in_person(), picture, context=request_context())
    flash_with_receipt(_("The picture has been removed."))
    return see_other(url_for("picture_admin.edit", of=of, key=key))


def _header_page(
    of: str, pictured: "Process | Institution | None", title: str, url: str
) -> PicturedPage | None:
    if pictured is None:
        return None
    shown = list_pictures(of, [pictured.id], current_person()).get(pictured.id, {})
    header = Place(
        pictured, PictureUse.HEADER, _("On top of the page"), shown.get(PictureUse.HEADER)
    )
    return PicturedPage(title, url, [header])


def _process_page(slug: str) -> PicturedPage | None:
    process = get_process_for_setup(slug)
    title = process.title if process else ""
    return _header_page("process", process, title, url_for("process_setup.edit", slug=slug))


def _institution_page(slug: str) -> PicturedPage | None:
    institution = get_institution_by_slug(slug)
    title = institution.name if institution else ""
    return _header_page("institution", institution, title, url_for("institutions.show", slug=slug))


def _commitment_page(key: str) -> PicturedPage | None:
    commitment: Commitment | None = get_commitment(int(key)) if key.isdigit() else None
    if commitment is None:
        return None
    shown = list_pictures("commitment", [commitment.id]).get(commitment.id, {})
    texts = {PictureUse.BEFORE: _("Before the work"), PictureUse.AFTER: _("After the work")}
    places = [Place(commitment, use, text, shown.get(use)) for use, text in texts.items()]
    url = url_for("responses.show", proposal_id=commitment.response.proposal_id)
    return PicturedPage(commitment.what, url, places)


def _poll_page(key: str) -> PicturedPage | None:
    poll: Poll | None = get_poll(int(key)) if key.isdigit() else None
    options = [option for option in poll.shown_options if not option.is_pass] if poll else []
    if poll is None or not options:
        return None
    shown = list_pictures("option", [option.id for option in options])
    places = [
        Place(
            option,
            PictureUse.OPTION,
            option.label,
            shown.get(option.id, {}).get(PictureUse.OPTION),
        )
        for option in options
    ]
    return PicturedPage(poll.question, url_for("polls.show", poll_id=poll.id), places)


_PAGES: dict[str, Callable[[str], PicturedPage | None]] = {
    "process": _process_page,
    "institution": _institution_page,
    "commitment": _commitment_page,
    "poll": _poll_page,
}
