"""Test sign-in attacks: redirects, account enumeration, attempt limits, extra form fields."""

import re
import statistics
import time

import pytest
from argon2 import PasswordHasher

from deliberate.database import unrecorded
from deliberate.models import Person
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from deliberate.queries.threads.comments import get_comment
from tests import factories
from tests.attack.http_client import HttpClient, quote_path

FOREIGN_URLS = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:/evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example\\@musyawarah.example",
    "https://musyawarah.example@evil.example",
    "https://musyawarah.example.evil.example",
    "/%09/evil.example",
    "evil.example",
    "?next=//evil.example",
    "/id/\r\nSet-Cookie: x=1",
    "\u3002evil.example",
    "//evil\u3002example",
]


def stays_on_site(location: str) -> bool:
    """Return whether a browser would stay on the site at this location."""
    normalized = re.sub(r"[\x00-\x20]", "", location).replace("\\", "/")
    return normalized.startswith("/") and not normalized.startswith("//")


@pytest.mark.parametrize("url", FOREIGN_URLS)
def test_sign_in_never_redirects_to_another_site(site, url):
    client = site.client()
    fields = {"sign_in_name": "nama-third", "passphrase": factories.PASSPHRASE}
    for field in ("held_path", "held_from", "next"):
        response = client.post("/id/sign-in", {**fields, field: url})
        assert response.status in {200, 303} and stays_on_site(response.location or "/")
        assert "Set-Cookie: x" not in str(response.headers)


def test_next_parameter_never_redirects_a_signed_in_person_away(clients):
    for url in FOREIGN_URLS:
        for page in ("/id/sign-in", "/id/join"):
            response = clients["resident"].get(f"{page}?next={quote_path(url)}")
            assert stays_on_site(response.location or "/") and response.status < 400


def test_language_links_never_lead_to_another_site(clients):
    for path in ("//evil.example/%2f..", "/id//evil.example", "/%2f%2fevil.example", "/id/%5cevil"):
        response = clients[""].get(path)
        assert stays_on_site(response.location or "/") and response.status in {
            200,
            301,
            302,
            303,
            308,
            404,
        }
        assert 'href="//evil' not in response.text


def test_responses_do_not_reveal_whether_an_account_exists(site):
    client = HttpClient(site.server_url, "127.0.0.21")
    responses = {}
    for name in ("nama-other", "tidak-ada-orangnya"):
        response = client.post(
            "/id/sign-in", {"sign_in_name": name, "passphrase": "bukan ini kata"}
        )
        responses[name] = (response.status, response.text.replace(name, "NAMA"))
    assert len(set(responses.values())) == 1
    responses = {}
    for name in ("nama-other", "tidak-ada-orangnya", "other@warga.example", "x@tidak.example"):
        response = client.post("/id/recover/mail", {"identifier": name})
        responses[name] = (response.status, response.text.replace(name, "NAMA"))
    assert len(set(responses.values())) == 1
    responses = {}
    for name in ("nama-other", "tidak-ada-orangnya"):
        fields = {
            "sign_in_name": name,
            "code": "aaaa-bbbb-cccc",
            "new_passphrase": "teh manis di beranda",
        }
        response = client.post("/id/recover", fields)
        responses[name] = (response.status, response.text.replace(name, "NAMA"))
    client.close()
    assert len(set(responses.values())) == 1


def test_sign_in_timing_does_not_reveal_whether_an_account_exists(site):
    """Compare times with a hash of production cost, not of the cheap test parameters."""
    with site.app.app_context():
        person_id = get_person_by_sign_in_name("nama-evaluator").id
        with unrecorded("test settings") as session:
            session.get_one(Person, person_id).passphrase_hash = PasswordHasher().hash(
                factories.PASSPHRASE
            )
    client = HttpClient(site.server_url, "127.0.0.22")
    durations: dict[str, list[float]] = {"nama-evaluator": [], "tidak-ada-orangnya": []}
    for _round in range(4):
        for name, times in durations.items():
            start = time.perf_counter()
            client.post("/id/sign-in", {"sign_in_name": name, "passphrase": "bukan ini kata"})
            times.append(time.perf_counter() - start)
    client.close()
    existing, unknown = (min(times) for times in durations.values())
    assert 0.5 < existing / unknown < 2, {
        name: statistics.median(t) for name, t in durations.items()
    }


def test_recovery_timing_does_not_reveal_whether_a_mail_was_sent(site):
    durations: dict[str, list[float]] = {"other@warga.example": [], "tidak.ada@warga.example": []}
    for number in range(4):
        for name, times in durations.items():
            client = HttpClient(site.server_url, f"127.0.0.{60 + number}")
            start = time.perf_counter()
            assert client.post("/id/recover/mail", {"identifier": name}).status == 200
            times.append(time.perf_counter() - start)
            client.close()
    existing, unknown = (min(times) for times in durations.values())
    assert 0.4 < existing / unknown < 2.5, durations


def test_passphrase_fields_are_masked_and_allow_password_managers(clients):
    field_count = 0
    for role, page in (("", "sign-in"), ("", "join"), ("", "recover"), ("resident", "account")):
        html = clients[role].get(f"/id/{page}").text
        for field in re.findall(r'<input[^>]*name="(?:new_)?passphrase"[^>]*>', html):
            field_count += 1
            assert 'type="password"' in field and "onpaste" not in field
            assert re.search(r'autocomplete="(current|new)-password"', field)
    assert field_count >= 5


def test_passphrase_is_compared_exactly(site, join_resident):
    passphrase = "  Kopi PAHIT, di teras! 🌺 " + "rumah kami " * 18 + "akhir"
    name = join_resident(passphrase=passphrase).name
    variants = (
        passphrase[:-1],
        passphrase[:72],
        passphrase.strip(),
        passphrase.lower(),
        passphrase + " ",
    )
    other_client = site.client()
    assert all(other_client.sign_in(name, variant).status == 422 for variant in variants)
    assert other_client.sign_in(name, passphrase).status == 303 and other_client.is_signed_in()


def test_sign_in_attempts_are_limited_whatever_forwarding_headers_claim(site):
    client = HttpClient(site.server_url, "127.0.0.23")
    responses = []
    for number in range(12):
        address = f"203.0.113.{number}"
        response = client.post(
            "/id/sign-in",
            {"sign_in_name": "nama-researcher", "passphrase": "bukan ini kata"},
            X_Forwarded_For=address,
            X_Real_IP=address,
            Forwarded=f"for={address}",
            Client_IP=address,
            CF_Connecting_IP=address,
        )
        responses.append(response)
    client.close()
    assert [a.status for a in responses[:10]] == [422] * 10
    assert responses[-1].status == 429 and int(responses[-1].headers["Retry-After"]) > 0
    other_client = HttpClient(site.server_url, "127.0.0.24")
    assert other_client.sign_in("nama-researcher", factories.PASSPHRASE).status in {200, 303}
    other_client.close()


def test_sign_in_attempts_with_many_names_are_limited(site):
    client = HttpClient(site.server_url, "127.0.0.25")
    names = ("resident", "other", "third", "staff", "moderator", "admin")
    statuses = [
        client.post("/id/sign-in", {"sign_in_name": f"nama-{name}", "passphrase": "kata"}).status
        for name in names * 9
    ]
    client.close()
    assert statuses[0] == 422 and statuses[-1] == 429


def test_recovery_mails_are_limited(site):
    client = HttpClient(site.server_url, "127.0.0.26")
    statuses = [
        client.post(
            "/id/recover/mail", {"identifier": "nama-staff"}, X_Forwarded_For=f"10.0.0.{n}"
        ).status
        for n in range(6)
    ]
    client.close()
    assert statuses[0] == 200 and statuses[-1] == 429


@pytest.mark.parametrize(
    "extra_fields",
    [
        {"role": "admin"},
        {"institution_id": "1", "institution": "1"},
        {"verified_at": "2020-01-01", "verified": "y"},
        {"account_class": "organisation"},
        {"id": "1", "person_id": "1"},
        {"is_active": "1", "is_authenticated": "1", "email_confirmed_at": "2020-01-01"},
    ],
)
def test_extra_form_fields_do_not_raise_privileges(site, join_resident, extra_fields):
    client = join_resident(**extra_fields)
    client.send(
        "/id/account", {"display_name": f"{client.name} lagi", **extra_fields}, "/id/account/name"
    )
    client.send("/id/account", {"area": "Sepaku", **extra_fields}, "/id/account/area")
    with site.app.app_context():
        person = get_person_by_sign_in_name(client.name)
        assert (person.role, person.institution_id, person.verified_at) == ("resident", None, None)
        assert (person.account_class, person.email_confirmed_at) == ("person", None)
    assert client.get("/id/desk").status == 403


def test_extra_form_fields_do_not_change_the_author(site, join_resident):
    client, proposal_id = join_resident(), site.ids["waiting"]
    extra_fields = {
        "author_id": "1", "author": "1", "author_role": "staff", "institution_id": "1",
        "actor_id": "1", "id": "999", "is_hidden": "1", "depth": "-5", "parent": "1",
        "parent_id": "1", "proposal_id": "1", "created_at": "2020-01-01", "up_count": "900",
    }  # fmt: skip
    page = f"/id/proposals/{proposal_id}"
    page = client.get(page).location or page
    fields = {"stance": "for", "body": "Saya sendiri yang menulis ini.", **extra_fields}
    response = client.send(page, fields, f"/id/proposals/{proposal_id}/arguments")
    assert response.status == 303
    with site.app.app_context():
        comment = get_comment(int(response.location.rpartition("#c")[2]))
        assert comment is not None and comment.author.sign_in_name == client.name
        assert (comment.author_role, comment.institution_id) == ("resident", None)
        assert (comment.parent_id, comment.depth, comment.proposal_id) == (None, 0, proposal_id)
        assert not comment.is_held and comment.id != 999
