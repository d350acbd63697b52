"""Plain pages: help, offices, accessibility, privacy, moderation rules, what the scores mean."""

from flask import current_app, render_template

from deliberate.queries.people import institutions_by_name
from deliberate.views.frame import Room

room = Room("pages")


@room.page("/help", "public")
def help() -> str:
    """How to take part, step by step."""
    return render_template("pages/help.html")


@room.page("/offices", "public")
def offices() -> str:
    """Offices that answer, and help those without a device."""
    return render_template("pages/offices.html", institutions=institutions_by_name())


@room.page("/accessibility", "public")
def accessibility() -> str:
    """What works for whom, and whom to tell where it does not."""
    return render_template("pages/accessibility.html", contact=_contact())


@room.page("/privacy", "public")
def privacy() -> str:
    """What is kept of whom, for how long, and the two cookies."""
    return render_template("pages/privacy.html", contact=_contact())


@room.page("/rules", "public")
def rules() -> str:
    """What may be hidden, by whom, and how to appeal."""
    return render_template("pages/rules.html")


@room.page("/method", "public")
def method() -> str:
    """What the scores mean and what they do not."""
    return render_template("pages/method.html")


def _contact() -> str:
    """The platform's own address; empty where the operator has not set one."""
    address: str = current_app.config["SETTINGS"].mail_from
    return "" if address.endswith("@localhost") else address
