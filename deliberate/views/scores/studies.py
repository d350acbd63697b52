"""The study of a process at the desk: its sources, recorded once and used at many questions."""

from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.days import local_today
from deliberate.forms.scores.studies import FORMS, RedactionForm, SourceForm
from deliberate.operations.scores import study_sources as source_operations
from deliberate.operations.scores.study_sources import SourceInput
from deliberate.permissions.decision import require
from deliberate.permissions.scores.studies import (
    may_delete_source,
    may_edit_source,
    may_erase_name,
    may_read_name,
    may_redact_source,
    may_use_study,
)
from deliberate.queries.scores.studies import sources as source_queries
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import (
    get_or_404,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import ConsentScope, EvidenceKind, RedactionGround

if TYPE_CHECKING:
    from datetime import date

    from deliberate.models import Process, StudySource

blueprint = LocalizedBlueprint("studies", url_prefix="/desk/studies")
SOURCE = "/<slug>/sources/<id:source_id>"


def get_process_of_study(slug: str) -> "Process":
    """Return the process of a study that the person may use, or raise."""
    process = get_or_404(source_queries.get_study_process(slug))
    require(may_use_study(signed_in_person(), process))
    return process


def get_source_of_study(slug: str, source_id: int) -> "StudySource":
    """Return a source of a study that the person may use, or raise."""
    process = get_process_of_study(slug)
    source = source_queries.get_source(source_id)
    return get_or_404(source if source is not None and source.process_id == process.id else None)


@blueprint.page("/<slug>", "evaluator")
def show(slug: str) -> ResponseReturnValue:
    """List the sources of a study, all or of one kind."""
    process = get_process_of_study(slug)
    kind = request.args.get("kind", "")
    chosen = EvidenceKind(kind) if kind in tuple(EvidenceKind) else None
    return render_template(
        "scores/studies/show.html",
        process=process,
        kind=chosen,
        sources=source_queries.list_sources(process.id, chosen),
        counts=source_queries.count_sources(process.id),
        uses=source_queries.own_uses(process.id, signed_in_person()),
        waiting=source_queries.assessors_awaiting_study(process.id),
    )


@blueprint.page("/<slug>/assessors/<id:assessor_id>", "evaluator", methods=("POST",))
def admit(slug: str, assessor_id: int) -> ResponseReturnValue:
    """Let an assessor who came later use the sources of the study."""
    process = get_process_of_study(slug)
    waiting = {row.id: row for row in source_queries.assessors_awaiting_study(process.id)}
    source_operations.admit_to_study(signed_in_person(), get_or_404(waiting.get(assessor_id)))
    return redirect_with_message(url_for("studies.show", slug=slug), _("Access is given."))


@blueprint.page("/<slug>/sources/new/<kind>", "evaluator", methods=BOTH)
def new_source(slug: str, kind: str) -> ResponseReturnValue:
    """Record a source."""
    process = get_process_of_study(slug)
    form = get_or_404(None if process.is_case and kind == "log" else FORMS.get(kind))(
        submitted_data()
    )
    form.today = local_today(process)

    def submit() -> ResponseReturnValue:
        source = source_operations.add_source(
            signed_in_person(),
            process,
            EvidenceKind(kind),
            _source_input(form),
            context=request_context(),
        )
        message = _("%(source)s is recorded.", source=source.label)
        if request.form.get("go") == "more":
            return redirect_with_message(
                url_for("studies.new_source", slug=slug, kind=kind), message
            )
        return redirect_with_message(url_for("studies.show", slug=slug), message)

    return form_page(
        form,
        submit,
        "scores/studies/source.html",
        show_refusal=True,
        process=process,
        kind=kind,
        source=None,
        name=None,
        may={"edit": True},
        redaction=RedactionForm(),
    )


def _source_input(form: SourceForm) -> SourceInput:
    texts = {field.short_name: field.data or "" for field in form}
    days = {name: form[name].day for name in ("archived_on", "consent_on") if name in form}
    minutes = texts.get("minutes")
    return SourceInput(
        title=texts["title"],
        dated=cast("date", form.dated.day),  # required by the form
        institution=texts.get("institution", ""),
        place=texts.get("place", ""),
        minutes=int(minutes) if minutes else None,
        pages=texts.get("pages", ""),
        link=texts.get("link", ""),
        archived_on=days.get("archived_on"),
        consent=ConsentScope(texts.get("consent") or ConsentScope.NOT_NEEDED),
        consent_on=days.get("consent_on"),
        public_text=texts["public_text"],
        private_text=texts["private_text"],
        name=texts.get("name", ""),
    )


@blueprint.page(SOURCE, "evaluator", methods=BOTH)
def source(slug: str, source_id: int) -> ResponseReturnValue:
    """Show a source with its public and private part, or change it."""
    row, person = get_source_of_study(slug, source_id), signed_in_person()
    form = FORMS[row.kind](submitted_data(), data=_source_data(row))
    form.today = local_today(row.process)

    def submit() -> ResponseReturnValue:
        source_operations.edit_source(person, row, _source_input(form))
        message = _("%(source)s is changed.", source=row.label)
        return redirect_with_message(url_for("studies.show", slug=slug), message)

    return form_page(
        form,
        submit,
        "scores/studies/source.html",
        show_refusal=True,
        process=row.process,
        kind=row.kind,
        source=row,
        part=source_queries.public_part(row),
        name=source_operations.read_name(person, row),
        may={
            "edit": bool(may_edit_source(person, row)),
            "name": row.name is not None and bool(may_read_name(person, row)),
            "erase_name": row.name is not None and bool(may_erase_name(person, row)),
            "delete": bool(may_delete_source(person, row)),
            "redact": bool(may_redact_source(person, row)),
        },
        redaction=RedactionForm(),
    )


def _source_data(row: "StudySource") -> dict[str, object]:
    columns = asdict(SourceInput(title="", dated=row.dated)).keys() - {"name"}
    values = {column: getattr(row, column) for column in columns}
    days = {
        name: values[name].isoformat() if values[name] else ""
        for name in ("dated", "archived_on", "consent_on")
    }
    return values | days | {"minutes": str(row.minutes or "")}


@blueprint.page(f"{SOURCE}/name", "evaluator", methods=("POST",))
def erase_name(slug: str, source_id: int) -> ResponseReturnValue:
    """Erase the name of a respondent."""
    row = get_source_of_study(slug, source_id)
    source_operations.erase_name(signed_in_person(), row, context=request_context())
    url = url_for("studies.source", slug=slug, source_id=source_id)
    return redirect_with_message(url, _("The name is erased."))


@blueprint.page(f"{SOURCE}/redact", "evaluator", methods=("POST",))
def redact(slug: str, source_id: int) -> ResponseReturnValue:
    """Erase the texts of a source that is frozen already."""
    row, form = get_source_of_study(slug, source_id), RedactionForm(request.form)
    url = url_for("studies.source", slug=slug, source_id=source_id)
    if not form.validate():
        return redirect_with_message(url, _("Choose a reason. Nothing is erased."))
    source_operations.redact_source(
        signed_in_person(), row, RedactionGround(form.ground.data), context=request_context()
    )
    return redirect_with_message(url, _("The texts are erased. That it was a source stays."))
