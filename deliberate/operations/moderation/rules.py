"""The rules of the place: published in both languages, version by version."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, RulesVersion
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.processes import may_set_up
from deliberate.queries.moderation.rules import rules_in_force
from deliberate.recording import recorded
from deliberate.text import RENDERER, clean, to_html
from deliberate.vocabulary import Kind


def publish_rules(admin: Person, body: str, body_en: str) -> RulesVersion:
    """Publish the rules anew, in Indonesian and English; the version before stays readable."""
    with recorded(admin, Kind.RULES_PUBLISHED) as act:
        if not (clean(body) and clean(body_en)):
            raise Refused(_("The rules are written in both languages."))
        require(may_set_up(act.locked(admin)))
        before = rules_in_force()
        rules = RulesVersion(
            version=before.version + 1 if before else 1,
            body=clean(body),
            body_html=to_html(clean(body)),
            body_en=clean(body_en),
            body_en_html=to_html(clean(body_en)),
            renderer=RENDERER,
            published_at=act.moment,
            published_by_id=admin.id,
        )
        act.session.add(rules)
        act.about(rules, version=rules.version)
    return rules
