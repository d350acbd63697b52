"""Signing in through another house: there by a link, back with a proof, then one button."""

from dataclasses import asdict
from typing import Any

from flask import current_app, flash, g, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.operations.accounts import identity_provider as identity_provider_operations
from deliberate.operations.accounts.identity_provider import (
    AuthorizationFlow,
    Proven,
    ProviderFailed,
)
from deliberate.operations.accounts.linked_identities import (
    link_provider,
    sign_in_from_provider,
    unlink_provider,
)
from deliberate.operations.accounts.sign_in import CodeNeeded, InvalidCredentials
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.linked_identities import get_person_by_public_id, link_of
from deliberate.views.accounts.account import ask_for_code, complete_sign_in
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, see_other

blueprint = LocalizedBlueprint("identity_provider")
redirect_blueprint = LocalizedBlueprint("identity_provider_redirects", localized=False)
ERRAND_LASTS = 10 * 60
"""Seconds somebody may be away, and that a proof holds before the button is pressed."""


@blueprint.page("/sign-in/elsewhere", "public")
def leave() -> ResponseReturnValue:
    """Go to the other house: a link, for a form could not lead there."""
    if not identity_provider_operations.is_set():
        return see_other(url_for("account.sign_in"))
    errand = identity_provider_operations.new_errand()
    try:
        address = identity_provider_operations.address_to_ask(errand, _way_back())
    except ProviderFailed as error:
        raise _not_proven(error) from error
    session["errand"] = {**asdict(errand), "lang": g.language, "at": _seconds()}
    return see_other(address)


def _way_back() -> str:
    """Built from the settings, never from the request's host."""
    base = current_app.config["SETTINGS"].base_url.rstrip("/")
    return f"{base}{url_for('identity_provider_redirects.back')}"


def _seconds() -> int:
    return int(now().timestamp())


def _not_proven(error: ProviderFailed) -> Refused:
    current_app.logger.warning("provider: %s", error)
    return Refused(_("The other house did not prove who you are. Try again, or use a passphrase."))


@redirect_blueprint.page("/sign-in/back", "public")
def back() -> ResponseReturnValue:
    """Somebody comes back; what they bring is checked and kept for one button."""
    if not identity_provider_operations.is_set() or "state" not in request.args:
        return see_other(url_for("account.sign_in"))
    begun = session.pop("errand", None) or {}
    g.language = begun.get("lang", g.language)
    if (
        _seconds() - begun.get("at", 0) > ERRAND_LASTS
        or request.args.get("state") != begun["state"]
    ):
        raise Refused(_("This sign-in was begun elsewhere or too long ago. Begin again."))
    try:
        if "error" in request.args:
            raise ProviderFailed("an error instead of a code")
        errand = AuthorizationFlow(begun["state"], begun["nonce"], begun["verifier"])
        proven = identity_provider_operations.exchange_code(
            errand, request.args.get("code", ""), _way_back()
        )
    except ProviderFailed as error:
        raise _not_proven(error) from error
    session["proven"] = {**asdict(proven), "at": _seconds()}
    return see_other(url_for("identity_provider.show"))


def _proven() -> Proven | None:
    kept = session.get("proven") or {}
    if _seconds() - kept.get("at", 0) > ERRAND_LASTS:
        return None
    return Proven(kept["mark"], kept["is_verified"])


@blueprint.page("/account/elsewhere", "public")
def show() -> ResponseReturnValue:
    """What the other house proved, and the one button that follows from it."""
    proven, person = _proven(), current_person()
    if proven is None and person is None:
        return see_other(url_for("account.sign_in"))
    page = render_template(
        "accounts/identity_provider.html",
        proven=proven,
        found=get_person_by_public_id(proven.mark) if proven else None,
        link=link_of(person) if person else None,
    )
    return page, {"Cache-Control": "no-store"}


@blueprint.page("/sign-in/elsewhere", "public", methods=["POST"], name="enter", tokens=False)
def enter() -> ResponseReturnValue:
    """Sign in with what was proved; it is used up."""
    proven = _proven()
    if proven is None:
        return see_other(url_for("account.sign_in"))
    try:
        person, token = sign_in_from_provider(
            proven, request.user_agent.string, session.get("_user_id")
        )
    except InvalidCredentials:
        return see_other(url_for("identity_provider.show"))
    except CodeNeeded as needed:
        session.pop("proven", None)
        return ask_for_code(needed.person)
    session.pop("proven", None)
    return complete_sign_in(person, token)


@blueprint.page("/account/elsewhere", "signed_in", methods=["POST"], name="link")
def link() -> ResponseReturnValue:
    """Link my account to the one that was proved."""
    proven: Any = _proven()
    if proven is None:
        flash(_("That took too long. Sign in at the other house again."), "warning")
        return see_other(url_for("identity_provider.show"))
    link_provider(current_person(), proven)
    session.pop("proven", None)
    flash(_("Linked: from now on the other house opens your account too."), "success")
    return see_other(url_for("identity_provider.show"))


@blueprint.page("/account/elsewhere/end", "signed_in", methods=["POST"], name="unlink")
def unlink() -> ResponseReturnValue:
    """Sign in by passphrase alone again."""
    unlink_provider(current_person())
    flash(_("The link is ended."), "success")
    return see_other(url_for("identity_provider.show"))
