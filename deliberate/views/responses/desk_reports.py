"""Reports of the desk: the matrix of open cases by institution, and the month."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from deliberate.exports.tables.desk_csv import month_lines
from deliberate.operations.responses.institutions import set_check_required
from deliberate.permissions.decision import require
from deliberate.permissions.processes import may_set_up
from deliberate.permissions.responses import is_coordinator
from deliberate.queries.responses.desk_reports import (
    MonthlyReport,
    get_monthly_report,
    list_case_matrix,
    parse_month,
)
from deliberate.queries.responses.institution_figures import list_often_referred_proposals
from deliberate.queries.responses.institutions import get_institution_by_slug, localized_name
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import see_other
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person

blueprint = LocalizedBlueprint("desk_reports", url_prefix="/desk")


@blueprint.page("/matrix", "staff", "admin")
def matrix() -> ResponseReturnValue:
    """Show the open cases of every institution by state to the coordinating institution."""
    person = signed_in_person()
    require(is_coordinator(person) or may_set_up(person))
    return render_template(
        "responses/desk_reports/matrix.html",
        matrix=list_case_matrix(),
        often_referred=list_often_referred_proposals(),
        localized_name=localized_name,
    )


@blueprint.page("/matrix/<slug>/check", "staff", "admin", methods=["POST"], name="require_check")
def require_check(slug: str) -> ResponseReturnValue:
    """Set whether responses of an institution need the check of a second person."""
    institution = get_or_404(get_institution_by_slug(slug))
    set_check_required(
        signed_in_person(),
        institution,
        request.form.get("required") == "1",
        context=request_context(),
    )
    return see_other(url_for("desk_reports.matrix"))


@blueprint.page("/month", "staff")
def month() -> ResponseReturnValue:
    """Show the report of a month for printing."""
    person = signed_in_person()
    return render_template(
        "responses/desk_reports/month.html",
        report=_report(),
        shows_all=_shows_all(),
        is_coordinator=bool(is_coordinator(person)),
        institution=person.institution,
        localized_name=localized_name,
    )


@blueprint.page("/month.csv", "staff")
def month_csv() -> Response:
    """Return the responses published in a month as CSV."""
    report = _report()
    response = Response(month_lines(report), content_type="text/csv; charset=utf-8")
    filename = f"month-{report.first_day:%Y-%m}.csv"
    response.headers["Content-Disposition"] = f"attachment; filename={filename}"
    return response


def _shows_all() -> bool:
    return request.args.get("all") == "1" and bool(is_coordinator(signed_in_person()))


def _report() -> MonthlyReport:
    institution_id = None if _shows_all() else signed_in_person().institution_id
    return get_monthly_report(institution_id, parse_month(request.args.get("month", "")))
