"""Excerpts of a study at the desk: adding, coding, import and export, agreement of coders."""

from typing import TYPE_CHECKING

from flask import Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.exports.studies.refi_qda import MIMETYPE, refi_qda_project
from deliberate.exports.study_csv import excerpts_csv
from deliberate.forms.scores.excerpts import CodesForm, ExcerptForm, ImportExcerptsForm
from deliberate.operations.scores import excerpts as excerpt_operations
from deliberate.operations.scores.excerpts import ExcerptInput
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.scores.studies import may_remove_excerpt
from deliberate.queries.scores.studies import excerpts as excerpt_queries
from deliberate.views.scores.studies import get_process_of_study, get_source_of_study
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person

if TYPE_CHECKING:
    from deliberate.models import Excerpt

blueprint = LocalizedBlueprint("study_excerpts", url_prefix="/desk/studies")
EXCERPT = "/<slug>/excerpts/<id:excerpt_id>"


@blueprint.page("/<slug>/excerpts", "evaluator")
def index(slug: str) -> ResponseReturnValue:
    """List the excerpts of a study, all or with one code, with what the coders agree on."""
    process, person = get_process_of_study(slug), signed_in_person()
    excerpts = excerpt_queries.list_excerpts(process.id)
    coded = excerpt_queries.coded_by_both(excerpts, person.id)
    code = request.args.get("code", "")
    return render_template(
        "scores/study_excerpts/index.html",
        process=process,
        code=code,
        excerpts=[
            row
            for row in excerpts
            if not code or code in excerpt_queries.visible_codes(row, person.id)
        ],
        count=len(excerpts),
        own=lambda row: excerpt_queries.codes_by(row, person.id),
        visible=lambda row: excerpt_queries.visible_codes(row, person.id),
        differing=lambda row: excerpt_queries.differing_codes(row, person.id),
        agreement=excerpt_queries.coder_agreement(coded),
        together=excerpt_queries.cooccurrences(coded),
        code_names=excerpt_queries.code_names(),
    )


@blueprint.page("/<slug>/sources/<id:source_id>/excerpts", "evaluator", methods=BOTH)
def new_excerpt(slug: str, source_id: int) -> ResponseReturnValue:
    """Show the excerpts of a source, or add one."""
    source, person = get_source_of_study(slug, source_id), signed_in_person()
    form = ExcerptForm(submitted_data())
    _set_choices(form)

    def submit() -> ResponseReturnValue:
        content = ExcerptInput(
            form.body.data or "",
            form.language.data,
            form.place.data or "",
            form.memo.data or "",
            form.codes.data or (),
        )
        excerpt_operations.add_excerpt(person, source, content, context=request_context())
        url = url_for("study_excerpts.new_excerpt", slug=slug, source_id=source_id)
        return redirect_with_message(url, _("The excerpt is added."))

    return form_page(
        form,
        submit,
        "scores/study_excerpts/new.html",
        show_refusal=True,
        process=source.process,
        source=source,
        excerpts=excerpt_queries.list_excerpts(source.process_id, source.id),
    )


def _set_choices(form: CodesForm) -> None:
    names = excerpt_queries.code_names()
    form.codes.choices = [(code, f"{code} {name[g.language]}") for code, name in names.items()]


def _get_excerpt(slug: str, excerpt_id: int) -> "Excerpt":
    process = get_process_of_study(slug)
    excerpt = get_or_404(excerpt_queries.get_excerpt(excerpt_id))
    return get_or_404(excerpt if excerpt.source.process_id == process.id else None)


@blueprint.page(EXCERPT, "evaluator", methods=BOTH)
def excerpt(slug: str, excerpt_id: int) -> ResponseReturnValue:
    """Show an excerpt, or give it one's own codes."""
    row, person = _get_excerpt(slug, excerpt_id), signed_in_person()
    codes = sorted(excerpt_queries.codes_by(row, person.id))
    form = CodesForm(
        submitted_data(), data={"codes": codes, "memo": excerpt_queries.memo_by(row, person.id)}
    )
    _set_choices(form)

    def submit() -> ResponseReturnValue:
        excerpt_operations.code_excerpt(person, row, form.codes.data or (), form.memo.data)
        url = url_for("study_excerpts.index", slug=slug)
        return redirect_with_message(url, _("Your codes are saved."))

    return form_page(
        form,
        submit,
        "scores/study_excerpts/excerpt.html",
        show_refusal=True,
        process=row.source.process,
        excerpt=row,
        may_remove=bool(may_remove_excerpt(person, row)),
        visible=excerpt_queries.visible_codes(row, person.id),
        differing=excerpt_queries.differing_codes(row, person.id),
    )


@blueprint.page(f"{EXCERPT}/remove", "evaluator", methods=("POST",))
def remove(slug: str, excerpt_id: int) -> ResponseReturnValue:
    """Remove an excerpt."""
    excerpt_operations.remove_excerpt(signed_in_person(), _get_excerpt(slug, excerpt_id))
    url = url_for("study_excerpts.index", slug=slug)
    return redirect_with_message(url, _("The excerpt is removed."))


@blueprint.page("/<slug>/excerpts/import", "evaluator", methods=BOTH, rate_limit=TEXTS)
def import_table(slug: str) -> ResponseReturnValue:
    """Add coded excerpts from a table, all or none."""
    process, person = get_process_of_study(slug), signed_in_person()
    form = ImportExcerptsForm(submitted_data())

    def submit() -> ResponseReturnValue:
        count = excerpt_operations.import_excerpts(
            person, process, form.table.data or "", context=request_context()
        )
        url = url_for("study_excerpts.index", slug=slug)
        return redirect_with_message(url, _("Excerpts added: %(n)s", n=count))

    return form_page(
        form, submit, "scores/study_excerpts/import.html", show_refusal=True, process=process
    )


@blueprint.page("/<slug>/excerpts.csv", "evaluator")
def table(slug: str) -> ResponseReturnValue:
    """Return the excerpts with one's own codes as CSV, for other tools and for the import here."""
    process = get_process_of_study(slug)
    text = excerpts_csv(excerpt_queries.list_excerpts(process.id), signed_in_person().id)
    headers = {"Content-Disposition": f'attachment; filename="excerpts-{slug}.csv"'}
    return Response(text, mimetype="text/csv", headers=headers)


@blueprint.page("/<slug>/excerpts.qdpx", "evaluator")
def project(slug: str) -> ResponseReturnValue:
    """Return the excerpts with one's own codes as a REFI-QDA project, for other tools."""
    process = get_process_of_study(slug)
    excerpts = excerpt_queries.list_excerpts(process.id)
    content = refi_qda_project(process, excerpts, signed_in_person().id, g.language)
    headers = {"Content-Disposition": f'attachment; filename="excerpts-{slug}.qdpx"'}
    return Response(content, mimetype=MIMETYPE, headers=headers)
