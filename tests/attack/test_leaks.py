"""Test confidential texts: searched for on every page and in every file with every role."""

import pytest

from tests.attack.attack_site import CONFIDENTIAL_MARKERS, ROLES

MODERATORS = {"moderator", "admin"}
READERS = {
    "hidden": MODERATORS,
    "report": MODERATORS,
    "word": MODERATORS,
    "appeal": MODERATORS,
    "draft": set(),
    "own draft": {"resident"},
    "note": {"staff"},
    "template": {"staff"},
}
"""The roles that may read each text; the authors are other accounts."""


EXTRA_PAGES = ("/id/desk/proposals/{answered}", "/id/desk/proposals/{waiting}/response?template=1")
"""Pages with these texts beside those of the route list."""


@pytest.fixture(scope="module")
def page_texts(page_views, clients, site):
    """Return the text of every page for every role: role, path, text."""
    texts = [
        (view.role, view.path, view.response.text + view.final_response.text) for view in page_views
    ]
    paths = [path.format(**site.ids) for path in EXTRA_PAGES]
    return texts + [(role, path, c.get(path).text) for role, c in clients.items() for path in paths]


@pytest.mark.parametrize("name", sorted(CONFIDENTIAL_MARKERS))
def test_confidential_text_is_shown_only_to_its_readers(page_texts, name):
    seen = {
        (role, path)
        for role, path, text in page_texts
        if CONFIDENTIAL_MARKERS[name].strip() in text
    }
    assert {role for role, _path in seen} == READERS[name], seen


def test_confidential_text_is_not_found_by_search(clients):
    for name, mark in CONFIDENTIAL_MARKERS.items():
        for role in ("", "staff"):
            for page in ("search", "proposals"):
                html = clients[role].get(f"/id/{page}?q={mark.strip()}").text
                assert f"{mark.strip()}</mark>" not in html, (name, role, page)


ACCOUNTS = ("admin", "/id/desk/people")
"""The page where administrators find an account by its sign-in name."""


@pytest.mark.parametrize("role", ("", *ROLES))
def test_sign_in_names_and_mail_addresses_of_others_are_not_shown(page_texts, site, role):
    names = [name for owner, name in site.names.items() if owner != role]
    mails = [f"{owner}@warga" for owner in ("resident", "other", "third") if owner != role]
    leaks = [
        (path, secret)
        for reader, path, text in page_texts
        for secret in (*names, *mails)
        if reader == role and secret in text and not (secret in names and (role, path) == ACCOUNTS)
    ]
    assert leaks == []
