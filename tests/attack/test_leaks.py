"""What is not for everybody, looked for on every page, in every file, as everybody."""

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
"""Whoever of the roles may read it; their authors are others."""


MORE = ("/id/desk/proposals/{answered}", "/id/desk/proposals/{waiting}/response?template=1")
"""Where these words stand, beside the pages of the list."""


@pytest.fixture(scope="module")
def read(page_views, clients, site):
    """Everything everybody read: role, address, text."""
    seen = [
        (view.role, view.path, view.response.text + view.final_response.text) for view in page_views
    ]
    paths = [path.format(**site.ids) for path in MORE]
    return seen + [(role, path, c.get(path).text) for role, c in clients.items() for path in paths]


@pytest.mark.parametrize("name", sorted(CONFIDENTIAL_MARKERS))
def test_confidential_text_is_shown_only_to_its_readers(read, name):
    seen = {(role, path) for role, path, text in read if CONFIDENTIAL_MARKERS[name].strip() in text}
    assert {role for role, _path in seen} == READERS[name], seen


def test_confidential_text_is_not_found_by_search(clients):
    for name, mark in CONFIDENTIAL_MARKERS.items():
        for role in ("", "staff"):
            for page in ("search", "proposals"):
                html = clients[role].get(f"/id/{page}?q={mark.strip()}").text
                assert f"{mark.strip()}</mark>" not in html, (name, role, page)


@pytest.mark.parametrize("role", ("", *ROLES))
def test_sign_in_names_and_mail_addresses_of_others_are_not_shown(read, site, role):
    names = [name for who, name in site.names.items() if who != role]
    mails = [f"{who}@warga" for who in ("resident", "other", "third") if who != role]
    wrong = [
        (path, words)
        for reader, path, text in read
        for words in (*names, *mails)
        if reader == role and words in text
    ]
    assert wrong == []
