"""The account page: participation, profile, e-mail address, passphrase, data download."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.forms.accounts.account import (
    AreaForm,
    ConsentForm,
    DisplayNameForm,
    EmailForm,
    PassphraseForm,
)
from deliberate.operations.accounts import email_addresses, profiles
from deliberate.operations.accounts.registration import NameTaken
from deliberate.queries.accounts.account_data import get_account_data
from deliberate.queries.accounts.office_recovery import get_active_recovery
from deliberate.queries.accounts.participation import get_participation
from deliberate.queries.moderation.sanctions import get_active_sanction
from deliberate.queries.notices.messages import pending_email_change
from deliberate.queries.processes.phases import get_next_phase
from deliberate.queries.proposals.workflow_state import days_left, state_of
from deliberate.queries.releases.data_access_requests import studies_with_acts_of
from deliberate.views.accounts.passphrase_field import credential_errors
from deliberate.views.accounts.sign_in import name_taken_message
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import request_context, signed_in_person

if TYPE_CHECKING:
    from wtforms import Form

    from deliberate.models import Person

blueprint = LocalizedBlueprint("account")


@blueprint.page("/account", "signed_in")
def show() -> ResponseReturnValue:
    """Show what the person took part in, and the forms of the account."""
    return _render_account()


def _render_account(**submitted: "Form") -> str:
    """Return the account page with the submitted form in place of the empty one."""
    person = signed_in_person()
    return render_template(
        "accounts/account/show.html",
        person=person,
        took_part=get_participation(person),
        email_change=pending_email_change(person),
        sanction=get_active_sanction(person),
        recovery=get_active_recovery(person),
        coming=get_next_phase(now()),
        studies=studies_with_acts_of(person),
        state_of=state_of,
        days_left=days_left,
        moment=now(),
        form=next((form for form in submitted.values() if form.errors), None),
        **_unsubmitted_forms(person) | submitted,
    )


def _unsubmitted_forms(person: "Person") -> "dict[str, Form]":
    return {
        "display_name_form": DisplayNameForm(obj=person),
        "email_form": EmailForm(obj=person),
        "area_form": AreaForm(obj=person),
        "passphrase_form": PassphraseForm(),
        "consent_form": ConsentForm(research=person.research_consent),
    }


def _redirect_saved(message: str) -> ResponseReturnValue:
    return redirect_with_message(url_for("account.show"), message)


@blueprint.page("/account/name", "signed_in", methods=["POST"])
def rename() -> ResponseReturnValue:
    """Change the display name."""
    form = DisplayNameForm(request.form)
    if form.validate():
        try:
            profiles.rename_person(
                signed_in_person(), form.display_name.data, context=request_context()
            )
        except NameTaken as taken:
            form.display_name.errors = [name_taken_message(taken)]
    if form.errors:
        return _render_account(display_name_form=form), 422
    return _redirect_saved(_("Your name is changed, also on what you wrote before."))


@blueprint.page("/account/email", "signed_in", methods=["POST"])
def change_email() -> ResponseReturnValue:
    """Change or remove the e-mail address; a confirmed one after both mailboxes agree."""
    form = EmailForm(request.form)
    if not form.validate():
        return _render_account(email_form=form), 422
    if email_addresses.change_email(signed_in_person(), form.email.data, context=request_context()):
        return _redirect_saved(_("Your e-mail address is saved."))
    return _redirect_saved(_("Nothing is changed yet: follow the links in the mails we send."))


@blueprint.page("/account/area", "signed_in", methods=["POST"])
def change_area() -> ResponseReturnValue:
    """Change or remove the area."""
    form = AreaForm(request.form)
    return _save_field(form, "area_form", profiles.move_person, _("Your area is saved."))


@blueprint.page("/account/consent", "signed_in", methods=["POST"])
def change_consent() -> ResponseReturnValue:
    """Grant or withdraw consent to research."""
    form = ConsentForm(request.form)
    return _save_field(form, "consent_form", profiles.change_consent, _("Your choice is saved."))


def _save_field(
    form: "Form",
    form_name: str,
    operation: "Callable[..., None]",
    message: str,
) -> ResponseReturnValue:
    """Run an operation with the value of a form's only field."""
    if not form.validate():
        return _render_account(**{form_name: form}), 422
    (value,) = form.data.values()
    operation(signed_in_person(), value, context=request_context())
    return _redirect_saved(message)


@blueprint.page("/account/passphrase", "signed_in", methods=["POST"])
def change_passphrase() -> ResponseReturnValue:
    """Change the passphrase; other devices are signed out."""
    form, person = PassphraseForm(request.form), signed_in_person()
    if form.validate():
        with credential_errors(form.passphrase, refusal_field=form.new_passphrase):
            profiles.change_passphrase(
                person,
                form.passphrase.data,
                form.new_passphrase.data,
                person.get_id() or "",
                context=request_context(),
            )
    if form.errors:
        return _render_account(passphrase_form=form), 422
    return _redirect_saved(_("Your passphrase is changed; all other devices are signed out."))


@blueprint.page("/account/data.json", "signed_in")
def download_data() -> Response:
    """Return all data of the account as a JSON file."""
    response = jsonify(get_account_data(signed_in_person()))
    response.headers["Content-Disposition"] = "attachment; filename=deliberate-account.json"
    return response
