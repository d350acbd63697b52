"""The administrators' desk: institutions, roles, the calendar, the rules; each change an act."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.role_admin import (
    InstitutionForm,
    NewInstitutionForm,
    RoleForm,
    RulesForm,
)
from deliberate.operations.accounts.accounts import grant_role, revoke_role
from deliberate.operations.moderation.rules import publish_rules
from deliberate.operations.responses.institutions import (
    AddressTaken,
    add_institution,
    change_institution,
)
from deliberate.queries.accounts import accounts as account_queries
from deliberate.queries.accounts import role_admin as role_admin_queries
from deliberate.queries.moderation.rules import rules_in_force, rules_versions
from deliberate.queries.processes.process_setup import PAGE, processes_to_set_up
from deliberate.queries.responses.responses import name_here
from deliberate.text import clean_line
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, int_arg, see_other
from deliberate.vocabulary import Role

blueprint = LocalizedBlueprint("role_admin", url_prefix="/desk")
BOTH = ("GET", "POST")


# --- institutions --------------------------------------------------------------------------------


@blueprint.page("/institutions", "admin", methods=BOTH)
def institutions() -> ResponseReturnValue:
    """Every institution, and a form for a new one."""
    form: Any = NewInstitutionForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            add_institution(
                current_person(),
                form.slug.data,
                form.name.data,
                name_en=form.name_en.data,
                is_coordinator=form.is_coordinator.data,
            )
        except AddressTaken:
            form.slug.errors = [_("Another institution has this address.")]
        else:
            flash(_("The institution is there."), "success")
            return see_other(url_for("role_admin.institutions"))
    listed = account_queries.institutions_by_name()
    page = render_template("accounts/role_admin/institutions.html", form=form, institutions=listed)
    return page, (422 if form.errors else 200)


@blueprint.page("/institutions/<slug>", "admin", methods=BOTH)
def institution(slug: str) -> ResponseReturnValue:
    """One institution: its names, and whether it coordinates."""
    office = get_or_404(account_queries.institution_named(slug))
    form: Any = InstitutionForm(request.form if request.method == "POST" else None, obj=office)
    if request.method == "POST" and form.validate():
        change_institution(
            current_person(), office, form.name.data, form.name_en.data, form.is_coordinator.data
        )
        flash(_("The institution is changed."), "success")
        return see_other(url_for("role_admin.institutions"))
    page = render_template("accounts/role_admin/institution.html", form=form, office=office)
    return page, (422 if form.errors else 200)


# --- roles ---------------------------------------------------------------------------------------


@blueprint.page("/people", "admin", name="people")
def people_page() -> ResponseReturnValue:
    """Who has a role, and the account one looks for."""
    words = clean_line(request.args.get("q", ""))[:80]
    holders = role_admin_queries.people_with_roles(int_arg("after"))
    shown = holders[: role_admin_queries.PAGE]
    after = shown[-1].id if len(holders) > len(shown) else None
    return render_template(
        "accounts/role_admin/people.html",
        words=words,
        found=role_admin_queries.people_found(words) if words else (),
        holders=shown,
        next_url=url_for("role_admin.people", after=after) if after else "",
    )


@blueprint.page("/people/<id:number>", "admin", methods=BOTH)
def person(number: int) -> ResponseReturnValue:
    """One account and its role; giving another signs it out everywhere."""
    found = get_or_404(account_queries.person_numbered(number))
    form: Any = RoleForm(request.form if request.method == "POST" else None)
    everywhere = account_queries.institutions_by_name()
    form.offer((str(office.id), name_here(office)) for office in everywhere)
    if request.method == "POST" and form.validate():
        office = next((o for o in everywhere if str(o.id) == form.institution.data), None)
        grant_role(current_person(), found, Role(form.role.data), office)
        flash(_("The role holds from now on; the account was signed out everywhere."), "success")
        return see_other(url_for("role_admin.person", number=number))
    if request.method == "GET":
        form.role.data = found.role
        form.institution.data = str(found.institution_id or "")
    page = render_template("accounts/role_admin/person.html", form=form, person=found)
    return page, (422 if form.errors else 200)


@blueprint.page("/people/<id:number>/role/end", "admin", methods=("POST",))
def end_role(number: int) -> ResponseReturnValue:
    """Take a role away."""
    revoke_role(current_person(), get_or_404(account_queries.person_numbered(number)))
    flash(_("The role is taken away; the account was signed out everywhere."), "success")
    return see_other(url_for("role_admin.person", number=number))


# --- the calendar and the rules ------------------------------------------------------------------


@blueprint.page("/calendar", "admin", name="calendar")
def calendar_page() -> ResponseReturnValue:
    """The calendar of each process: whose holidays count, and the way to its days off."""
    listed = processes_to_set_up(int_arg("after"))
    shown = listed[:PAGE]
    after = shown[-1].id if len(listed) > len(shown) else None
    next_url = url_for("role_admin.calendar", after=after) if after else ""
    return render_template("accounts/role_admin/calendar.html", shown=shown, next_url=next_url)


@blueprint.page("/rules", "admin", methods=BOTH)
def rules() -> ResponseReturnValue:
    """The rules in both languages: a new version, and those before."""
    in_force = rules_in_force()
    form: Any = RulesForm(request.form if request.method == "POST" else None, obj=in_force)
    if request.method == "POST" and form.validate():
        publish_rules(current_person(), form.body.data, form.body_en.data)
        flash(_("The rules are published; they hold from now on."), "success")
        return see_other(url_for("static_pages.rules"))
    page = render_template("accounts/role_admin/rules.html", form=form, versions=rules_versions())
    return page, (422 if form.errors else 200)
