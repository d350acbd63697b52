"""Roles of accounts: who has one, and the page to grant or revoke it."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.role_admin import RoleForm
from deliberate.operations.accounts.roles import grant_role, revoke_role
from deliberate.queries.accounts.people import get_person
from deliberate.queries.accounts.role_admin import (
    PAGE_SIZE,
    list_people_with_roles,
    search_people,
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
    """List the accounts with a role, and the results of a search."""
    search_text = clean_line(request.args.get("q", ""))[:80]
    rows = list_people_with_roles(int_arg("after"))
    holders = rows[:PAGE_SIZE]
    after = holders[-1].id if len(rows) > len(holders) else None
    return render_template(
        "accounts/role_admin/people.html",
        search_text=search_text,
        people=search_people(search_text) if search_text else (),
        holders=holders,
        next_url=url_for("role_admin.people", after=after) if after else "",
    )


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
