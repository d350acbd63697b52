"""Publish versions of the moderation rules."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, RulesVersion
from deliberate.permissions.decision import (
    InvalidInput,
    require,
)
from deliberate.permissions.processes import may_set_up
from deliberate.queries.moderation.rules import get_current_rules
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import RENDERER, clean, to_html
from deliberate.vocabulary.events.processes import RulesPublished


def publish_rules(
    admin: Person, body: str, body_en: str, *, context: RequestContext = NO_REQUEST
) -> RulesVersion:
    """Publish a new version of the rules in Indonesian and English."""
    with recorded(admin, RulesPublished, context) as act:
        if not (clean(body) and clean(body_en)):
            raise InvalidInput(_("Write the rules in both languages."))
        require(may_set_up(act.lock(admin)))
        rules = _next_version(clean(body), clean(body_en))
        rules.published_at, rules.published_by_id = act.occurred_at, admin.id
        act.session.add(rules)
        act.set_text(lambda: rules.sealed_text, rules)
        act.about(rules, version=rules.version)
    return rules


def _next_version(body: str, body_en: str) -> RulesVersion:
    previous = get_current_rules()
    return RulesVersion(
        version=previous.version + 1 if previous else 1,
        body=body,
        body_html=to_html(body),
        body_en=body_en,
        body_en_html=to_html(body_en),
        renderer=RENDERER,
    )
