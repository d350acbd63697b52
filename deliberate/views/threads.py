"""A proposal's thread: posting, replying, weighing, editing, taking back."""

from typing import Any

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.threads import (
    LONGEST,
    ArgumentForm,
    CorrectionForm,
    ReplyForm,
    WordsForm,
    name_of,
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
from deliberate.permissions.proposals.proposals import is_author, is_open_to
from deliberate.permissions.threads import may_correct, may_edit, may_withdraw_comment
from deliberate.queries.moderation.open_items import open_request
from deliberate.queries.proposals.proposals import proposal_shown
from deliberate.queries.threads.threads import comment_numbered, last_stance_of, line_of
from deliberate.views.proposals.proposals import address_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import after_act, current_person, get_or_404, see_other
from deliberate.views.site.response_headers import local_time
from deliberate.vocabulary import Switch

blueprint = LocalizedBlueprint("threads")


def said_of(thing: Any, said: str) -> str:
    """What is said after writing: where a rule holds the text, until when at the latest."""
    if not thing.is_held:
        return said
    until = local_time(thing.held_until, "d MMM y, HH.mm")
    return str(_("Your text is kept. A rule holds it until %(time)s at the latest.", time=until))


def place_of(comment: Any) -> str:
    """The address that opens a thread at a comment."""
    return f"{address_of(comment.proposal, at=comment.id)}#c{comment.id}"


@blueprint.page("/proposals/<id:number>/arguments", "signed_in", methods=["POST"], rate_limit=TEXTS)
def post(number: int) -> ResponseReturnValue:
    """Add an argument to a proposal."""
    proposal = get_or_404(proposal_shown(number)).proposal
    form = ArgumentForm(request.form)
    if not form.validate():
        return _post_page(proposal, form), 422
    comment = post_comment(
        current_person(),
        proposal,
        form.body.data,
        stance=form.chosen,
        is_question=form.is_question.data,
        source=form.source.data,
        language=g.language,
    )
    after_act(said_of(comment, _("Your argument is posted.")))
    return see_other(place_of(comment))


@blueprint.page("/comments/<id:number>/reply", "public")
def reply(number: int) -> ResponseReturnValue:
    """The form for a reply, under the comment it answers; one's last stance is offered."""
    comment, person = _comment(number), current_person()
    form = ReplyForm(stance=_last_stance(person, comment))
    return _reply_page(comment, form)


@blueprint.page(
    "/comments/<id:number>/reply",
    "signed_in",
    methods=["POST"],
    name="post_reply",
    rate_limit=TEXTS,
)
def post_reply(number: int) -> ResponseReturnValue:
    """Reply to a comment."""
    parent = _comment(number)
    form = ReplyForm(request.form)
    if not form.validate():
        return _reply_page(parent, form), 422
    comment = post_comment(
        current_person(),
        parent.proposal,
        form.body.data,
        parent=parent,
        stance=form.chosen,
        is_question=form.is_question.data,
        source=form.source.data,
        language=g.language,
    )
    after_act(said_of(comment, _("Your reply is posted.")))
    return see_other(place_of(comment))


@blueprint.page("/comments/<id:number>/rating", "signed_in", methods=["POST"], rate_limit=CLICKS)
def rate(number: int) -> ResponseReturnValue:
    """Weigh a comment as a strong or a weak point."""
    comment, rating = _comment(number), request.form.get("rating")
    if rating not in {"strong", "weak"}:
        abort(400)
    rate_comment(current_person(), comment, rating == "strong")
    after_act(_("You weighed this point."))
    return see_other(place_of(comment))


@blueprint.page("/comments/<id:number>/change", "signed_in")
def change(number: int) -> ResponseReturnValue:
    """One's own comment: its words for fifteen minutes, and taking it back at any time."""
    comment = _comment(number)
    require(is_author(current_person(), comment))
    return _change_page(comment, WordsForm(body=comment.body))


@blueprint.page(
    "/comments/<id:number>/change",
    "signed_in",
    methods=["POST"],
    name="edit",
    rate_limit=TEXTS,
)
def edit(number: int) -> ResponseReturnValue:
    """Change the words of one's own comment."""
    comment = _comment(number)
    form = WordsForm(request.form)
    if not form.validate():
        return _change_page(comment, form), 422
    edit_comment(current_person(), comment, form.body.data)
    after_act(said_of(comment, _("Your words are changed.")))
    return see_other(place_of(comment))


@blueprint.page("/comments/<id:number>/correction", "signed_in", methods=["POST"], rate_limit=TEXTS)
def correct(number: int) -> ResponseReturnValue:
    """Add a dated correction below one's own comment."""
    comment, form = _comment(number), CorrectionForm(request.form)
    if not form.validate():
        return _change_page(comment, form), 422
    correct_comment(current_person(), comment, form.body.data)
    after_act(_("Your correction stands below the comment."))
    return see_other(place_of(comment))


@blueprint.page("/comments/<id:number>/withdraw", "signed_in", methods=["POST"])
def withdraw(number: int) -> ResponseReturnValue:
    """Take one's own comment back."""
    comment = _comment(number)
    withdraw_comment(current_person(), comment)
    after_act(_("Your comment is withdrawn; the replies below it stay."))
    return see_other(place_of(comment))


def _comment(number: int) -> Any:
    return get_or_404(comment_numbered(number))


def _last_stance(person: Any, comment: Any) -> str:
    if person is None:
        return ""
    return name_of(last_stance_of(person.id, comment.proposal_id))


def _post_page(proposal: Any, form: ArgumentForm) -> str:
    return render_template(
        "threads/post.html",
        form=form,
        proposal=proposal,
        back=address_of(proposal),
        longest=LONGEST,
    )


def _reply_page(comment: Any, form: ReplyForm) -> str:
    return render_template(
        "threads/reply.html",
        form=form,
        comment=line_of(comment, g.language),
        proposal=comment.proposal,
        may_talk=is_open_to(comment.proposal, Switch.COMMENT),
        back=place_of(comment),
        longest=LONGEST,
    )


def _change_page(comment: Any, form: WordsForm) -> str:
    person = current_person()
    return render_template(
        "threads/change.html",
        form=form,
        correction=form if isinstance(form, CorrectionForm) else CorrectionForm(),
        comment=line_of(comment, g.language, person.id if person else None),
        proposal=comment.proposal,
        may_edit=may_edit(person, comment),
        edit=open_request(comment),
        may_correct=may_correct(person, comment),
        may_withdraw=may_withdraw_comment(person, comment),
        back=place_of(comment),
        longest=LONGEST,
    )
