"""Messages of an account, mail topics, links in mails, and the mails of the demo."""

from typing import TYPE_CHECKING

from flask import abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.notifications.links import (
    read_address_change_token,
    read_address_token,
    read_unsubscribe_token,
)
from deliberate.notifications.mail import compose
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.accounts.email_addresses import approve_email_change, confirm_email
from deliberate.operations.notices.messages import (
    mark_messages_read,
    mute_topic,
    set_mailed_topics,
)
from deliberate.queries.notices.messages import (
    PAGE,
    list_messages,
    list_newest_mails,
    muted_topics,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import BOTH, redirect_with_message, see_other
from deliberate.views.site.request_context import (
    current_settings,
    get_or_404,
    int_arg,
    int_field,
    signed_in_person,
)
from deliberate.vocabulary import Role
from deliberate.vocabulary.notices import Topic

if TYPE_CHECKING:
    from deliberate.models import Person

blueprint = LocalizedBlueprint("messages", url_prefix="/account/messages")
unsubscribe_blueprint = LocalizedBlueprint("unsubscribe", localized=False)


@blueprint.page("", "signed_in")
def index() -> ResponseReturnValue:
    """Show the messages of the person, newest first, and the topics sent by mail."""
    person = signed_in_person()
    rows = list_messages(person, int_arg("before") or 0)
    shown = rows[:PAGE]
    context = load_context(notice for _delivery, notice in shown)
    return render_template(
        "notices/index.html",
        messages=[
            (delivery, render_notification(notice, context, g.language, person))
            for delivery, notice in shown
        ],
        next_url=url_for("messages.index", before=shown[-1][0].id) if len(rows) > PAGE else "",
        person=person,
        topics=_topics(person),
        muted=muted_topics(person),
    )


def _topics(person: "Person") -> list[str]:
    return [topic for topic in Topic if topic != Topic.DESK or person.role == Role.STAFF]


@blueprint.page("/read", "signed_in", methods=["POST"])
def mark_read() -> ResponseReturnValue:
    """Mark the messages up to one as read."""
    mark_messages_read(signed_in_person(), int_field("up_to") or 0)
    return see_other(url_for("messages.index"))


@blueprint.page("/mails", "signed_in", methods=["POST"])
def set_topics() -> ResponseReturnValue:
    """Set the topics that are also sent by mail."""
    set_mailed_topics(signed_in_person(), request.form.getlist("topic"))
    return redirect_with_message(url_for("messages.index"), _("Your choice is saved."))


@blueprint.page("/confirm/<token>", "public", methods=BOTH)
def confirm_address(token: str) -> ResponseReturnValue:
    """Show the page of the link that confirms an address, or confirm the address."""
    person_id, address = get_or_404(read_address_token(token))
    is_done = confirm_email(person_id, address) if request.method == "POST" else None
    return render_template("notices/confirm_address.html", token=token, is_done=is_done)


@blueprint.page("/leave/<token>", "public", methods=BOTH)
def approve_address_change(token: str) -> ResponseReturnValue:
    """Show the page on which the present mailbox agrees to another address, or agree to it."""
    person_id, present, address = get_or_404(read_address_change_token(token))
    is_done = None
    if request.method == "POST":
        is_done = approve_email_change(person_id, present, address)
    return render_template(
        "notices/approve_address_change.html", token=token, address=address, is_done=is_done
    )


@unsubscribe_blueprint.page("/unsubscribe/<token>", "public", methods=BOTH, tokens=False)
def unsubscribe(token: str) -> ResponseReturnValue:
    """Show the page of the unsubscribe link, or mute the topic (one click, RFC 8058)."""
    person_id, topic = get_or_404(read_unsubscribe_token(token))
    if request.method == "POST":
        mute_topic(person_id, topic)
    return render_template(
        "notices/unsubscribe.html", token=token, topic=topic, is_done=request.method == "POST"
    )


@unsubscribe_blueprint.page("/demo/mails", "public")
def demo_mails() -> ResponseReturnValue:
    """Show the mails of the demo, which has no mail server; 404 elsewhere."""
    if not current_settings().is_demo:
        abort(404)
    rows = list_newest_mails()
    context = load_context(notice for _delivery, notice, _person in rows)
    mails = [
        compose(delivery, person, render_notification(notice, context, person.language, person))
        for delivery, notice, person in rows
    ]
    return render_template("notices/demo_mails.html", mails=mails)
