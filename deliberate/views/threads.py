"""A proposal's thread: posting, replying, weighing, editing, taking back."""

from typing import Any

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.comments import (
    LONGEST,
    ArgumentForm,
    CorrectionForm,
    ReplyForm,
    WordsForm,
    name_of,
)
from deliberate.operations import comments, correcting
from deliberate.operations.pacing import PRESSES, TEXTS
from deliberate.permissions import (
    is_author,
    is_open_to,
    may_edit,
    may_withdraw_comment,
    require,
)
from deliberate.permissions.correcting import may_correct
from deliberate.queries import threads
from deliberate.queries.matters import open_request
from deliberate.queries.proposals import proposal_shown
from deliberate.views.answers import local_time
from deliberate.views.frame import Room, after_act, asking, or_404, see_other
from deliberate.views.proposals import address_of
from deliberate.vocabulary import Switch

room = Room("threads")


def said_of(thing: Any, said: str) -> str:
    """What is said after writing: where a rule holds the text, until when at the latest."""
    if not thing.is_held:
        return said
    until = local_time(thing.held_until, "d MMM y, HH.mm")
    return str(_("Your text is kept. A rule holds it until %(time)s at the latest.", time=until))


def place_of(comment: Any) -> str:
    """The address that opens a thread at a comment."""
    return f"{address_of(comment.proposal, at=comment.id)}#c{comment.id}"


@room.page(
    "/proposals/<int(max=2147483647):number>/arguments", "signed_in", methods=["POST"], pace=TEXTS
)
def post(number: int) -> ResponseReturnValue:
    """Add an argument to a proposal."""
    proposal = or_404(proposal_shown(number)).proposal
    form = ArgumentForm(request.form)
    if not form.validate():
        return _post_page(proposal, form), 422
    comment = comments.post_comment(
        asking(),
        proposal,
        form.body.data,
        stance=form.chosen,
        is_question=form.is_question.data,
        source=form.source.data,
        language=g.language,
    )
    after_act(said_of(comment, _("Your argument is posted.")))
    return see_other(place_of(comment))


@room.page("/comments/<int(max=2147483647):number>/reply", "public")
def reply(number: int) -> ResponseReturnValue:
    """The form for a reply, under the comment it answers; one's last stance is offered."""
    comment, person = _comment(number), asking()
    form = ReplyForm(stance=_last_stance(person, comment))
    return _reply_page(comment, form)


@room.page(
    "/comments/<int(max=2147483647):number>/reply",
    "signed_in",
    methods=["POST"],
    name="post_reply",
    pace=TEXTS,
)
def post_reply(number: int) -> ResponseReturnValue:
    """Reply to a comment."""
    parent = _comment(number)
    form = ReplyForm(request.form)
    if not form.validate():
        return _reply_page(parent, form), 422
    comment = comments.post_comment(
        asking(),
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


@room.page(
    "/comments/<int(max=2147483647):number>/rating", "signed_in", methods=["POST"], pace=PRESSES
)
def rate(number: int) -> ResponseReturnValue:
    """Weigh a comment as a strong or a weak point."""
    comment, rating = _comment(number), request.form.get("rating")
    if rating not in {"strong", "weak"}:
        abort(400)
    comments.rate_comment(asking(), comment, rating == "strong")
    after_act(_("You weighed this point."))
    return see_other(place_of(comment))


@room.page("/comments/<int(max=2147483647):number>/change", "signed_in")
def change(number: int) -> ResponseReturnValue:
    """One's own comment: its words for fifteen minutes, and taking it back at any time."""
    comment = _comment(number)
    require(is_author(asking(), comment))
    return _change_page(comment, WordsForm(body=comment.body))


@room.page(
    "/comments/<int(max=2147483647):number>/change",
    "signed_in",
    methods=["POST"],
    name="edit",
    pace=TEXTS,
)
def edit(number: int) -> ResponseReturnValue:
    """Change the words of one's own comment."""
    comment = _comment(number)
    form = WordsForm(request.form)
    if not form.validate():
        return _change_page(comment, form), 422
    comments.edit_comment(asking(), comment, form.body.data)
    after_act(said_of(comment, _("Your words are changed.")))
    return see_other(place_of(comment))


@room.page(
    "/comments/<int(max=2147483647):number>/correction", "signed_in", methods=["POST"], pace=TEXTS
)
def correct(number: int) -> ResponseReturnValue:
    """Add a dated correction below one's own comment."""
    comment, form = _comment(number), CorrectionForm(request.form)
    if not form.validate():
        return _change_page(comment, form), 422
    correcting.correct_comment(asking(), comment, form.body.data)
    after_act(_("Your correction stands below the comment."))
    return see_other(place_of(comment))


@room.page("/comments/<int(max=2147483647):number>/withdraw", "signed_in", methods=["POST"])
def withdraw(number: int) -> ResponseReturnValue:
    """Take one's own comment back."""
    comment = _comment(number)
    comments.withdraw_comment(asking(), comment)
    after_act(_("Your comment is withdrawn; the replies below it stay."))
    return see_other(place_of(comment))


def _comment(number: int) -> Any:
    return or_404(threads.comment_numbered(number))


def _last_stance(person: Any, comment: Any) -> str:
    if person is None:
        return ""
    return name_of(threads.last_stance_of(person.id, comment.proposal_id))


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
        comment=threads.line_of(comment, g.language),
        proposal=comment.proposal,
        may_talk=is_open_to(comment.proposal, Switch.COMMENT),
        back=place_of(comment),
        longest=LONGEST,
    )


def _change_page(comment: Any, form: WordsForm) -> str:
    person = asking()
    return render_template(
        "threads/change.html",
        form=form,
        correction=form if isinstance(form, CorrectionForm) else CorrectionForm(),
        comment=threads.line_of(comment, g.language, person.id if person else None),
        proposal=comment.proposal,
        may_edit=may_edit(person, comment),
        edit=open_request(comment),
        may_correct=may_correct(person, comment),
        may_withdraw=may_withdraw_comment(person, comment),
        back=place_of(comment),
        longest=LONGEST,
    )
