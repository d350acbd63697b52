"""Every form the pages show, filled with anything at all: an answer always, never a break."""

import itertools
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.attack.conftest import Look
from tests.attack.http_client import TOKENS, Caller, Form, forms_on
from tests.attack.payloads import CELLS, ODD, RUNNING

SENT = itertools.count()
EXAMPLES = 3
"""For each form; forms are many."""
ENDING = ("/erase", "/sign-out", "/close", "/role/end", "/passphrase")
"""Where a form ends what the others need; the fuzzers leave these to tests of their own."""
WORDS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
    st.sampled_from([*RUNNING, *CELLS, *ODD.values()]),
    st.integers(-(2**70), 2**70).map(str),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()[:16]),
    st.sampled_from(["", " ", "y", "on", "1", "0", "-1", "NaN", "1e999", "None", "[]", "x" * 5000]),
)


def filled(form: Form) -> st.SearchStrategy[list[tuple[str, str | bytes]]]:
    """Ways to fill a form: choices it offers or none of them, words of every kind."""
    parts = []
    for name, value in form.fields:
        if name in TOKENS:
            continue
        offered = st.sampled_from(form.options[name]) if form.options.get(name) else st.just(value)
        one = st.one_of(offered, offered, WORDS).map(lambda value, name=name: (name, value))
        parts.append(st.lists(one, min_size=0, max_size=2) if name in form.options else _once(one))
    return st.tuples(*parts).map(lambda found: [pair for part in found for pair in part])


def _once(one: st.SearchStrategy) -> st.SearchStrategy:
    return one.map(lambda pair: [pair])


SENDING = ("resident", "staff", "moderator", "evaluator", "admin")


@pytest.fixture(scope="module")
def forms(looks: list[Look]) -> dict[str, dict[str, Form]]:
    """Every form that pages showed, by where it goes, with the first role it was shown to."""
    found: dict[str, dict[str, Form]] = {role: {} for role in ("", *SENDING)}
    known: set[str] = set()
    for role in SENDING:
        found[role] = {way: f for way, f in _shown_to(looks, role).items() if way not in known}
        known |= set(found[role])
    found[""] = _shown_to(looks, "")
    return found


def _shown_to(looks: list[Look], role: str) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for look in looks:
        if look.role == role and "<form" in look.then.text:
            for form in forms_on(look.answer.location or look.path, look.then.text):
                way = urlsplit(form.action).path
                if not way.endswith(ENDING):
                    found.setdefault(way, form)
    return found


def breaking(caller: Caller, form: Form, role: str) -> list[object]:
    """What broke a form, filled in some ways and each time sent as a new one."""
    broke: list[object] = []
    guard = [pair for pair in caller.tokens("/id/help") if pair[0] == "csrf_token"]

    @seed(7)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(filled(form))
    def send(fields):
        key = ("form_key", f"sent-by-the-fuzzers-{next(SENT)}")
        answer = caller.post(form.action, [*guard, key, *fields])
        if answer.status >= 500 or answer.status == 405 or (answer.status == 401 and role):
            broke.append((answer.status, fields))

    send()
    return broke


@pytest.mark.parametrize(
    ("role", "least"),
    [("", 5), ("resident", 20), ("staff", 15), ("moderator", 4), ("evaluator", 2), ("admin", 10)],
)
def test_form_survives_arbitrary_input(other_town, forms, role, least):
    caller = other_town.caller(role)
    assert len(forms[role]) >= least
    wrong: dict[str, object] = {}
    before = other_town.rows()
    for way, form in forms[role].items():
        if role and not caller.is_in():
            caller = other_town.caller(role)
        if broke := breaking(caller, form, role):
            wrong[way] = broke
    assert wrong == {}
    assert role not in {"resident", "staff", "admin"} or other_town.rows() > before + 1
    assert other_town.caller().get("/readyz").status in {200, 503}
