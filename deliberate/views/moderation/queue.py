"""The moderators' queue, and the page on which a moderator decides on one text."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.moderation import AppealDecisionForm, DecisionForm, EscalationForm
from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.permissions.moderation.decisions import (
    may_decide_appeal,
    may_escalate,
    may_hide,
    may_request_edit,
    may_restore,
)
from deliberate.queries.moderation.decisions import (
    get_appeal,
    get_decided_contribution,
    list_decisions,
    open_reports,
)
from deliberate.queries.moderation.open_items import (
    editable_text,
    get_open_edit_request,
    get_open_escalation,
    open_escalations,
)
from deliberate.queries.moderation.queue import (
    PAGE_SIZE,
    held_contributions,
    open_appeals,
    open_edit_requests,
    reported_contributions,
)
from deliberate.queries.moderation.sanctions import appealed_sanctions
from deliberate.queries.proposals.summaries import pending_summaries
from deliberate.queries.site.health_checks import is_sealing_late
from deliberate.text import markdown_diff
from deliberate.views.moderation.contributions import contribution_or_404
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)
from deliberate.views.urls import content_url
from deliberate.vocabulary import AppealOutcome, ModerationRule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deliberate.queries.moderation.contributions import Contribution
    from deliberate.queries.moderation.queue import ReportedContribution

blueprint = LocalizedBlueprint("moderation_queue", url_prefix="/desk/moderation")
MODERATORS = ("moderator", "admin")
CONTRIBUTION = "/<any(comment,proposal,unit_contribution):subject_type>/<id:subject_id>"


@blueprint.page("/", *MODERATORS)
def index() -> str:
    """Show what needs a moderator's decision, oldest first."""
    after = int_arg("after")
    reported = reported_contributions(after or 0)
    page = reported[:PAGE_SIZE]
    requests, held = open_edit_requests(), held_contributions()
    texts = [row.contribution for row in page] + [text for _request, text in requests] + held
    return render_template(
        "moderation/queue.html",
        seal_late=is_sealing_late(),
        reported=page,
        appeals=open_appeals(),
        held=held,
        requests=requests,
        edit_requested={(text.subject_type, text.id) for _request, text in requests},
        escalations=open_escalations(texts),
        sanctions=appealed_sanctions(),
        summaries=pending_summaries(),
        next_url=_next_url(reported),
        first_url=url_for("moderation_queue.index") if after else "",
    )


def _next_url(reported: "Sequence[ReportedContribution]") -> str:
    """Return the URL of the next page, an empty string on the last page."""
    if len(reported) <= PAGE_SIZE:
        return ""
    return url_for("moderation_queue.index", after=reported[PAGE_SIZE - 1].first_report_id)


@blueprint.page(CONTRIBUTION, *MODERATORS)
def review(subject_type: str, subject_id: int) -> str:
    """Show one text in its context with reports, rules, earlier decisions and the forms."""
    return _review_page(contribution_or_404(subject_type, subject_id))


@blueprint.page(f"{CONTRIBUTION}/keep", *MODERATORS, methods=["POST"])
def keep(subject_type: str, subject_id: int) -> ResponseReturnValue:
    """Decide that a text breaks no rule."""
    contribution = contribution_or_404(subject_type, subject_id)
    moderation_operations.keep_contribution(
        signed_in_person(), contribution, context=request_context()
    )
    return _to_queue(_("The text stays public."))


@blueprint.page(f"{CONTRIBUTION}/hide", *MODERATORS, methods=["POST"])
def hide(subject_type: str, subject_id: int) -> ResponseReturnValue:
    """Hide a text by a rule."""
    message = _("The text is hidden. Its author is notified.")
    contribution = contribution_or_404(subject_type, subject_id)
    return _decide_by_rule(contribution, moderation_operations.hide_contribution, message)


@blueprint.page(f"{CONTRIBUTION}/request", *MODERATORS, methods=["POST"])
def request_edit(subject_type: str, subject_id: int) -> ResponseReturnValue:
    """Ask the author to change a text."""
    message = _("The author is asked to change the text. It stays in this queue.")
    contribution = contribution_or_404(subject_type, subject_id)
    return _decide_by_rule(contribution, moderation_operations.request_edit, message)


def _decide_by_rule(
    contribution: "Contribution", decide: "Callable[..., None]", message: str
) -> ResponseReturnValue:
    """Run an operation with the rule and the note of the form, or show what the form lacks."""
    form = DecisionForm(request.form)
    if not form.validate():
        return _review_page(contribution, decision_form=form), 422
    decide(
        signed_in_person(),
        contribution,
        ModerationRule(form.rule.data),
        form.note.data or "",
        context=request_context(),
    )
    return _to_queue(message)


@blueprint.page(f"{CONTRIBUTION}/handover", *MODERATORS, methods=["POST"])
def escalate(subject_type: str, subject_id: int) -> ResponseReturnValue:
    """Pass a text on to a second moderator."""
    contribution = contribution_or_404(subject_type, subject_id)
    form = EscalationForm(request.form)
    if not form.validate():
        return _review_page(contribution, escalation_form=form), 422
    moderation_operations.escalate(
        signed_in_person(), contribution, form.reason.data or "", context=request_context()
    )
    return _to_queue(_("The text is passed on. A second moderator decides."))


@blueprint.page(f"{CONTRIBUTION}/restore", *MODERATORS, methods=["POST"])
def restore(subject_type: str, subject_id: int) -> ResponseReturnValue:
    """Show a hidden text again."""
    contribution = contribution_or_404(subject_type, subject_id)
    moderation_operations.restore_contribution(
        signed_in_person(), contribution, context=request_context()
    )
    return _to_queue(_("The text is shown again. Its author is notified."))


@blueprint.page("/appeals/<id:appeal_id>", *MODERATORS, methods=["POST"])
def decide_appeal(appeal_id: int) -> ResponseReturnValue:
    """Decide an appeal as the second moderator."""
    appeal = get_or_404(get_appeal(appeal_id))
    form = AppealDecisionForm(request.form)
    if not form.validate():
        contribution = get_decided_contribution(appeal.decision)
        return _review_page(contribution, appeal_form=form), 422
    moderation_operations.decide_appeal(
        signed_in_person(),
        appeal,
        AppealOutcome(form.outcome.data),
        form.note.data or "",
        context=request_context(),
    )
    return _to_queue(_("The appeal is decided. Its author is notified."))


def _to_queue(message: str) -> ResponseReturnValue:
    return redirect_with_message(url_for("moderation_queue.index"), message)


def _review_page(
    contribution: "Contribution",
    decision_form: DecisionForm | None = None,
    appeal_form: AppealDecisionForm | None = None,
    escalation_form: EscalationForm | None = None,
) -> str:
    moderator = current_person()
    decisions = list_decisions(contribution)
    appeal = decisions[0].appeal if decisions else None
    edit = get_open_edit_request(contribution)
    return render_template(
        "moderation/review.html",
        subject=contribution,
        parent=getattr(contribution, "parent", None),
        reports=open_reports(contribution),
        decisions=decisions,
        appeal=appeal,
        may_decide=may_decide_appeal(moderator, appeal, contribution) if appeal else None,
        may_hide=may_hide(moderator, contribution),
        may_restore=may_restore(moderator, contribution),
        may_request_edit=may_request_edit(moderator, contribution),
        may_escalate=may_escalate(moderator, contribution),
        edit=edit,
        diff=markdown_diff(edit.original_text, editable_text(contribution)) if edit else [],
        escalation=get_open_escalation(contribution),
        decision_form=decision_form or DecisionForm(),
        appeal_form=appeal_form or AppealDecisionForm(),
        escalation_form=escalation_form or EscalationForm(),
        form=decision_form or appeal_form or escalation_form,
        content_url=content_url(contribution),
    )
