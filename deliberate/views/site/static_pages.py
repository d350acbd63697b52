"""Plain pages: help, offices, accessibility, privacy, moderation rules, what the scores mean."""

from flask import current_app, render_template

from deliberate.queries.accounts.accounts import institutions_by_name
from deliberate.queries.moderation.rules import rules_in_force, rules_version
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import get_or_404

blueprint = LocalizedBlueprint("static_pages")


@blueprint.page("/help", "public")
def help() -> str:
    """How to take part, step by step."""
    return render_template("site/static_pages/help.html")


@blueprint.page("/offices", "public")
def offices() -> str:
    """Offices that answer, and help those without a device."""
    return render_template("site/static_pages/offices.html", institutions=institutions_by_name())


@blueprint.page("/accessibility", "public")
def accessibility() -> str:
    """What works for whom, and whom to tell where it does not."""
    return render_template("site/static_pages/accessibility.html", contact=_contact())


@blueprint.page("/privacy", "public")
def privacy() -> str:
    """What is kept of whom, for how long, and the two cookies."""
    return render_template("site/static_pages/privacy.html", contact=_contact())


@blueprint.page("/rules", "public")
def rules() -> str:
    """What may be hidden, by whom, and how to appeal; the rules of this place."""
    return render_template("site/static_pages/rules.html", version=rules_in_force(), is_old=False)


@blueprint.page("/rules/<id:number>", "public")
def rules_of_version(number: int) -> str:
    """The rules of this place as they were."""
    version, in_force = get_or_404(rules_version(number)), rules_in_force()
    is_old = in_force is not None and in_force.version != version.version
    return render_template("site/static_pages/rules.html", version=version, is_old=is_old)


@blueprint.page("/method", "public")
def method() -> str:
    """What the scores mean and what they do not."""
    return render_template("site/static_pages/method.html")


def _contact() -> str:
    """The platform's own address; empty where the operator has not set one."""
    address: str = current_app.config["SETTINGS"].mail_from
    return "" if address.endswith("@localhost") else address
