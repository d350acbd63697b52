"""The office side of the desk: many at once, templates, questions, promises, reports."""

from collections.abc import Iterator
from typing import Any

from flask import Response, flash, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from deliberate.exports.desk_csv import month_lines, queue_lines
from deliberate.forms.responses import StepForm, TemplateForm
from deliberate.operations.responses import institution_settings as institution_setting_operations
from deliberate.operations.responses import response_drafts as response_draft_operations
from deliberate.operations.responses.bulk import (
    COLUMNS,
    NoTable,
    assign_cases,
    publish_rows,
    read_table,
)
from deliberate.operations.responses.commitments import (
    drop_commitment,
    fulfil_commitment,
    update_commitment,
)
from deliberate.permissions.decision import require
from deliberate.permissions.processes import may_set_up
from deliberate.permissions.responses import coordinates, may_move
from deliberate.queries.accounts.accounts import institution_named, person_numbered
from deliberate.queries.responses import desk as desk_queries
from deliberate.queries.responses import desk_reports as desk_report_queries
from deliberate.queries.responses.commitments import commitment_numbered, commitments_by_state
from deliberate.queries.responses.institution_figures import passed_around
from deliberate.queries.responses.response_drafts import template_numbered, templates_of
from deliberate.queries.responses.responses import name_here, proposal_answered
from deliberate.queries.threads.open_questions import PAGE, open_questions
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, see_other

blueprint = LocalizedBlueprint("desk_tools", url_prefix="/desk")
CSV = "text/csv; charset=utf-8"


@blueprint.page("/assign", "staff", methods=["POST"])
def assign() -> ResponseReturnValue:
    """Give the chosen cases to a colleague, each an act of its own."""
    numbers = request.form.getlist("case", type=int)[: desk_queries.PAGE]
    colleague = get_or_404(person_numbered(request.form.get("colleague", 0, type=int)))
    chosen = [p for p in map(proposal_answered, numbers) if p is not None]
    refused = assign_cases(current_person(), chosen, colleague)
    done = len(chosen) - len(refused)
    if done:
        flash(ngettext("%(n)s case was given.", "%(n)s cases were given.", done, n=done), "success")
    for proposal, why in refused:
        flash(f"#{proposal.id}: {why}", "error")
    return see_other(url_for("desk.index"))


@blueprint.page("/cases.csv", "staff")
def cases_file() -> Response:
    """The institution's open cases as a file."""
    answer = Response(
        stream_with_context(queue_lines(_whole_queue(current_person().institution_id))),
        content_type=CSV,
    )
    answer.headers["Content-Disposition"] = "attachment; filename=cases.csv"
    return answer


def _whole_queue(office: int | None) -> Iterator[desk_queries.QueueRow]:
    after = None
    while True:
        rows = desk_queries.queue_of(office, after=after, limit=200)
        yield from rows[:200]
        if len(rows) <= 200:
            return
        last = rows[199].proposal
        after = (last.due_at, last.id) if last.due_at else None


@blueprint.page("/answers", "staff")
def answers() -> ResponseReturnValue:
    """Answers from a table: what the table looks like, and where it goes in."""
    return render_template(
        "responses/desk_tools/answers.html", rows=None, written="", columns=COLUMNS
    )


@blueprint.page("/answers", "staff", methods=["POST"], name="read_answers")
def read_answers() -> ResponseReturnValue:
    """Show what a table would publish; publish what has no fault when that was seen."""
    written = _written()
    try:
        rows = read_table(current_person(), written)
    except NoTable as error:
        return _table(written, None, 422, wrong=str(error))
    if request.form.get("step") != "publish":
        return _table(written, rows, 422 if any(row.problems for row in rows) else 200)
    done, failed = publish_rows(current_person(), rows)
    if done:
        n = len(done)
        words = ngettext("%(n)s response is public.", "%(n)s responses are public.", n, n=n)
        flash(words, "success")
    if failed:
        return _table(written, failed, 422, done=done)
    return see_other(url_for("desk.index"))


def _written() -> str:
    file = request.files.get("file")
    if file is not None and file.filename:
        return str(file.read(), "utf-8-sig", "replace")
    return request.form.get("table", "")


def _table(written: str, rows: Any, status: int, **more: Any) -> ResponseReturnValue:
    page = render_template(
        "responses/desk_tools/answers.html", rows=rows, written=written, columns=COLUMNS, **more
    )
    return page, status


@blueprint.page("/questions", "staff")
def questions() -> ResponseReturnValue:
    """Questions to the authority inside threads, until answered or settled."""
    found = open_questions(current_person().institution_id, request.args.get("after", 0, type=int))
    shown = found[:PAGE]
    more = url_for("desk_tools.questions", after=shown[-1].id) if len(found) > len(shown) else ""
    return render_template("responses/desk_tools/questions.html", questions=shown, next_url=more)


@blueprint.page("/commitments", "staff")
def promises() -> ResponseReturnValue:
    """What the institution promised and has not done yet."""
    office = current_person().institution_id
    return render_template(
        "responses/desk_tools/promises.html",
        late=commitments_by_state("late", office),
        due=commitments_by_state("due", office),
    )


@blueprint.page("/commitments/<id:number>", "staff", methods=["GET", "POST"])
def promise(number: int) -> ResponseReturnValue:
    """The next step of a commitment: moved on, fulfilled, dropped."""
    officer, found = current_person(), get_or_404(commitment_numbered(number))
    require(may_move(officer, found))
    form = StepForm(request.form if request.method == "POST" else None)
    if request.method == "GET" or not form.validate():
        status = 422 if request.method == "POST" else 200
        return render_template(
            "responses/desk_tools/promise.html", promise=found, form=form
        ), status
    note, evidence = form.note.data or "", form.evidence.data or ""
    if form.state.data == "fulfilled":
        fulfil_commitment(officer, found, note, evidence)
    elif form.state.data == "dropped":
        drop_commitment(officer, found, note)
    else:
        update_commitment(officer, found, note, evidence)
    flash(_("The step is public; everyone who took part is told."), "success")
    return see_other(url_for("desk_tools.promises"))


@blueprint.page("/templates", "staff", methods=["GET", "POST"])
def templates() -> ResponseReturnValue:
    """Words the office often needs."""
    officer = current_person()
    form = TemplateForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        response_draft_operations.save_template(officer, form.name.data, form.body.data)
        flash(_("The template is kept."), "success")
        return see_other(url_for("desk_tools.templates"))
    kept = templates_of(officer.institution_id)
    status = 422 if form.errors else 200
    return render_template("responses/desk_tools/templates.html", form=form, templates=kept), status


@blueprint.page("/templates/<id:number>/discard", "staff", methods=["POST"])
def discard_template(number: int) -> ResponseReturnValue:
    """Throw a template away."""
    response_draft_operations.discard_template(
        current_person(), get_or_404(template_numbered(number))
    )
    flash(_("The template is gone."), "success")
    return see_other(url_for("desk_tools.templates"))


@blueprint.page("/matrix", "staff", "admin")
def matrix() -> ResponseReturnValue:
    """Every institution's open cases by state, for the coordinating one."""
    person = current_person()
    require(coordinates(person) or may_set_up(person))
    return render_template(
        "responses/desk_tools/matrix.html",
        lines=desk_report_queries.matrix(),
        passed_around=passed_around(),
        name_here=name_here,
    )


@blueprint.page("/matrix/<slug>/check", "staff", "admin", methods=["POST"])
def require_check(slug: str) -> ResponseReturnValue:
    """Ask a second pair of eyes of an institution, or no longer."""
    office = get_or_404(institution_named(slug))
    institution_setting_operations.require_check(
        current_person(), office, request.form.get("wanted") == "1"
    )
    return see_other(url_for("desk_tools.matrix"))


@blueprint.page("/month", "staff")
def month() -> ResponseReturnValue:
    """A month on paper."""
    return render_template(
        "responses/desk_tools/month.html",
        month=_month(),
        everything=_everything(),
        may_coordinate=bool(coordinates(current_person())),
        office=current_person().institution,
        name_here=name_here,
    )


def _everything() -> bool:
    return request.args.get("all") == "1" and bool(coordinates(current_person()))


def _month() -> desk_report_queries.Month:
    office = None if _everything() else current_person().institution_id
    return desk_report_queries.month_of(
        office, desk_report_queries.month_named(request.args.get("month", ""))
    )


@blueprint.page("/month.csv", "staff")
def month_file() -> Response:
    """A month's answers as a file."""
    found = _month()
    answer = Response(month_lines(found), content_type=CSV)
    name = f"month-{found.first:%Y-%m}.csv"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
