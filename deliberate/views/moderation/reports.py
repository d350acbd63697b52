"""Report a text, appeal against a decision, and the public record of moderation."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.moderation import AppealForm, ReportForm
from deliberate.operations.moderation.decisions import file_appeal, report_contribution
from deliberate.operations.site.rate_limits import REPORTS
from deliberate.permissions.decision import require
from deliberate.permissions.moderation.decisions import may_appeal, may_report
from deliberate.permissions.proposals.proposals import is_author
from deliberate.queries.moderation.contributions import is_text_shown
from deliberate.queries.moderation.decisions import get_last_decision
from deliberate.queries.moderation.open_items import get_open_edit_request
from deliberate.queries.moderation.public_record import PAGE_SIZE, decision_page, moderation_record
from deliberate.views.moderation.contributions import contribution_or_404
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    flash_with_receipt,
    form_page,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_person,
    int_arg,
    request_context,
    signed_in_person,
)
from deliberate.views.urls import content_url, edit_url
from deliberate.vocabulary import ModerationRule

if TYPE_CHECKING:
    from deliberate.queries.moderation.contributions import Contribution

blueprint = LocalizedBlueprint("moderation")
CONTRIBUTION = "/moderation/<any(comment,proposal,unit_contribution):subject_type>/<id:subject_id>"


@blueprint.page("/moderation", "public", cached=True)
def index() -> str:
    """Show how often, by which rule and of which stance texts were hidden; never a text."""
    after = int_arg("after")
    decisions = decision_page(after)
    page = decisions[:PAGE_SIZE]
    has_more = len(decisions) > len(page)
    return render_template(
        "moderation/index.html",
        record=moderation_record(),
        decisions=page,
        next_url=url_for("moderation.index", after=page[-1].id) if has_more else "",
        first_url=url_for("moderation.index") if after else "",
    )


@blueprint.page(f"{CONTRIBUTION}/report", "public")
def report(subject_type: str, subject_id: int) -> str:
    """Show the form to report a text, with the rules."""
    contribution = contribution_or_404(subject_type, subject_id)
    return _report_page(contribution, ReportForm())


@blueprint.page(
    f"{CONTRIBUTION}/report", "signed_in", methods=["POST"], name="file_report", rate_limit=REPORTS
)
def submit_report(subject_type: str, subject_id: int) -> ResponseReturnValue:
    """Report a text."""
    contribution = contribution_or_404(subject_type, subject_id)
    form = ReportForm(request.form)
    if not form.validate():
        return _report_page(contribution, form), 422
    report_contribution(
        signed_in_person(),
        contribution,
        ModerationRule(form.reason.data),
        form.note.data or "",
        context=request_context(),
    )
    flash_with_receipt(_("Thank you. A moderator looks at it, as a rule within 24 hours."))
    return see_other(content_url(contribution))


def _report_page(contribution: "Contribution", form: ReportForm) -> str:
    person = current_person()
    decision = may_report(person, contribution) if person else None
    return render_template(
        "moderation/report.html",
        form=form,
        subject=contribution,
        is_shown=is_text_shown(contribution),
        refusal=decision.reason if decision is not None and not decision else None,
        back=content_url(contribution),
    )


@blueprint.page(f"{CONTRIBUTION}/appeal", "signed_in", methods=BOTH)
def appeal(subject_type: str, subject_id: int) -> ResponseReturnValue:
    """Show the author the decision on a text, or file an appeal against it."""
    contribution = contribution_or_404(subject_type, subject_id)
    require(is_author(current_person(), contribution))
    decision = get_last_decision(contribution)
    form = AppealForm(submitted_data())

    def submit() -> ResponseReturnValue:
        file_appeal(
            signed_in_person(), contribution, form.reason.data or "", context=request_context()
        )
        flash_with_receipt(_("Your appeal is filed. A different moderator decides on it."))
        return see_other(
            url_for("moderation.appeal", subject_type=subject_type, subject_id=subject_id)
        )

    return form_page(
        form,
        submit,
        "moderation/appeal.html",
        subject=contribution,
        decision=decision,
        may_appeal=may_appeal(current_person(), contribution, decision),
        edit=get_open_edit_request(contribution),
        change_url=edit_url(contribution),
        back=content_url(contribution),
    )
