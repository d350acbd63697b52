"""Pages of text: help, offices, accessibility, privacy, moderation rules, scoring method."""

from flask import g, render_template

from deliberate.notifications.registry import lines_by_topic
from deliberate.queries.moderation.rules import get_current_rules, get_rules_version
from deliberate.queries.responses.offices import list_open_offices
from deliberate.queries.scores.counted_measures import counted_measures
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings, get_or_404
from deliberate.vocabulary.notices import NOT_MAILED_BY_DEFAULT

blueprint = LocalizedBlueprint("static_pages")


@blueprint.page("/help", "public", cached=True)
def help() -> str:
    """Show how to take part, step by step."""
    return render_template("site/static_pages/help.html")


@blueprint.page("/help/notices", "public", cached=True)
def notices() -> str:
    """Show what people are notified of, by topic, from the registry of notices."""
    return render_template(
        "site/static_pages/notices.html", groups=lines_by_topic(), not_mailed=NOT_MAILED_BY_DEFAULT
    )


@blueprint.page("/offices", "public", cached=True)
def offices() -> str:
    """Show the offices where people take part in person."""
    return render_template("site/static_pages/offices.html", offices=list_open_offices())


@blueprint.page("/accessibility", "public", cached=True)
def accessibility() -> str:
    """Show the accessibility statement."""
    return render_template("site/static_pages/accessibility.html", contact=_contact())


@blueprint.page("/privacy", "public", cached=True)
def privacy() -> str:
    """Show which personal data is stored, for how long, and the two cookies."""
    return render_template(
        "site/static_pages/privacy.html",
        contact=_contact(),
        has_gateway=bool(current_settings().gateway_url),
        has_push=bool(current_settings().push_key),
    )


@blueprint.page("/rules", "public", cached=True)
def rules() -> str:
    """Show the moderation rules in force."""
    version = get_current_rules()
    return render_template("site/static_pages/rules.html", version=version, is_old=False)


@blueprint.page("/rules/<id:version_number>", "public", cached=True)
def rules_of_version(version_number: int) -> str:
    """Show an earlier version of the moderation rules."""
    version, in_force = get_or_404(get_rules_version(version_number)), get_current_rules()
    is_old = in_force is not None and in_force.version != version.version
    return render_template("site/static_pages/rules.html", version=version, is_old=is_old)


@blueprint.page("/method", "public", cached=True)
def method() -> str:
    """Show what the scores mean and what they do not mean."""
    counted = counted_measures(g.language)
    return render_template("site/static_pages/method.html", counted=counted)


def _contact() -> str:
    """Return the mail address of the platform, empty if the operator has not set one."""
    address = current_settings().mail_from
    return "" if address.endswith("@localhost") else address
