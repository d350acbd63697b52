"""Accounts and their roles: the list with its search, and the page to grant or revoke a role."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.role_admin import RoleForm
from deliberate.operations.accounts.roles import grant_role, revoke_role
from deliberate.queries.accounts.people import get_person
from deliberate.queries.accounts.role_admin import (
    EVERY_ROLE,
    PAGE_SIZE,
    AccountFilters,
    list_accounts,
)
from deliberate.queries.responses.institutions import list_institutions, localized_name
from deliberate.text import clean_line
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import (
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import Role

blueprint = LocalizedBlueprint("role_admin", url_prefix="/desk/people")


@blueprint.page("/", "admin")
def people() -> ResponseReturnValue:
    """List the accounts with a role, or those that a search and filters select."""
    filters = _filters()
    rows = list_accounts(filters, int_arg("after"))
    accounts = rows[:PAGE_SIZE]
    after = accounts[-1].id if len(rows) > len(accounts) else None
    return render_template(
        "accounts/role_admin/people.html",
        filters=filters,
        is_filtered=filters != AccountFilters(),
        accounts=accounts,
        roles=[EVERY_ROLE, *(role for role in Role if role != Role.SYSTEM)],
        institutions=[(row.id, localized_name(row)) for row in list_institutions()],
        next_url=_people_url(filters, after) if after else "",
    )


def _people_url(filters: AccountFilters, after: int) -> str:
    return url_for(
        "role_admin.people",
        q=filters.text or None,
        role=filters.role or None,
        institution=filters.institution_id,
        after=after,
    )


def _filters() -> AccountFilters:
    """Return the filters of the query string; a search without a role looks at all accounts."""
    text = clean_line(request.args.get("q", ""))[:80]
    role = request.args.get("role", EVERY_ROLE if text else "")
    is_known = role == EVERY_ROLE or role in list(Role)
    return AccountFilters(text, role if is_known else "", int_arg("institution"))


@blueprint.page("/<id:person_id>", "admin", methods=BOTH)
def person(person_id: int) -> ResponseReturnValue:
    """Show an account, or grant it a role, which signs it out everywhere."""
    account = get_or_404(get_person(person_id))
    institutions = list_institutions()
    role, institution_id = account.role, str(account.institution_id or "")
    form = RoleForm(submitted_data(), role=role, institution=institution_id)
    form.set_institutions((str(i.id), localized_name(i)) for i in institutions)

    def submit() -> ResponseReturnValue:
        chosen = next((i for i in institutions if str(i.id) == form.institution.data), None)
        grant_role(
            signed_in_person(), account, Role(form.role.data), chosen, context=request_context()
        )
        return redirect_with_message(
            url_for("role_admin.person", person_id=person_id),
            _("The role applies from now on. The account was signed out everywhere."),
        )

    return form_page(form, submit, "accounts/role_admin/person.html", person=account)


@blueprint.page("/<id:person_id>/role/end", "admin", methods=("POST",))
def end_role(person_id: int) -> ResponseReturnValue:
    """Revoke the role of an account, which signs it out everywhere."""
    revoke_role(signed_in_person(), get_or_404(get_person(person_id)), context=request_context())
    return redirect_with_message(
        url_for("role_admin.person", person_id=person_id),
        _("The role is removed. The account was signed out everywhere."),
    )
