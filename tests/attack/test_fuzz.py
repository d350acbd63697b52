"""Test every form of every page with arbitrary input: no server error."""

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
"""Number of examples for each form."""
SESSION_ENDING_PATHS = ("/erase", "/sign-out", "/close", "/role/end", "/passphrase")
"""Endings of forms that would end the session; other tests cover them."""
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
    st.sampled_from([*SCRIPT_PAYLOADS, *FORMULA_CELLS, *UNUSUAL_TEXTS.values()]),
    st.integers(-(2**70), 2**70).map(str),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()[:16]),
    st.sampled_from(["", " ", "y", "on", "1", "0", "-1", "NaN", "1e999", "None", "[]", "x" * 5000]),
)


def field_values(form: Form) -> st.SearchStrategy[list[tuple[str, str | bytes]]]:
    """Return a strategy for the fields of a form: offered choices or other texts."""
    parts = []
    for name, value in form.fields:
        if name in TOKEN_FIELDS:
            continue
        offered = st.sampled_from(form.options[name]) if form.options.get(name) else st.just(value)
        pair = st.one_of(offered, offered, TEXTS).map(lambda value, name=name: (name, value))
        parts.append(
            st.lists(pair, min_size=0, max_size=2) if name in form.options else _once(pair)
        )
    return st.tuples(*parts).map(lambda parts: [pair for part in parts for pair in part])


def _once(pair: st.SearchStrategy) -> st.SearchStrategy:
    return pair.map(lambda value: [value])


FUZZED_ROLES = ("resident", "staff", "moderator", "evaluator", "admin")


@pytest.fixture(scope="module")
def forms(page_views: list[PageView]) -> dict[str, dict[str, Form]]:
    """Return the forms of all pages by action, each for the first role that received it."""
    forms: dict[str, dict[str, Form]] = {role: {} for role in ("", *FUZZED_ROLES)}
    known: set[str] = set()
    for role in FUZZED_ROLES:
        forms[role] = {
            url: form for url, form in _forms_of(page_views, role).items() if url not in known
        }
        known |= set(forms[role])
    forms[""] = _forms_of(page_views, "")
    return forms


def _forms_of(page_views: list[PageView], role: str) -> dict[str, Form]:
    forms: dict[str, Form] = {}
    for view in page_views:
        if view.role == role and "<form" in view.final_response.text:
            for form in parse_forms(view.response.location or view.path, view.final_response.text):
                url = urlsplit(form.action).path
                if not url.endswith(SESSION_ENDING_PATHS):
                    forms.setdefault(url, form)
    return forms


def find_errors(client: HttpClient, form: Form, role: str) -> list[object]:
    """Submit a form with several inputs and return the unexpected responses."""
    errors: list[object] = []
    csrf_token = [pair for pair in client.tokens("/id/help") if pair[0] == "csrf_token"]

    @seed(7)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(field_values(form))
    def send(fields):
        key = ("form_key", f"sent-by-a-fuzz-test-{next(form_numbers)}")
        response = client.post(form.action, [*csrf_token, key, *fields])
        if response.status >= 500 or response.status == 405 or (response.status == 401 and role):
            errors.append((response.status, fields))

    send()
    return errors


@pytest.mark.parametrize(
    ("role", "minimum"),
    [("", 5), ("resident", 20), ("staff", 15), ("moderator", 4), ("evaluator", 2), ("admin", 10)],
)
def test_form_survives_arbitrary_input(fuzzed_site, forms, role, minimum):
    client = fuzzed_site.client(role)
    assert len(forms[role]) >= minimum
    errors_by_url: dict[str, object] = {}
    before = fuzzed_site.count_log_rows()
    for url, form in forms[role].items():
        if role and not client.is_signed_in():
            client = fuzzed_site.client(role)
        if errors := find_errors(client, form, role):
            errors_by_url[url] = errors
    assert errors_by_url == {}
    assert role not in {"resident", "staff", "admin"} or fuzzed_site.count_log_rows() > before + 1
    assert fuzzed_site.client().get("/readyz").status in {200, 503}
