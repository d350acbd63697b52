"""One's messages, which of them come by mail, and the one click that ends a kind of mail."""

from typing import Any

from flask import abort, current_app, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.notifications.fanout import is_mail_configured
from deliberate.notifications.links import read_address_token, read_leaving_token, read_token
from deliberate.notifications.mail import compose
from deliberate.notifications.preferences import TOPICS, topic_of
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.accounts.email_addresses import confirm_address, leave_address
from deliberate.operations.notices.messages import choose_mails, mark_read, mute
from deliberate.queries.notices import messages as message_queries
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, see_other

blueprint = LocalizedBlueprint("messages", url_prefix="/account/messages")
unsubscribe_blueprint = LocalizedBlueprint("unsubscribe", localized=False)


@blueprint.page("", "signed_in")
def index() -> ResponseReturnValue:
    """Every message, newest first; what is mailed as well."""
    person = current_person()
    rows = message_queries.messages_of(person, request.args.get("before", 0, type=int))
    shown = rows[: message_queries.PAGE]
    known = load_context(notice for _delivery, notice in shown)
    told = [(d, render_notification(notice, known, g.language)) for d, notice in shown]
    more = url_for("messages.index", before=shown[-1][0].id) if len(rows) > len(shown) else ""
    return render_template(
        "notices/index.html",
        told=told,
        next_url=more,
        person=person,
        topics=_topics(person),
        muted=message_queries.muted_topics(person),
        mails=is_mail_configured(),
    )


def _topics(person: Any) -> list[str]:
    return [topic for topic in TOPICS if topic != "desk" or person.role == "staff"]


@blueprint.page("/read", "signed_in", methods=["POST"])
def read() -> ResponseReturnValue:
    """Mark them as read."""
    mark_read(current_person(), request.form.get("up_to", 0, type=int))
    return see_other(url_for("messages.index"))


@blueprint.page("/mails", "signed_in", methods=["POST"])
def choose() -> ResponseReturnValue:
    """Choose which groups come by mail."""
    choose_mails(current_person(), request.form.getlist("topic"))
    flash(_("Your choice is kept."), "success")
    return see_other(url_for("messages.index"))


@blueprint.page("/confirm/<token>", "public")
def confirm(token: str) -> ResponseReturnValue:
    """The link in the mail that asks to confirm an address."""
    get_or_404(read_address_token(token))
    return render_template("notices/confirm.html", token=token, done=None)


@blueprint.page("/confirm/<token>", "public", methods=["POST"], name="confirmed")
def confirmed(token: str) -> ResponseReturnValue:
    """The address is its person's."""
    person_id, address = get_or_404(read_address_token(token))
    done = confirm_address(person_id, address)
    return render_template("notices/confirm.html", token=token, done=done)


@blueprint.page("/leave/<token>", "public")
def leave(token: str) -> ResponseReturnValue:
    """The link in the mail that asks whether one wants another address."""
    _person, _present, address = get_or_404(read_leaving_token(token))
    return render_template("notices/leave.html", token=token, address=address, done=None)


@blueprint.page("/leave/<token>", "public", methods=["POST"], name="left")
def left(token: str) -> ResponseReturnValue:
    """The present mailbox agrees."""
    person_id, present, address = get_or_404(read_leaving_token(token))
    done = leave_address(person_id, present, address)
    return render_template("notices/leave.html", token=token, address=address, done=done)


@unsubscribe_blueprint.page("/unsubscribe/<token>", "public")
def unsubscribe(token: str) -> ResponseReturnValue:
    """The link at the end of a mail: one button ends this kind."""
    _person, topic = get_or_404(read_token(token))
    return render_template("notices/unsubscribe.html", token=token, topic=topic, done=False)


@unsubscribe_blueprint.page(
    "/unsubscribe/<token>", "public", methods=["POST"], name="unsubscribed", tokens=False
)
def unsubscribed(token: str) -> ResponseReturnValue:
    """One click, by the button or by the mail program itself (RFC 8058)."""
    person_id, topic = get_or_404(read_token(token))
    mute(person_id, topic)
    return render_template("notices/unsubscribe.html", token=token, topic=topic, done=True)


@unsubscribe_blueprint.page("/demo/mails", "public")
def demo_mails() -> ResponseReturnValue:
    """The mails of the sample city, which has no server to send them; nowhere else."""
    if not current_app.config["SETTINGS"].is_demo:
        abort(404)
    rows = message_queries.newest_mails()
    known = load_context(notice for _delivery, notice, _person in rows)
    mails = [
        compose(
            delivery,
            person,
            render_notification(notice, known, person.language),
            topic_of(notice.kind),
        )
        for delivery, notice, person in rows
    ]
    return render_template("notices/demo_mails.html", mails=mails)
