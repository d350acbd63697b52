"""Everything people read is in Indonesian too, each message in one file."""

import re
from collections import defaultdict

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask_babel import force_locale

from deliberate.views.log.log import act_said
from deliberate.vocabulary import Kind
from tests.structure.source import PACKAGE, ROOT

KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
OPTIONS = {"**.html": {"trimmed": "true"}, "**.txt": {"trimmed": "true"}}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2")]


def said():
    """Every message of code and templates with one place where it stands."""
    places = {}
    for folder in (PACKAGE, ROOT / "templates"):
        for file, line, message, _, _ in extract_from_dir(
            folder, METHODS, OPTIONS, keywords=KEYWORDS
        ):
            text = message[0] if isinstance(message, tuple) else message
            places.setdefault(text, f"{folder.name}/{file}:{line}")
    return places


def catalogues():
    """Each message of the Indonesian files: the files it is in, and what it becomes."""
    files, become = defaultdict(list), {}
    for path in sorted((PACKAGE / "translations" / "id").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="id"):
                if message.id:
                    one = message.id[0] if isinstance(message.id, tuple) else message.id
                    files[one].append(path.name)
                    become[one] = message
    return files, become


def test_every_message_has_an_indonesian_one():
    _, become = catalogues()
    missing = {
        text: place
        for text, place in said().items()
        if text not in become or not all(_strings(become[text])) or become[text].fuzzy
    }
    assert missing == {}


def test_no_message_is_in_two_files():
    files, _ = catalogues()
    assert {text: where for text, where in files.items() if len(where) > 1} == {}


def test_a_translation_keeps_its_variables():
    _, become = catalogues()
    wrong = {}
    for text, message in become.items():
        english = [message.id] if isinstance(message.id, str) else list(message.id)
        known = set().union(*map(_variables, english))
        for string in _strings(message):
            if _variables(string) - known:
                wrong[text] = string
    assert wrong == {}


def test_every_plural_has_the_one_form_of_indonesian():
    _, become = catalogues()
    plurals = [message for message in become.values() if isinstance(message.id, tuple)]
    assert plurals and all(len(_strings(message)) == 1 for message in plurals)


def _strings(message):
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _variables(text):
    return set(re.findall(r"%\((\w+)\)[sd]", text))


def test_every_kind_of_act_has_words_in_both_languages(app):
    half = {"hour": "2026-03-02T01:00:00Z", "account_class": "person", "actor_role": "resident"}
    with app.test_request_context("/id/"), force_locale("id"):
        for kind in Kind:
            said = act_said({**half, "kind": kind.value, "proposal": None}).what
            assert said not in kind.meaning, kind
