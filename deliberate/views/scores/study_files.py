"""Files and transcripts of the sources of a study, and deleting a source."""

from typing import TYPE_CHECKING

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict

from deliberate.forms.scores.studies import SourceFileForm, TranscriptForm
from deliberate.operations.proposals.file_store import CONTENT_TYPES
from deliberate.operations.scores.excerpts import import_transcript
from deliberate.operations.scores.study_files import MAX_FILES, add_file, remove_file
from deliberate.operations.scores.study_sources import delete_source
from deliberate.operations.scores.transcripts import read_transcript
from deliberate.operations.site.rate_limits import TEXTS, TooManyAttempts
from deliberate.permissions.decision import Refused
from deliberate.permissions.scores.studies import may_edit_source, may_take_excerpts
from deliberate.views.scores.studies import SOURCE, get_source_of_study
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.delivery.stored_files import send_stored_file
from deliberate.views.site.form_pages import BOTH, form_page, redirect_with_message
from deliberate.views.site.rate_limits import count_upload, refuse_attempt
from deliberate.views.site.request_context import (
    current_settings,
    get_or_404,
    request_context,
    signed_in_person,
)

if TYPE_CHECKING:
    from deliberate.models import StudyFile, StudySource

blueprint = LocalizedBlueprint("study_files", url_prefix="/desk/studies")


@blueprint.page(f"{SOURCE}/files", "evaluator", methods=BOTH, rate_limit=TEXTS, files=True)
def index(slug: str, source_id: int) -> ResponseReturnValue:
    """Show the files of a source, or add one."""
    source, person = get_source_of_study(slug, source_id), signed_in_person()
    form = SourceFileForm(CombinedMultiDict([request.files, request.form]))
    return form_page(
        form,
        lambda: _add_file(source, form),
        "scores/study_files/index.html",
        process=source.process,
        source=source,
        may_edit=may_edit_source(person, source),
        max_files=MAX_FILES,
    )


def _add_file(source: "StudySource", form: SourceFileForm) -> ResponseReturnValue | None:
    """Add the submitted file; return None with an error at the field if it is refused."""
    file = request.files.get("file")
    if file is None:
        form.file.errors = [_("Choose a file.")]
        return None
    try:
        count_upload()
        add_file(signed_in_person(), source, file.read(), context=request_context())
    except Refused as refusal:
        form.file.errors = [str(refusal.reason)]
        return None
    except TooManyAttempts as error:
        refuse_attempt(form.file, error)
        return None
    url = url_for("study_files.index", slug=source.process.slug, source_id=source.id)
    return redirect_with_message(url, _("The file has been added."))


def _get_file(source: "StudySource", name: str) -> "StudyFile":
    return get_or_404(next((file for file in source.files if file.name == name), None))


@blueprint.page(f"{SOURCE}/files/<name>", "evaluator")
def download(slug: str, source_id: int, name: str) -> ResponseReturnValue:
    """Send a file to an assessor of the study as a download, never to be displayed."""
    source = get_source_of_study(slug, source_id)
    file = _get_file(source, name)
    response = send_stored_file(
        current_settings().upload_path,
        file.name,
        mimetype=CONTENT_TYPES[file.kind],
        as_attachment=True,
        download_name=f"{source.label}-{file.id}.{file.kind}",
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = "sandbox"
    return response


@blueprint.page(f"{SOURCE}/files/<name>/removal", "evaluator", methods=("POST",))
def remove(slug: str, source_id: int, name: str) -> ResponseReturnValue:
    """Remove a file."""
    source = get_source_of_study(slug, source_id)
    remove_file(signed_in_person(), source, _get_file(source, name))
    url = url_for("study_files.index", slug=slug, source_id=source_id)
    return redirect_with_message(url, _("The file has been removed."))


@blueprint.page(f"{SOURCE}/removal", "evaluator", methods=("POST",))
def delete(slug: str, source_id: int) -> ResponseReturnValue:
    """Delete a source that nothing uses."""
    source = get_source_of_study(slug, source_id)
    label = source.label
    delete_source(signed_in_person(), source)
    message = _("%(source)s is deleted.", source=label)
    return redirect_with_message(url_for("studies.show", slug=slug), message)


@blueprint.page(f"{SOURCE}/transcript", "evaluator", methods=BOTH, rate_limit=TEXTS, files=True)
def transcript(slug: str, source_id: int) -> ResponseReturnValue:
    """Add the paragraphs of a transcript as excerpts."""
    source = get_source_of_study(slug, source_id)
    form = TranscriptForm(CombinedMultiDict([request.files, request.form]))
    return form_page(
        form,
        lambda: _import_transcript(source, form),
        "scores/study_files/transcript.html",
        process=source.process,
        source=source,
        may_import=may_take_excerpts(signed_in_person(), source),
    )


def _import_transcript(source: "StudySource", form: TranscriptForm) -> ResponseReturnValue | None:
    """Import the typed text, or else the file; return None with an error at its field."""
    file, person = request.files.get("file"), signed_in_person()
    field = form.text if form.text.data or not file else form.file
    try:
        text = form.text.data or (read_transcript(file.read()) if file else "")
        language = form.language.data
        count = import_transcript(person, source, text, language, context=request_context())
    except Refused as refusal:
        field.errors = [str(refusal.reason)]
        return None
    url = url_for("study_excerpts.new_excerpt", slug=source.process.slug, source_id=source.id)
    return redirect_with_message(url, _("Excerpts added: %(n)s", n=count))
