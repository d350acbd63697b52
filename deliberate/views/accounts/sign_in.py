"""Sign in, join and sign out; a request that was interrupted by it continues afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypedDict

from flask import render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_user

from deliberate.clock import now
from deliberate.config import LANGUAGES
from deliberate.forms.accounts.account import CodeForm, JoinForm, SignInForm
from deliberate.forms.accounts.office_entry import ClaimAccountForm
from deliberate.operations.accounts import devices, office_entry, registration
from deliberate.operations.accounts.registration import NameTaken
from deliberate.operations.accounts.second_factor import issue_pending_sign_in
from deliberate.operations.accounts.sign_in import (
    InvalidCredentials,
    SecondFactorRequired,
    sign_in_by_passphrase,
)
from deliberate.operations.site.rate_limits import (
    TooManyAttempts,
    count_join,
    join_ticket,
)
from deliberate.permissions.decision import Refused
from deliberate.views.accounts.held_acts import held_act_name
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import BOTH, form_page, see_other, submitted_data
from deliberate.views.site.rate_limits import retry_after, retry_message
from deliberate.views.site.request_context import current_person, request_context
from deliberate.views.site.response_headers import CLEAR_SITE_DATA
from deliberate.views.site.sign_in_prompt import held_fields, held_texts, render_sign_in
from deliberate.views.site.url_parsing import local_path
from deliberate.vocabulary import Role

if TYPE_CHECKING:
    from deliberate.models import Person

blueprint = LocalizedBlueprint("sign_in")
MAX_DEVICE_COOKIES = 5
MAX_SECONDS_SHOWN = 90


class HeldRequest(TypedDict):
    """An interrupted request, which the sign-in form contains."""

    path: str
    fields: list[tuple[str, str]] | None
    came_from: str


@blueprint.page("/sign-in", "public", methods=BOTH, tokens=False)
def sign_in() -> ResponseReturnValue:
    """Sign in by passphrase; then show the interrupted request, with one button to send it."""
    if request.method == "GET":
        return _redirect_next(_next_path()) if current_person() else render_sign_in(_next_path())
    form = SignInForm(request.form)
    if "show" in request.form:
        form.passphrase.data = None
        return _render_again(form)
    if not form.validate():
        return _render_again(form), 422
    try:
        person, token = sign_in_by_passphrase(
            form.sign_in_name.data,
            form.passphrase.data,
            device_cookies=session.get("device_cookies", ()),
            agent=request.user_agent.string,
            replaced_token=session.get("_user_id"),
            context=request_context(),
        )
    except InvalidCredentials:
        wrong = _("The sign-in name and passphrase do not match. Nothing you wrote is lost.")
        return _render_again(form, wrong), 422
    except TooManyAttempts as error:
        problem = f"{retry_message(error)} {_('Nothing you wrote is lost.')}"
        return _render_again(form, problem), 429, retry_after(error)
    except SecondFactorRequired as required:
        return render_code_step(required.person)
    except Refused as error:
        return _render_again(form, str(error.reason)), 422
    return complete_sign_in(person, token)


@blueprint.page("/join", "public", methods=BOTH, tokens=False)
def join() -> ResponseReturnValue:
    """Create an account and sign in to it."""
    if request.method == "GET":
        if current_person():
            return _redirect_next(_next_path())
        return _render_join(JoinForm(), {"path": _next_path(), "fields": None, "came_from": ""})
    form = JoinForm(request.form)
    if "show" in request.form:
        form.passphrase.data = None
        return _render_join(form, held_request())
    if not form.validate():
        return _render_join(form, held_request(), request.form.get("ticket", "")), 422
    name, network = form.sign_in_name.data.casefold(), request.remote_addr or ""
    try:
        count_join(name, network, request.form.get("ticket", ""))
        person, token = registration.join_and_sign_in(
            form.sign_in_name.data,
            form.display_name.data,
            form.passphrase.data,
            email=form.email.data or None,
            area=form.area.data,
            agent=request.user_agent.string,
            context=request_context(),
        )
    except TooManyAttempts as error:
        form.sign_in_name.errors = [_wait_message(error)]
        ticket = join_ticket(name, network, error.retry_at)
        return _render_join(form, held_request(), ticket), 429, retry_after(error)
    except NameTaken as taken:
        form[taken.field].errors = [name_taken_message(taken)]
        return _render_join(form, held_request(), request.form.get("ticket", "")), 422
    return complete_sign_in(person, token, is_new=True)


@blueprint.page("/join/paper", "public", methods=BOTH, tokens=False)
def claim() -> ResponseReturnValue:
    """Show the form to take over an account with a paper from an office, or take it over."""
    form = ClaimAccountForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        with _claim_errors(form):
            person, token = office_entry.claim_account(
                form.code.data,
                form.sign_in_name.data,
                form.passphrase.data,
                display_name=form.display_name.data or "",
                email=form.email.data or None,
                agent=request.user_agent.string,
                context=request_context(),
            )
            return complete_sign_in(person, token, is_new=True)
        return None

    return form_page(form, submit, "accounts/sign_in/claim.html", show_refusal=True)


@contextmanager
def _claim_errors(form: ClaimAccountForm) -> Iterator[None]:
    """Show at its field why an account cannot be taken over."""
    try:
        yield
    except office_entry.UnknownPaper:
        form.code.errors = [_("No paper has this code, or it was used or has expired.")]
    except TooManyAttempts as error:
        form.code.errors = [retry_message(error)]
    except NameTaken as taken:
        form[taken.field].errors = [name_taken_message(taken)]


@blueprint.page("/sign-out", "public", methods=["POST"])
def sign_out() -> ResponseReturnValue:
    """Sign this device out; its device cookie stays."""
    person = current_person()
    if person is not None:
        devices.sign_out(person, person.get_id() or "", context=request_context())
    device_cookies = session.get("device_cookies", [])
    session.clear()
    session["device_cookies"] = device_cookies
    session.permanent = True
    return see_other(url_for("sign_in.sign_in", left=1), CLEAR_SITE_DATA)


def render_code_step(
    person: "Person", form: CodeForm | None = None, pending_token: str = ""
) -> str:
    """Return the page for the second step of signing in, the code."""
    return render_sign_in(
        **held_request(),
        template="accounts/second_factor/step.html",
        form=form or CodeForm(),
        pending_token=pending_token or issue_pending_sign_in(person),
    )


def complete_sign_in(person: "Person", token: str, *, is_new: bool = False) -> ResponseReturnValue:
    """Begin a session with a new token, then continue the interrupted request.

    A new account without a mail address is shown its recovery codes first, then the welcome page.
    """
    _begin_session(person, token)
    held = held_request()
    needs_codes = is_new and not person.email
    if held["fields"] is None or not held["path"]:
        path = _wanted_page(held["path"]) or (url_for("welcome.show") if is_new else "")
        return _redirect_next(url_for("welcome.codes", next=path) if needs_codes else path)
    texts = held_texts(held["fields"])
    return render_template(
        "accounts/sign_in/go_on.html",
        stored_form=held,
        act_name=held_act_name(held["path"]),
        texts=texts,
        needs_codes=needs_codes,
    )


def _begin_session(person: "Person", token: str) -> None:
    others = [c for c in session.get("device_cookies", ()) if c != person.device_cookie]
    proven_identity = session.get("proven_identity")
    session.clear()
    session["device_cookies"] = [*others, person.device_cookie][-MAX_DEVICE_COOKIES:]
    if proven_identity is not None:  # waits to be linked to the account
        session["proven_identity"] = proven_identity
    session.permanent = person.role == Role.RESIDENT
    login_user(person.on_device(token, now()))


def _wanted_page(path: str) -> str:
    """Return the page to go on to, empty for a reader who came from the front page."""
    return "" if path.strip("/") in {"", *LANGUAGES} else path


def held_request() -> HeldRequest:
    """Return the interrupted request from the submitted form."""
    return {
        "path": local_path(request.form.get("held_path")) or "",
        "fields": held_fields(),
        "came_from": local_path(request.form.get("held_from")) or "",
    }


def name_taken_message(_taken: NameTaken) -> str:
    """Return what to do about a name that is taken, the same for both names."""
    return str(_("This name is taken or looks like another one. Add a word or take an alias."))


def _wait_message(error: TooManyAttempts) -> str:
    """Return how long to wait: seconds where the network is busy, else until when."""
    seconds = int((error.retry_at - now()).total_seconds()) + 1
    if seconds > MAX_SECONDS_SHOWN:
        return retry_message(error)
    return str(
        _(
            "Many people are joining here just now. Wait %(n)s seconds and send it again: then it "
            "is your turn. Only the passphrase has to be typed again.",
            n=seconds,
        )
    )


def _next_path() -> str:
    return local_path(request.args.get("next")) or ""


def _redirect_next(path: str) -> ResponseReturnValue:
    """Redirect to the page that was asked for, else staff to their desk, residents to the start."""
    person = current_person()
    is_resident = person is None or person.role == Role.RESIDENT
    return see_other(path or url_for("home.front" if is_resident else "desk.index"))


def _render_again(form: SignInForm, problem: str = "") -> str:
    return render_sign_in(**held_request(), form=form, problems=[problem] if problem else [])


def _render_join(form: JoinForm, held: HeldRequest, ticket: str = "") -> str:
    template = "accounts/sign_in/join.html"
    return render_sign_in(**held, form=form, template=template, ticket=ticket)
