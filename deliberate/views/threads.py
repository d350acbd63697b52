"""Pages of comments: post, reply, rate, edit, correct, withdraw, and what waits for a reply."""

import json
from typing import TYPE_CHECKING

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.citivoice import get_formulas
from deliberate.forms.threads import (
    MAX_COMMENT,
    ArgumentForm,
    CommentTextForm,
    CorrectionForm,
    ReplyForm,
    stance_value,
)
from deliberate.operations.site.rate_limits import CLICKS, TEXTS
from deliberate.operations.threads.comments import (
    edit_comment,
    post_comment,
    rate_comment,
    withdraw_comment,
)
from deliberate.operations.threads.corrections import correct_comment
from deliberate.permissions.decision import require
from deliberate.permissions.proposals.proposals import is_author, is_offered
from deliberate.permissions.threads import (
    may_correct_comment,
    may_edit_comment,
    may_withdraw_comment,
)
from deliberate.queries.moderation.open_items import get_open_edit_request
from deliberate.queries.moderation.sanctions import get_active_sanction
from deliberate.queries.processes.processes import get_process
from deliberate.queries.proposals.proposals import get_proposal
from deliberate.queries.responses.responses import get_visible_proposal
from deliberate.queries.scores.process_scores import newest_snapshot
from deliberate.queries.threads.comment_rows import get_comment_row
from deliberate.queries.threads.comments import get_comment, get_last_stance
from deliberate.queries.threads.waiting_comments import waiting_in_process, waiting_in_thread
from deliberate.text import to_html
from deliberate.views.posted_message import posted_message
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    UNPROCESSABLE,
    flash_with_receipt,
    form_page,
    remember_form,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    request_context,
    signed_in_person,
)
from deliberate.views.urls import comment_url, proposal_url
from deliberate.vocabulary import PhaseSwitch

if TYPE_CHECKING:
    from deliberate.models import Comment, Proposal

blueprint = LocalizedBlueprint("threads")
COMMENT = "/comments/<id:comment_id>"


@blueprint.page("/proposals/<id:proposal_id>/waiting", "public")
def waiting(proposal_id: int) -> ResponseReturnValue:
    """Show in words what waits in a thread: arguments, questions, newcomers, a silent side."""
    proposal = get_or_404(get_visible_proposal(proposal_id))
    return render_template(
        "threads/waiting.html",
        proposal=proposal,
        process=proposal.process,
        waiting=waiting_in_thread(proposal),
        replied=None,
    )


@blueprint.page("/desk/processes/<slug>/waiting", "staff", "moderator", "evaluator", "admin")
def waiting_in_threads(slug: str) -> ResponseReturnValue:
    """Show what waits in the threads of a process, and what replies of residents would change."""
    from deliberate.citivoice.indicators.what_if import with_replies

    process = get_or_404(get_process(slug))
    rows, snapshot = waiting_in_process(process.id), newest_snapshot(process.id)
    document = json.loads(snapshot.document) if snapshot else None
    return render_template(
        "threads/waiting.html",
        proposal=None,
        process=process,
        waiting=rows,
        replied=document and with_replies(document, get_formulas(document["formulas"]), rows.total),
    )


@blueprint.page(
    "/proposals/<id:proposal_id>/arguments", "signed_in", methods=["POST"], rate_limit=TEXTS
)
def post(proposal_id: int) -> ResponseReturnValue:
    """Post an argument on a proposal."""
    proposal, form = get_or_404(get_proposal(proposal_id)), ArgumentForm(request.form)
    is_valid, is_preview = form.validate(), "preview" in request.form
    if not is_valid or is_preview:
        page = render_template(
            "threads/post.html",
            form=form,
            proposal=proposal,
            back=proposal_url(proposal),
            max_length=MAX_COMMENT,
            preview=to_html(form.body.data) if is_preview else "",
        )
        return page, (200 if is_valid else UNPROCESSABLE)
    comment = _post(proposal, form)
    flash_with_receipt(posted_message(comment, _("Your argument is posted.")))
    return see_other(comment_url(comment))


@blueprint.page(f"{COMMENT}/reply", "public")
def reply(comment_id: int) -> ResponseReturnValue:
    """Show the form for a reply below its parent, with the person's last stance selected."""
    parent, person = get_or_404(get_comment(comment_id)), current_person()
    stance = get_last_stance(person.id, parent.proposal_id) if person else None
    return _reply_page(parent, ReplyForm(stance=stance_value(stance)))


@blueprint.page(
    f"{COMMENT}/reply", "signed_in", methods=["POST"], name="post_reply", rate_limit=TEXTS
)
def post_reply(comment_id: int) -> ResponseReturnValue:
    """Post a reply to a comment."""
    parent, form = get_or_404(get_comment(comment_id)), ReplyForm(request.form)
    is_valid, is_preview = form.validate(), "preview" in request.form
    if not is_valid or is_preview:
        page = _reply_page(parent, form, to_html(form.body.data) if is_preview else "")
        return page, (200 if is_valid else UNPROCESSABLE)
    comment = _post(parent.proposal, form, parent)
    flash_with_receipt(posted_message(comment, _("Your reply is posted.")))
    return see_other(comment_url(comment))


def _post(proposal: "Proposal", form: ArgumentForm, parent: "Comment | None" = None) -> "Comment":
    remember_form(form)
    return post_comment(
        signed_in_person(),
        proposal,
        form.body.data,
        parent=parent,
        stance=form.selected_stance,
        is_question=form.is_question.data,
        source=form.source.data,
        context=request_context(),
    )


def _reply_page(parent: "Comment", form: ReplyForm, preview: str = "") -> str:
    person = current_person()
    sanction = get_active_sanction(person) if person is not None else None
    limited_until = sanction.ends_at if sanction is not None else None
    return render_template(
        "threads/reply.html",
        form=form,
        comment=get_comment_row(parent, g.language),
        proposal=parent.proposal,
        may_comment=is_offered(parent.proposal, PhaseSwitch.COMMENT, limited_until),
        back=comment_url(parent),
        max_length=MAX_COMMENT,
        preview=preview,
    )


@blueprint.page(f"{COMMENT}/rating", "signed_in", methods=["POST"], rate_limit=CLICKS)
def rate(comment_id: int) -> ResponseReturnValue:
    """Rate a comment as a strong or a weak point."""
    comment, rating = get_or_404(get_comment(comment_id)), request.form.get("rating")
    if rating not in {"strong", "weak"}:
        abort(400)
    rate_comment(signed_in_person(), comment, rating == "strong", context=request_context())
    flash_with_receipt(_("You rated this point."))
    return see_other(comment_url(comment))


@blueprint.page(f"{COMMENT}/change", "signed_in", methods=BOTH, rate_limit=TEXTS)
def change(comment_id: int) -> ResponseReturnValue:
    """Show the author the forms to edit, correct and withdraw a comment, or edit it."""
    person, comment = signed_in_person(), get_or_404(get_comment(comment_id))
    require(is_author(person, comment))
    form = CommentTextForm(submitted_data(), body=comment.body)

    def submit() -> ResponseReturnValue:
        edit_comment(person, comment, form.body.data, context=request_context())
        flash_with_receipt(posted_message(comment, _("Your comment has been changed.")))
        return see_other(comment_url(comment))

    return form_page(form, submit, _change_page, comment=comment)


@blueprint.page(f"{COMMENT}/correction", "signed_in", methods=["POST"], rate_limit=TEXTS)
def correct(comment_id: int) -> ResponseReturnValue:
    """Add a dated correction below a comment."""
    comment, form = get_or_404(get_comment(comment_id)), CorrectionForm(request.form)
    if not form.validate():
        return _change_page(form=form, comment=comment), 422
    correct_comment(signed_in_person(), comment, form.body.data, context=request_context())
    flash_with_receipt(_("Your correction is shown below the comment."))
    return see_other(comment_url(comment))


def _change_page(
    *, form: CommentTextForm | CorrectionForm, comment: "Comment", **context: object
) -> str:
    person = signed_in_person()
    return render_template(
        "threads/change.html",
        form=form,
        correction=form if isinstance(form, CorrectionForm) else CorrectionForm(),
        comment=get_comment_row(comment, g.language, person),
        proposal=comment.proposal,
        may_edit=may_edit_comment(person, comment),
        edit=get_open_edit_request(comment),
        may_correct=may_correct_comment(person, comment),
        may_withdraw=may_withdraw_comment(person, comment),
        back=comment_url(comment),
        max_length=MAX_COMMENT,
        **context,
    )


@blueprint.page(f"{COMMENT}/withdraw", "signed_in", methods=["POST"])
def withdraw(comment_id: int) -> ResponseReturnValue:
    """Withdraw a comment."""
    comment = get_or_404(get_comment(comment_id))
    withdraw_comment(signed_in_person(), comment, context=request_context())
    flash_with_receipt(_("Your comment is withdrawn; the replies below it stay."))
    return see_other(comment_url(comment))
