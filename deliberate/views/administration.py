"""The administrators' desk: institutions, roles, the calendar, the rules; each change an act."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.administration import (
    InstitutionForm,
    NewInstitutionForm,
    RoleForm,
    RulesForm,
)
from deliberate.operations import institutions as offices
from deliberate.operations import people as accounts
from deliberate.operations import rules as publishing
from deliberate.queries import administration, people, responses, setting_up
from deliberate.queries import rules as found_rules
from deliberate.text import clean_line
from deliberate.views.frame import Room, asked_number, asking, or_404, see_other
from deliberate.vocabulary import Role

room = Room("administration", under="/desk")
BOTH = ("GET", "POST")


# --- institutions --------------------------------------------------------------------------------


@room.page("/institutions", "admin", methods=BOTH)
def institutions() -> ResponseReturnValue:
    """Every institution, and a form for a new one."""
    form: Any = NewInstitutionForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            offices.add_institution(
                asking(),
                form.slug.data,
                form.name.data,
                name_en=form.name_en.data,
                is_coordinator=form.is_coordinator.data,
            )
        except offices.AddressTaken:
            form.slug.errors = [_("Another institution has this address.")]
        else:
            flash(_("The institution is there."), "success")
            return see_other(url_for("administration.institutions"))
    listed = people.institutions_by_name()
    page = render_template("administration/institutions.html", form=form, institutions=listed)
    return page, (422 if form.errors else 200)


@room.page("/institutions/<slug>", "admin", methods=BOTH)
def institution(slug: str) -> ResponseReturnValue:
    """One institution: its names, and whether it coordinates."""
    office = or_404(people.institution_named(slug))
    form: Any = InstitutionForm(request.form if request.method == "POST" else None, obj=office)
    if request.method == "POST" and form.validate():
        offices.change_institution(
            asking(), office, form.name.data, form.name_en.data, form.is_coordinator.data
        )
        flash(_("The institution is changed."), "success")
        return see_other(url_for("administration.institutions"))
    page = render_template("administration/institution.html", form=form, office=office)
    return page, (422 if form.errors else 200)


# --- roles ---------------------------------------------------------------------------------------


@room.page("/people", "admin", name="people")
def people_page() -> ResponseReturnValue:
    """Who has a role, and the account one looks for."""
    words = clean_line(request.args.get("q", ""))[:80]
    holders = administration.people_with_roles(asked_number("after"))
    shown = holders[: administration.PAGE]
    after = shown[-1].id if len(holders) > len(shown) else None
    return render_template(
        "administration/people.html",
        words=words,
        found=administration.people_found(words) if words else (),
        holders=shown,
        next_url=url_for("administration.people", after=after) if after else "",
    )


@room.page("/people/<int(max=2147483647):number>", "admin", methods=BOTH)
def person(number: int) -> ResponseReturnValue:
    """One account and its role; giving another signs it out everywhere."""
    found = or_404(people.person_numbered(number))
    form: Any = RoleForm(request.form if request.method == "POST" else None)
    everywhere = people.institutions_by_name()
    form.offer((str(office.id), responses.name_here(office)) for office in everywhere)
    if request.method == "POST" and form.validate():
        office = next((o for o in everywhere if str(o.id) == form.institution.data), None)
        accounts.grant_role(asking(), found, Role(form.role.data), office)
        flash(_("The role holds from now on; the account was signed out everywhere."), "success")
        return see_other(url_for("administration.person", number=number))
    if request.method == "GET":
        form.role.data = found.role
        form.institution.data = str(found.institution_id or "")
    page = render_template("administration/person.html", form=form, person=found)
    return page, (422 if form.errors else 200)


@room.page("/people/<int(max=2147483647):number>/role/end", "admin", methods=("POST",))
def end_role(number: int) -> ResponseReturnValue:
    """Take a role away."""
    accounts.revoke_role(asking(), or_404(people.person_numbered(number)))
    flash(_("The role is taken away; the account was signed out everywhere."), "success")
    return see_other(url_for("administration.person", number=number))


# --- the calendar and the rules ------------------------------------------------------------------


@room.page("/calendar", "admin", name="calendar")
def calendar_page() -> ResponseReturnValue:
    """The calendar of each process: whose holidays count, and the way to its days off."""
    listed = setting_up.processes_to_set_up(asked_number("after"))
    shown = listed[: setting_up.PAGE]
    after = shown[-1].id if len(listed) > len(shown) else None
    next_url = url_for("administration.calendar", after=after) if after else ""
    return render_template("administration/calendar.html", shown=shown, next_url=next_url)


@room.page("/rules", "admin", methods=BOTH)
def rules() -> ResponseReturnValue:
    """The rules in both languages: a new version, and those before."""
    in_force = found_rules.rules_in_force()
    form: Any = RulesForm(request.form if request.method == "POST" else None, obj=in_force)
    if request.method == "POST" and form.validate():
        publishing.publish_rules(asking(), form.body.data, form.body_en.data)
        flash(_("The rules are published; they hold from now on."), "success")
        return see_other(url_for("pages.rules"))
    page = render_template(
        "administration/rules.html", form=form, versions=found_rules.rules_versions()
    )
    return page, (422 if form.errors else 200)
