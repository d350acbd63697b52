"""Every route declares its audience."""

from deliberate.vocabulary import Role

KNOWN_AUDIENCES = {"public", "signed_in", *(role.value for role in Role)}


def test_every_route_declares_a_known_audience(app):
    for rule in app.url_map.iter_rules():
        audience = getattr(app.view_functions[rule.endpoint], "audience", ())
        assert audience, f"{rule.endpoint} declares no audience"
        assert set(audience) <= KNOWN_AUDIENCES, f"{rule.endpoint} declares an unknown audience"
