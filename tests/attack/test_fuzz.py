"""Every form the pages show, filled with anything at all: an answer always, never a break."""

import itertools
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.attack.conftest import PageView
from tests.attack.http_client import TOKEN_FIELDS, Form, HttpClient, parse_forms
from tests.attack.payloads import FORMULA_CELLS, SCRIPT_PAYLOADS, UNUSUAL_TEXTS

form_numbers = itertools.count()
EXAMPLES = 3
"""For each form; forms are many."""
SESSION_ENDING_PATHS = ("/erase", "/sign-out", "/close", "/role/end", "/passphrase")
"""Where a form ends what the others need; the fuzzers leave these to tests of their own."""
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
    st.sampled_from([*SCRIPT_PAYLOADS, *FORMULA_CELLS, *UNUSUAL_TEXTS.values()]),
    st.integers(-(2**70), 2**70).map(str),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()[:16]),
    st.sampled_from(["", " ", "y", "on", "1", "0", "-1", "NaN", "1e999", "None", "[]", "x" * 5000]),
)


def filled(form: Form) -> st.SearchStrategy[list[tuple[str, str | bytes]]]:
    """Ways to fill a form: choices it offers or none of them, words of every kind."""
    parts = []
    for name, value in form.fields:
        if name in TOKEN_FIELDS:
            continue
        offered = st.sampled_from(form.options[name]) if form.options.get(name) else st.just(value)
        one = st.one_of(offered, offered, TEXTS).map(lambda value, name=name: (name, value))
        parts.append(st.lists(one, min_size=0, max_size=2) if name in form.options else _once(one))
    return st.tuples(*parts).map(lambda found: [pair for part in found for pair in part])


def _once(one: st.SearchStrategy) -> st.SearchStrategy:
    return one.map(lambda pair: [pair])


FUZZED_ROLES = ("resident", "staff", "moderator", "evaluator", "admin")


@pytest.fixture(scope="module")
def forms(page_views: list[PageView]) -> dict[str, dict[str, Form]]:
    """Every form that pages showed, by where it goes, with the first role it was shown to."""
    found: dict[str, dict[str, Form]] = {role: {} for role in ("", *FUZZED_ROLES)}
    known: set[str] = set()
    for role in FUZZED_ROLES:
        found[role] = {way: f for way, f in _shown_to(page_views, role).items() if way not in known}
        known |= set(found[role])
    found[""] = _shown_to(page_views, "")
    return found


def _shown_to(page_views: list[PageView], role: str) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for view in page_views:
        if view.role == role and "<form" in view.final_response.text:
            for form in parse_forms(view.response.location or view.path, view.final_response.text):
                way = urlsplit(form.action).path
                if not way.endswith(SESSION_ENDING_PATHS):
                    found.setdefault(way, form)
    return found


def breaking(client: HttpClient, form: Form, role: str) -> list[object]:
    """What broke a form, filled in some ways and each time sent as a new one."""
    broke: list[object] = []
    guard = [pair for pair in client.tokens("/id/help") if pair[0] == "csrf_token"]

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
        key = ("form_key", f"sent-by-the-fuzzers-{next(form_numbers)}")
        response = client.post(form.action, [*guard, key, *fields])
        if response.status >= 500 or response.status == 405 or (response.status == 401 and role):
            broke.append((response.status, fields))

    send()
    return broke


@pytest.mark.parametrize(
    ("role", "least"),
    [("", 5), ("resident", 20), ("staff", 15), ("moderator", 4), ("evaluator", 2), ("admin", 10)],
)
def test_form_survives_arbitrary_input(fuzzed_site, forms, role, least):
    client = fuzzed_site.client(role)
    assert len(forms[role]) >= least
    wrong: dict[str, object] = {}
    before = fuzzed_site.count_log_rows()
    for way, form in forms[role].items():
        if role and not client.is_signed_in():
            client = fuzzed_site.client(role)
        if broke := breaking(client, form, role):
            wrong[way] = broke
    assert wrong == {}
    assert role not in {"resident", "staff", "admin"} or fuzzed_site.count_log_rows() > before + 1
    assert fuzzed_site.client().get("/readyz").status in {200, 503}
