"""Messages of an account, mail topics, links in mails, and the mails of the demo."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flask import abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.notices import DigestForm
from deliberate.notifications.links import (
    DIGEST,
    read_address_change_token,
    read_address_token,
    read_unsubscribe_token,
)
from deliberate.notifications.mail import compose
from deliberate.notifications.registry import REGISTRY
from deliberate.notifications.templates import (
    RenderedNotification,
    load_context,
    render_notification,
)
from deliberate.operations.accounts.email_addresses import approve_email_change, confirm_email
from deliberate.operations.notices.digests import choose_digest, stop_digest
from deliberate.operations.notices.messages import (
    choose_kinds,
    choose_topics,
    mark_messages_read,
    stop_mails,
)
from deliberate.queries.accounts.device_names import device_name
from deliberate.queries.accounts.devices import current_device_id, list_devices
from deliberate.queries.notices.digests import get_digest_choice
from deliberate.queries.notices.failing_addresses import is_address_set_aside
from deliberate.queries.notices.messages import PAGE, list_messages, list_newest_mails
from deliberate.queries.notices.phone_numbers import get_phone_number
from deliberate.queries.notices.push_subscriptions import (
    list_push_subscriptions,
    public_push_key,
)
from deliberate.queries.notices.settings import list_kind_choices, list_topic_choices, topics_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_settings,
    get_or_404,
    int_arg,
    int_field,
    signed_in_person,
)
from deliberate.vocabulary.notices import OPTIONAL_IN_ACCOUNT, Channel, Topic, kinds_of

if TYPE_CHECKING:
    from sqlalchemy import Row

    from deliberate.models import Delivery, Notice, Person

blueprint = LocalizedBlueprint("messages", url_prefix="/account/messages")
unsubscribe_blueprint = LocalizedBlueprint("unsubscribe", localized=False)


@blueprint.page("", "signed_in")
def index() -> ResponseReturnValue:
    """Show the messages of the person, newest first, grouped by what they are about."""
    person = signed_in_person()
    rows = list_messages(person, int_arg("before") or 0)
    shown = rows[:PAGE]
    return render_template(
        "notices/index.html",
        groups=_group_by_thing(shown, person),
        newest=shown[0][0] if shown else None,
        next_url=url_for("messages.index", before=shown[-1][0].id) if len(rows) > PAGE else "",
    )


def _group_by_thing(
    rows: "Sequence[Row[Delivery, Notice]]", person: "Person"
) -> list[list[tuple["Delivery", RenderedNotification]]]:
    """Return messages in groups about one proposal, process or poll, the newest group first."""
    context = load_context(notice for _delivery, notice in rows)
    groups: dict[tuple[int | None, ...], list[tuple[Delivery, RenderedNotification]]] = {}
    for delivery, notice in rows:
        rendered = render_notification(notice, context, g.language, person)
        groups.setdefault(rendered.thing_key, []).append((delivery, rendered))
    return list(groups.values())


@blueprint.page("/read", "signed_in", methods=["POST"])
def mark_read() -> ResponseReturnValue:
    """Mark the messages up to one as read."""
    mark_messages_read(signed_in_person(), int_field("up_to") or 0)
    return see_other(url_for("messages.index"))


@blueprint.page("/choices", "signed_in", methods=BOTH)
def choices() -> ResponseReturnValue:
    """Show or set what is listed in the account and what is mailed, and the weekly mail."""
    person = signed_in_person()
    form = DigestForm(submitted_data(), obj=get_digest_choice(person))
    channels = _offered_channels(person)

    def submit() -> ResponseReturnValue:
        choose_topics(person, {channel: _checked(channel, Topic) for channel in channels})
        choose_digest(
            person,
            is_wanted=form.is_wanted.data,
            weekday=form.weekday.data,
            hour=form.hour.data,
            joins_trial=form.joins_trial.data,
        )
        return redirect_with_message(url_for("messages.choices"), _("Your choice is saved."))

    return form_page(
        form,
        submit,
        "notices/choices.html",
        person=person,
        choices=list_topic_choices(person),
        channels=channels,
        has_gateway=bool(current_settings().gateway_url),
        push_key=public_push_key(current_settings()),
        devices=list_push_subscriptions(person.id),
        device_names={row.public_id: device_name(row.agent) for row in list_devices(person)},
        current_device_id=current_device_id(person),
        is_set_aside=is_address_set_aside(person),
    )


@blueprint.page("/choices/<topic>", "signed_in", methods=BOTH)
def kind_choices(topic: str) -> ResponseReturnValue:
    """Show or set what is listed and sent of one topic, kind by kind."""
    person = signed_in_person()
    if topic not in topics_of(person):
        abort(404)
    chosen_topic, channels = Topic(topic), _offered_channels(person)
    if request.method == "POST":
        kinds = kinds_of(chosen_topic)
        choose_kinds(
            person, chosen_topic, {channel: _checked(channel, kinds) for channel in channels}
        )
        return redirect_with_message(url_for("messages.choices"), _("Your choice is saved."))
    return render_template(
        "notices/kind_choices.html",
        topic=chosen_topic,
        is_optional=chosen_topic in OPTIONAL_IN_ACCOUNT,
        choices=list_kind_choices(person, chosen_topic),
        titles={line.event.KIND: line.title for line in REGISTRY.values()},
        channels=channels,
    )


def _checked(channel: Channel, names: Iterable[str]) -> set[str]:
    return {name for name in names if f"{name}.{channel}" in request.form}


def _offered_channels(person: "Person") -> list[Channel]:
    """Return the channels that a person can choose: texts need a number, push a device."""
    settings = current_settings()
    has_phone = bool(settings.gateway_url) and get_phone_number(person) is not None
    has_device = bool(settings.push_key) and bool(list_push_subscriptions(person.id))
    missing = {Channel.PHONE: not has_phone, Channel.PUSH: not has_device}
    return [channel for channel in Channel if not missing.get(channel)]


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
        stop_digest(person_id) if topic == DIGEST else stop_mails(person_id, topic)
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
