"""The office side of the desk: many at once, templates, questions, promises, reports."""

from collections.abc import Iterator
from typing import Any

from flask import Response, flash, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from deliberate.exports.desk import month_lines, queue_lines
from deliberate.forms.responses import StepForm, TemplateForm
from deliberate.operations import bulk, commitments, drafting, offices
from deliberate.permissions import coordinates, may_move, may_set_up, require
from deliberate.queries import desk, people, reports, response_drafts, responses
from deliberate.queries import promises as kept_promises
from deliberate.queries import questions as open_here
from deliberate.queries.institutions import passed_around
from deliberate.views.frame import Room, asking, or_404, see_other

room = Room("office", under="/desk")
CSV = "text/csv; charset=utf-8"


@room.page("/assign", "staff", methods=["POST"])
def assign() -> ResponseReturnValue:
    """Give the chosen cases to a colleague, each an act of its own."""
    numbers = request.form.getlist("case", type=int)[: desk.PAGE]
    colleague = or_404(people.person_numbered(request.form.get("colleague", 0, type=int)))
    chosen = [p for p in map(responses.proposal_answered, numbers) if p is not None]
    refused = bulk.assign_cases(asking(), chosen, colleague)
    done = len(chosen) - len(refused)
    if done:
        flash(ngettext("%(n)s case was given.", "%(n)s cases were given.", done, n=done), "success")
    for proposal, why in refused:
        flash(f"#{proposal.id}: {why}", "error")
    return see_other(url_for("desk.index"))


@room.page("/cases.csv", "staff")
def cases_file() -> Response:
    """The institution's open cases as a file."""
    answer = Response(
        stream_with_context(queue_lines(_whole_queue(asking().institution_id))), content_type=CSV
    )
    answer.headers["Content-Disposition"] = "attachment; filename=cases.csv"
    return answer


def _whole_queue(office: int | None) -> Iterator[desk.QueueRow]:
    after = None
    while True:
        rows = desk.queue_of(office, after=after, limit=200)
        yield from rows[:200]
        if len(rows) <= 200:
            return
        last = rows[199].proposal
        after = (last.due_at, last.id) if last.due_at else None


@room.page("/answers", "staff")
def answers() -> ResponseReturnValue:
    """Answers from a table: what the table looks like, and where it goes in."""
    return render_template("office/answers.html", rows=None, written="", columns=bulk.COLUMNS)


@room.page("/answers", "staff", methods=["POST"], name="read_answers")
def read_answers() -> ResponseReturnValue:
    """Show what a table would publish; publish what has no fault when that was seen."""
    written = _written()
    try:
        rows = bulk.read_table(asking(), written)
    except bulk.NoTable as error:
        return _table(written, None, 422, wrong=str(error))
    if request.form.get("step") != "publish":
        return _table(written, rows, 422 if any(row.problems for row in rows) else 200)
    done, failed = bulk.publish_rows(asking(), rows)
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
        "office/answers.html", rows=rows, written=written, columns=bulk.COLUMNS, **more
    )
    return page, status


@room.page("/questions", "staff")
def questions() -> ResponseReturnValue:
    """Questions to the authority inside threads, until answered or settled."""
    found = open_here.open_questions(
        asking().institution_id, request.args.get("after", 0, type=int)
    )
    shown = found[: open_here.PAGE]
    more = url_for("office.questions", after=shown[-1].id) if len(found) > len(shown) else ""
    return render_template("office/questions.html", questions=shown, next_url=more)


@room.page("/commitments", "staff")
def promises() -> ResponseReturnValue:
    """What the institution promised and has not done yet."""
    office = asking().institution_id
    return render_template(
        "office/promises.html",
        late=kept_promises.commitments_by_state("late", office),
        due=kept_promises.commitments_by_state("due", office),
    )


@room.page("/commitments/<int(max=2147483647):number>", "staff", methods=["GET", "POST"])
def promise(number: int) -> ResponseReturnValue:
    """The next step of a commitment: moved on, fulfilled, dropped."""
    officer, found = asking(), or_404(kept_promises.commitment_numbered(number))
    require(may_move(officer, found))
    form = StepForm(request.form if request.method == "POST" else None)
    if request.method == "GET" or not form.validate():
        status = 422 if request.method == "POST" else 200
        return render_template("office/promise.html", promise=found, form=form), status
    note, evidence = form.note.data or "", form.evidence.data or ""
    if form.state.data == "fulfilled":
        commitments.fulfil_commitment(officer, found, note, evidence)
    elif form.state.data == "dropped":
        commitments.drop_commitment(officer, found, note)
    else:
        commitments.update_commitment(officer, found, note, evidence)
    flash(_("The step is public; everyone who took part is told."), "success")
    return see_other(url_for("office.promises"))


@room.page("/templates", "staff", methods=["GET", "POST"])
def templates() -> ResponseReturnValue:
    """Words the office often needs."""
    officer = asking()
    form = TemplateForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        drafting.save_template(officer, form.name.data, form.body.data)
        flash(_("The template is kept."), "success")
        return see_other(url_for("office.templates"))
    kept = response_drafts.templates_of(officer.institution_id)
    status = 422 if form.errors else 200
    return render_template("office/templates.html", form=form, templates=kept), status


@room.page("/templates/<int(max=2147483647):number>/discard", "staff", methods=["POST"])
def discard_template(number: int) -> ResponseReturnValue:
    """Throw a template away."""
    drafting.discard_template(asking(), or_404(response_drafts.template_numbered(number)))
    flash(_("The template is gone."), "success")
    return see_other(url_for("office.templates"))


@room.page("/matrix", "staff", "admin")
def matrix() -> ResponseReturnValue:
    """Every institution's open cases by state, for the coordinating one."""
    person = asking()
    require(coordinates(person) or may_set_up(person))
    return render_template(
        "office/matrix.html",
        lines=reports.matrix(),
        passed_around=passed_around(),
        name_here=responses.name_here,
    )


@room.page("/matrix/<slug>/check", "staff", "admin", methods=["POST"])
def require_check(slug: str) -> ResponseReturnValue:
    """Ask a second pair of eyes of an institution, or no longer."""
    office = or_404(people.institution_named(slug))
    offices.require_check(asking(), office, request.form.get("wanted") == "1")
    return see_other(url_for("office.matrix"))


@room.page("/month", "staff")
def month() -> ResponseReturnValue:
    """A month on paper."""
    return render_template(
        "office/month.html",
        month=_month(),
        everything=_everything(),
        may_coordinate=bool(coordinates(asking())),
        office=asking().institution,
        name_here=responses.name_here,
    )


def _everything() -> bool:
    return request.args.get("all") == "1" and bool(coordinates(asking()))


def _month() -> reports.Month:
    office = None if _everything() else asking().institution_id
    return reports.month_of(office, reports.month_named(request.args.get("month", "")))


@room.page("/month.csv", "staff")
def month_file() -> Response:
    """A month's answers as a file."""
    found = _month()
    answer = Response(month_lines(found), content_type=CSV)
    name = f"month-{found.first:%Y-%m}.csv"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
