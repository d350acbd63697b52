"""Sign in through an OpenID Connect provider, and link the identity there to an account."""

from dataclasses import asdict

from flask import current_app, flash, g, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.operations.accounts.identity_provider import (
    AuthorizationFlow,
    ProvenIdentity,
    ProviderError,
    authorization_url,
    exchange_code,
    is_configured,
    new_authorization_flow,
)
from deliberate.operations.accounts.linked_identities import (
    link_provider,
    sign_in_from_provider,
    unlink_provider,
)
from deliberate.operations.accounts.sign_in import InvalidCredentials, SecondFactorRequired
from deliberate.permissions.decision import RefusalKind, Refused
from deliberate.queries.accounts.linked_identities import (
    get_linked_identity,
    get_person_by_subject_hashes,
)
from deliberate.views.accounts.sign_in import complete_sign_in, render_code_step
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message, see_other
from deliberate.views.site.request_context import (
    current_person,
    current_settings,
    request_context,
    signed_in_person,
)

blueprint = LocalizedBlueprint("identity_provider")
redirect_blueprint = LocalizedBlueprint("identity_provider_redirects", localized=False)
FLOW_SECONDS = 10 * 60
"""Lifetime of a flow, and of a proven identity until a button is pressed."""


@blueprint.page("/sign-in/elsewhere", "public")
def begin() -> ResponseReturnValue:
    """Begin a flow and redirect to the provider; a GET request, as a form cannot lead there."""
    if not is_configured():
        return see_other(url_for("sign_in.sign_in"))
    flow = new_authorization_flow()
    try:
        url = authorization_url(flow, _redirect_uri())
    except ProviderError as error:
        raise _refusal(error) from error
    session["authorization_flow"] = {**asdict(flow), "lang": g.language, "at": _seconds()}
    return see_other(url)


def _redirect_uri() -> str:
    """Return the redirect URI, built from the settings and never from the request's host."""
    base = current_settings().base_url.rstrip("/")
    return f"{base}{url_for('identity_provider_redirects.callback')}"


def _seconds() -> int:
    return int(now().timestamp())


def _refusal(error: ProviderError) -> Refused:
    current_app.logger.warning("identity provider: %s", error)
    return Refused(
        _("The other service did not confirm who you are. Try again, or use a passphrase."),
        RefusalKind.PERSON,
    )


@redirect_blueprint.page("/sign-in/back", "public")
def callback() -> ResponseReturnValue:
    """Receive the response of the provider; store the proven identity until a button is pressed."""
    if not is_configured() or "state" not in request.args:
        return see_other(url_for("sign_in.sign_in"))
    flow = session.pop("authorization_flow", None) or {}
    g.language = flow.get("lang", g.language)
    is_expired = _seconds() - flow.get("at", 0) > FLOW_SECONDS
    if is_expired or request.args.get("state") != flow["state"]:
        raise Refused(
            _("This sign-in was started in another browser or too long ago. Start again."),
            RefusalKind.PERSON,
        )
    try:
        identity = _identity_by_code(
            AuthorizationFlow(flow["state"], flow["nonce"], flow["verifier"])
        )
    except ProviderError as error:
        raise _refusal(error) from error
    session["proven_identity"] = {**asdict(identity), "at": _seconds()}
    return see_other(url_for("identity_provider.show"))


def _identity_by_code(flow: AuthorizationFlow) -> ProvenIdentity:
    """Exchange the code of the provider's response for an identity. Raises ProviderError."""
    if "error" in request.args:
        raise ProviderError("an error instead of a code")
    return exchange_code(flow, request.args.get("code", ""), _redirect_uri())


def _proven_identity() -> ProvenIdentity | None:
    stored = session.get("proven_identity") or {}
    if _seconds() - stored.get("at", 0) > FLOW_SECONDS:
        return None
    return ProvenIdentity(
        stored["subject_hash"], stored["is_verified"], tuple(stored.get("earlier_hashes", ()))
    )


@blueprint.page("/account/elsewhere", "public")
def show() -> ResponseReturnValue:
    """Show the proven identity and the next step: sign in, link it, or join."""
    identity, person = _proven_identity(), current_person()
    if identity is None and person is None:
        return see_other(url_for("sign_in.sign_in"))
    page = render_template(
        "accounts/identity_provider.html",
        proven=identity,
        account=get_person_by_subject_hashes(identity.hashes) if identity else None,
        link=get_linked_identity(person) if person else None,
    )
    return page, {"Cache-Control": "no-store"}


@blueprint.page("/sign-in/elsewhere", "public", methods=["POST"], tokens=False)
def sign_in() -> ResponseReturnValue:
    """Sign in with the proven identity, which is used up."""
    identity = _proven_identity()
    if identity is None:
        return see_other(url_for("sign_in.sign_in"))
    try:
        person, token = sign_in_from_provider(
            identity, request.user_agent.string, session.get("_user_id"), context=request_context()
        )
    except InvalidCredentials:
        return see_other(url_for("identity_provider.show"))
    except SecondFactorRequired as required:
        session.pop("proven_identity", None)
        return render_code_step(required.person)
    session.pop("proven_identity", None)
    return complete_sign_in(person, token)


@blueprint.page("/account/elsewhere", "signed_in", methods=["POST"])
def link() -> ResponseReturnValue:
    """Link the proven identity to the account."""
    identity = _proven_identity()
    if identity is None:
        flash(_("That took too long. Sign in at the other service again."), "warning")
        return see_other(url_for("identity_provider.show"))
    link_provider(signed_in_person(), identity, context=request_context())
    session.pop("proven_identity", None)
    return redirect_with_message(
        url_for("identity_provider.show"),
        _("Linked: you can now sign in with the other service too."),
    )


@blueprint.page("/account/elsewhere/end", "signed_in", methods=["POST"])
def unlink() -> ResponseReturnValue:
    """Remove the link to the identity provider."""
    unlink_provider(signed_in_person(), context=request_context())
    return redirect_with_message(url_for("identity_provider.show"), _("The link is removed."))
