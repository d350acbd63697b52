"""One's own account: joining, signing in and out, what one took part in."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, g, jsonify, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_user

from deliberate.clock import now
from deliberate.forms.accounts.account import (
    AreaForm,
    CodeForm,
    ConsentForm,
    DisplayNameForm,
    EmailForm,
    JoinForm,
    PassphraseForm,
    SignInForm,
)
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.accounts import email_addresses as email_addresse_operations
from deliberate.operations.accounts import profiles as profile_operations
from deliberate.operations.accounts.accounts import NameTaken
from deliberate.operations.accounts.second_factor import issue_pending_sign_in
from deliberate.operations.accounts.sign_in import (
    CodeNeeded,
    InvalidCredentials,
    TooManyAttempts,
    sign_in_by_passphrase,
)
from deliberate.operations.site.rate_limits import SIGN_UPS, rate_limited
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.office_recovery import recovery_of
from deliberate.queries.accounts.participation import everything_of, participation_of
from deliberate.queries.moderation.sanctions import sanction_on
from deliberate.queries.notices.messages import address_change_of
from deliberate.queries.processes.processes import next_date
from deliberate.queries.proposals.workflow_state import days_left, state_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.rate_limits import retry_after, say_when
from deliberate.views.site.request_hooks import (
    LEAVE_NOTHING,
    current_person,
    held_fields,
    held_words,
    render_sign_in,
    see_other,
)
from deliberate.views.site.url_parsing import path_within
from deliberate.vocabulary import Role

blueprint = LocalizedBlueprint("account")
MARKS_KEPT = 5


# --- coming in -----------------------------------------------------------------------------------


@blueprint.page("/sign-in", "public", methods=["GET", "POST"], tokens=False)
def sign_in() -> ResponseReturnValue:
    """Sign in; what was written before is shown afterwards, with one button to send it."""
    if request.method == "GET":
        return _go_on(_wanted()) if current_person() else render_sign_in(_wanted())
    form = SignInForm(request.form)
    if not form.validate():
        return _ask_again(form), 422
    try:
        person, token = sign_in_by_passphrase(
            form.sign_in_name.data,
            form.passphrase.data,
            network=request.remote_addr or "",
            marks=session.get("marks", ()),
            agent=request.user_agent.string,
            leaving=session.get("_user_id"),
        )
    except InvalidCredentials:
        wrong = _("Sign-in name and passphrase do not belong together. Nothing you wrote is lost.")
        return _ask_again(form, [wrong]), 422
    except TooManyAttempts as error:
        return _wait(form, error)
    except CodeNeeded as needed:
        return ask_for_code(needed.person)
    except Refused as error:
        return _ask_again(form, [str(error.reason)]), 422
    return complete_sign_in(person, token)


@blueprint.page("/join", "public", methods=["GET", "POST"], tokens=False)
def join() -> ResponseReturnValue:
    """Open an account and be signed in with it."""
    if request.method == "GET":
        return _go_on(_wanted()) if current_person() else _ask_to_join(JoinForm(), _wanted())
    form = JoinForm(request.form)
    if "show" in request.form:
        form.passphrase.data = None
        return _ask_to_join(form)
    if not form.validate():
        return _ask_to_join(form), 422
    try:
        with rate_limited(SIGN_UPS, request.remote_addr or ""):
            person, token = account_operations.join_on_device(
                form.sign_in_name.data,
                form.display_name.data,
                form.passphrase.data,
                email=form.email.data or None,
                area=form.area.data,
                language=g.language,
                agent=request.user_agent.string,
            )
    except TooManyAttempts as error:
        form.sign_in_name.errors = [say_when(error)]
        return _ask_to_join(form), 429, retry_after(error)
    except NameTaken as taken:
        form[taken.field].errors = [_say_taken(taken)]
        return _ask_to_join(form), 422
    return complete_sign_in(person, token)


def ask_for_code(person: Any, **more: Any) -> str:
    """The second half of signing in: the code of the phone."""
    more = {"form": CodeForm(), "half": issue_pending_sign_in(person), **more}
    return render_sign_in(**held(), template="accounts/second_factor/step.html", **more)


def _wanted() -> str:
    return path_within(request.args.get("next")) or ""


def held() -> dict[str, Any]:
    """Where one was going and what one had written, out of the form that carries it."""
    return {
        "path": path_within(request.form.get("held_path")) or "",
        "fields": held_fields(),
        "came_from": path_within(request.form.get("held_from")) or "",
    }


def _ask_again(form: SignInForm, problems: list[str] | None = None) -> str:
    return render_sign_in(**held(), form=form, problems=problems or [])


def _ask_to_join(form: JoinForm, path: str = "") -> str:
    carried = held() if request.method == "POST" else {"path": path}
    return render_sign_in(**carried, form=form, template="accounts/account/join.html")


def _wait(form: SignInForm, error: TooManyAttempts) -> ResponseReturnValue:
    problem = f"{say_when(error)} {_('Nothing you wrote is lost.')}"
    return _ask_again(form, [problem]), 429, retry_after(error)


def _say_taken(taken: NameTaken) -> str:
    if taken.field == account_operations.SIGN_IN_NAME:
        return str(_("This sign-in name is taken. Add a digit or take another one."))
    return str(_("This name is taken or looks like another one. Add a word or take an alias."))


def complete_sign_in(person: Any, token: str) -> ResponseReturnValue:
    """Begin a session under a new token, then go on with what was begun before."""
    marks = [mark for mark in session.get("marks", ()) if mark != person.device_mark]
    proven = session.get("proven")
    session.clear()
    session["marks"] = [*marks, person.device_mark][-MARKS_KEPT:]
    if proven is not None:  # what another house proved waits for one button
        session["proven"] = proven
    session.permanent = person.role == Role.RESIDENT
    login_user(person.on_device(token, now()))
    carried = held()
    if carried["fields"] is None or not carried["path"]:
        return _go_on(carried["path"])
    words = held_words(carried["fields"])
    return render_template("accounts/account/go_on.html", held=carried, words=words)


def _go_on(path: str) -> ResponseReturnValue:
    return see_other(path or url_for("account.show"))


@blueprint.page("/sign-out", "public", methods=["POST"])
def sign_out() -> ResponseReturnValue:
    """Sign this device out; it keeps only the mark that lets its owner back in."""
    person = current_person()
    if person is not None:
        account_operations.sign_out(person, person.get_id())
    marks = session.get("marks", [])
    session.clear()
    session["marks"] = marks
    session.permanent = True
    return see_other(url_for("account.sign_in", left=1), LEAVE_NOTHING)


# --- one's own account ---------------------------------------------------------------------------


@blueprint.page("/account", "signed_in")
def show() -> ResponseReturnValue:
    """What I took part in and what came of it, my name and address, my data."""
    return _show()


def _show(**forms: Any) -> str:
    person = current_person()
    fresh = {
        "display_name_form": DisplayNameForm(obj=person),
        "email_form": EmailForm(obj=person),
        "area_form": AreaForm(obj=person),
        "passphrase_form": PassphraseForm(),
        "consent_form": ConsentForm(research=person.research_consent),
    }
    failed = next((form for form in forms.values() if form.errors), None)
    return render_template(
        "accounts/account/show.html",
        person=person,
        took_part=participation_of(person),
        address_change=address_change_of(person),
        sanction=sanction_on(person),
        recovery=recovery_of(person),
        next_date=next_date(now()),
        state_of=state_of,
        days_left=days_left,
        moment=now(),
        form=failed,
        **{**fresh, **forms},
    )


def _saved(text: str) -> ResponseReturnValue:
    flash(text, "success")
    return see_other(url_for("account.show"))


@blueprint.page("/account/name", "signed_in", methods=["POST"])
def rename() -> ResponseReturnValue:
    """Another name or alias beside my texts."""
    form = DisplayNameForm(request.form)
    if not form.validate():
        return _show(display_name_form=form), 422
    try:
        profile_operations.rename_person(current_person(), form.display_name.data)
    except NameTaken as taken:
        form.display_name.errors = [_say_taken(taken)]
        return _show(display_name_form=form), 422
    return _saved(_("Your name is changed, also beside what you wrote before."))


def _change(
    form: Any, name: str, operation: Callable[[Any, Any], None], said: str
) -> ResponseReturnValue:
    if not form.validate():
        return _show(**{name: form}), 422
    (value,) = form.data.values()
    operation(current_person(), value)
    return _saved(said)


@blueprint.page("/account/email", "signed_in", methods=["POST"])
def change_email() -> ResponseReturnValue:
    """Another e-mail address, or none; a confirmed one is left with a yes of both mailboxes."""
    form = EmailForm(request.form)
    if not form.validate():
        return _show(email_form=form), 422
    if email_addresse_operations.change_email(current_person(), form.email.data):
        return _saved(_("Your e-mail address is saved."))
    return _saved(_("Nothing is changed yet: follow the links in the mails we send."))


@blueprint.page("/account/area", "signed_in", methods=["POST"])
def move() -> ResponseReturnValue:
    """Another area, or none."""
    form = AreaForm(request.form)
    return _change(form, "area_form", profile_operations.move_person, _("Your area is saved."))


@blueprint.page("/account/consent", "signed_in", methods=["POST"])
def change_consent() -> ResponseReturnValue:
    """Agree to research, or no longer."""
    form = ConsentForm(request.form)
    return _change(
        form, "consent_form", account_operations.change_consent, _("Your choice is saved.")
    )


@blueprint.page("/account/passphrase", "signed_in", methods=["POST"])
def change_passphrase() -> ResponseReturnValue:
    """A new passphrase; every other device is signed out."""
    form, person = PassphraseForm(request.form), current_person()
    if not form.validate():
        return _show(passphrase_form=form), 422
    try:
        profile_operations.change_passphrase(
            person, form.passphrase.data, form.new_passphrase.data, person.get_id()
        )
    except InvalidCredentials:
        form.passphrase.errors = [_("This is not your present passphrase.")]
    except TooManyAttempts as error:
        form.passphrase.errors = [say_when(error)]
    except Refused as error:
        form.new_passphrase.errors = [error.reason]
    if form.errors:
        return _show(passphrase_form=form), 422
    return _saved(_("Your passphrase is changed; all other devices are signed out."))


@blueprint.page("/account/data.json", "signed_in")
def download() -> Response:
    """Everything the house keeps of me, to take along."""
    answer = jsonify(everything_of(current_person()))
    answer.headers["Content-Disposition"] = "attachment; filename=deliberate-account.json"
    return answer
