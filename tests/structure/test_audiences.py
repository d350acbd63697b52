"""Every route says who may come in."""

from deliberate.vocabulary import Role

KNOWN = {"public", "signed_in", "institution", *(role.value for role in Role)}


def test_every_route_declares_its_audience(app):
    for rule in app.url_map.iter_rules():
        declared = getattr(app.view_functions[rule.endpoint], "audience", ())
        assert declared, f"{rule.endpoint} is open to nobody knows whom"
        assert set(declared) <= KNOWN, f"{rule.endpoint} names an audience the house does not know"
