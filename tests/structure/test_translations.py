"""Every message is translated to Indonesian, in one catalog each."""

import re
from collections import defaultdict

import pytest
from babel.messages.pofile import read_po
from flask_babel import force_locale, get_babel, gettext

from deliberate import extensions
from deliberate.views.log.public_log import describe_act
from deliberate.vocabulary.events import EVENT_TYPES
from tests.structure.messages import extract
from tests.structure.source_tree import PACKAGE


def read_catalogs():
    """Return the files that have a message, and its translation, by the English text."""
    files, translations = defaultdict(list), {}
    for path in sorted((PACKAGE / "translations" / "id").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="id"):
                if message.id:
                    text = message.id[0] if isinstance(message.id, tuple) else message.id
                    files[text].append(path.name)
                    translations[text] = message
    return files, translations


def strings_of(message):
    return [message.string] if isinstance(message.string, str) else list(message.string)


def variables_of(text):
    return set(re.findall(r"%\((\w+)\)[sd]", text))


def test_every_message_is_translated():
    _, translations = read_catalogs()
    missing = {
        text: message.files[0]
        for (_context, text), message in extract().items()
        if text not in translations
        or not all(strings_of(translations[text]))
        or translations[text].fuzzy
    }
    assert missing == {}


def test_message_is_in_one_catalog():
    files, _ = read_catalogs()
    assert {text: names for text, names in files.items() if len(names) > 1} == {}


def test_translation_has_the_variables_of_its_message():
    _, translations = read_catalogs()
    wrong = {}
    for text, message in translations.items():
        english = [message.id] if isinstance(message.id, str) else list(message.id)
        known = set().union(*map(variables_of, english))
        for string in strings_of(message):
            if variables_of(string) - known:
                wrong[text] = string
    assert wrong == {}


def test_plural_has_the_one_form_of_indonesian():
    _, translations = read_catalogs()
    plurals = [message for message in translations.values() if isinstance(message.id, tuple)]
    assert plurals and all(len(strings_of(message)) == 1 for message in plurals)


def test_every_kind_of_act_is_described_in_both_languages(app):
    half = {"hour": "2026-03-02T01:00:00Z", "account_class": "person", "actor_role": "resident"}
    with app.test_request_context("/id/"), force_locale("id"):
        for kind, event in EVENT_TYPES.items():
            text = describe_act({**half, "kind": kind, "proposal": None}).text
            assert text not in event.full_meaning(), kind


def test_catalogs_that_are_loaded_are_not_read_for_a_request(app, monkeypatch):
    extensions._load_catalogs.cache_clear()
    get_babel(app).instance.domain_instance.load()
    monkeypatch.setattr(extensions, "read_po", lambda *_, **__: pytest.fail("read again"))
    with app.test_request_context("/"), force_locale("id"):
        assert gettext("Proposals") != "Proposals"
