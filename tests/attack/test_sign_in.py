"""At the door: who has an account is not told, tries are counted, nobody is led away."""

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

ELSEWHERE = [
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


def within(location: str) -> bool:
    """Whether an address stays on the site, as browsers read it."""
    turned = re.sub(r"[\x00-\x20]", "", location).replace("\\", "/")
    return turned.startswith("/") and not turned.startswith("//")


@pytest.mark.parametrize("goal", ELSEWHERE)
def test_sign_in_never_redirects_to_another_site(site, goal):
    client = site.client()
    told = {"sign_in_name": "nama-third", "passphrase": factories.PASSPHRASE}
    for field in ("held_path", "held_from", "next"):
        response = client.post("/id/sign-in", {**told, field: goal})
        assert response.status in {200, 303} and within(response.location or "/")
        assert "Set-Cookie: x" not in str(response.headers)


def test_next_parameter_never_redirects_a_signed_in_person_away(clients):
    for goal in ELSEWHERE:
        for page in ("/id/sign-in", "/id/join"):
            response = clients["resident"].get(f"{page}?next={quote_path(goal)}")
            assert within(response.location or "/") and response.status < 400


def test_language_links_never_lead_to_another_site(clients):
    for path in ("//evil.example/%2f..", "/id//evil.example", "/%2f%2fevil.example", "/id/%5cevil"):
        response = clients[""].get(path)
        assert within(response.location or "/") and response.status in {
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
    said = {}
    for name in ("nama-other", "tidak-ada-orangnya"):
        response = client.post(
            "/id/sign-in", {"sign_in_name": name, "passphrase": "bukan ini kata"}
        )
        said[name] = (response.status, response.text.replace(name, "NAMA"))
    assert len(set(said.values())) == 1
    said = {}
    for name in ("nama-other", "tidak-ada-orangnya", "other@warga.example", "x@tidak.example"):
        response = client.post("/id/recover/mail", {"identifier": name})
        said[name] = (response.status, response.text.replace(name, "NAMA"))
    assert len(set(said.values())) == 1
    said = {}
    for name in ("nama-other", "tidak-ada-orangnya"):
        fields = {
            "sign_in_name": name,
            "code": "aaaa-bbbb-cccc",
            "new_passphrase": "teh manis di beranda",
        }
        response = client.post("/id/recover", fields)
        said[name] = (response.status, response.text.replace(name, "NAMA"))
    client.close()
    assert len(set(said.values())) == 1


def test_sign_in_timing_does_not_reveal_whether_an_account_exists(site):
    """The account's hash is made as in real life, not as cheaply as in the tests."""
    with site.app.app_context():
        number = get_person_by_sign_in_name("nama-evaluator").id
        with unrecorded("test settings") as session:
            session.get_one(Person, number).passphrase_hash = PasswordHasher().hash(
                factories.PASSPHRASE
            )
    client = HttpClient(site.server_url, "127.0.0.22")
    took: dict[str, list[float]] = {"nama-evaluator": [], "tidak-ada-orangnya": []}
    for _round in range(4):
        for name, times in took.items():
            begins = time.perf_counter()
            client.post("/id/sign-in", {"sign_in_name": name, "passphrase": "bukan ini kata"})
            times.append(time.perf_counter() - begins)
    client.close()
    there, nobody = (min(times) for times in took.values())
    assert 0.5 < there / nobody < 2, {name: statistics.median(t) for name, t in took.items()}


def test_recovery_timing_does_not_reveal_whether_a_mail_was_sent(site):
    took: dict[str, list[float]] = {"other@warga.example": [], "tidak.ada@warga.example": []}
    for number in range(4):
        for name, times in took.items():
            client = HttpClient(site.server_url, f"127.0.0.{60 + number}")
            begins = time.perf_counter()
            assert client.post("/id/recover/mail", {"identifier": name}).status == 200
            times.append(time.perf_counter() - begins)
            client.close()
    there, nobody = (min(times) for times in took.values())
    assert 0.4 < there / nobody < 2.5, took


def test_passphrase_fields_are_masked_and_allow_password_managers(clients):
    seen = 0
    for role, page in (("", "sign-in"), ("", "join"), ("", "recover"), ("resident", "account")):
        html = clients[role].get(f"/id/{page}").text
        for field in re.findall(r'<input[^>]*name="(?:new_)?passphrase"[^>]*>', html):
            seen += 1
            assert 'type="password"' in field and "onpaste" not in field
            assert re.search(r'autocomplete="(current|new)-password"', field)
    assert seen >= 5


def test_passphrase_is_compared_exactly(site, join_resident):
    words = "  Kopi PAHIT, di teras! 🌺 " + "rumah kami " * 18 + "akhir"
    name = join_resident(passphrase=words).name
    wrong = (words[:-1], words[:72], words.strip(), words.lower(), words + " ")
    stranger = site.client()
    assert all(stranger.sign_in(name, one).status == 422 for one in wrong)
    assert stranger.sign_in(name, words).status == 303 and stranger.is_signed_in()


def test_sign_in_attempts_are_limited_whatever_forwarding_headers_claim(site):
    client = HttpClient(site.server_url, "127.0.0.23")
    answers = []
    for number in range(12):
        lie = f"203.0.113.{number}"
        response = client.post(
            "/id/sign-in",
            {"sign_in_name": "nama-researcher", "passphrase": "bukan ini kata"},
            X_Forwarded_For=lie,
            X_Real_IP=lie,
            Forwarded=f"for={lie}",
            Client_IP=lie,
            CF_Connecting_IP=lie,
        )
        answers.append(response)
    client.close()
    assert [a.status for a in answers[:10]] == [422] * 10
    assert answers[-1].status == 429 and int(answers[-1].headers["Retry-After"]) > 0
    elsewhere = HttpClient(site.server_url, "127.0.0.24")
    assert elsewhere.sign_in("nama-researcher", factories.PASSPHRASE).status in {200, 303}
    elsewhere.close()


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
    "more",
    [
        {"role": "admin"},
        {"institution_id": "1", "institution": "1"},
        {"verified_at": "2020-01-01", "verified": "y"},
        {"account_class": "organisation"},
        {"id": "1", "person_id": "1"},
        {"is_active": "1", "is_authenticated": "1", "email_confirmed_at": "2020-01-01"},
    ],
)
def test_extra_form_fields_do_not_raise_privileges(site, join_resident, more):
    client = join_resident(**more)
    client.send("/id/account", {"display_name": f"{client.name} lagi", **more}, "/id/account/name")
    client.send("/id/account", {"area": "Sepaku", **more}, "/id/account/area")
    with site.app.app_context():
        person = get_person_by_sign_in_name(client.name)
        assert (person.role, person.institution_id, person.verified_at) == ("resident", None, None)
        assert (person.account_class, person.email_confirmed_at) == ("person", None)
    assert client.get("/id/desk").status == 403


def test_extra_form_fields_do_not_change_the_author(site, join_resident):
    client, number = join_resident(), site.ids["waiting"]
    more = {
        "author_id": "1", "author": "1", "author_role": "staff", "institution_id": "1",
        "actor_id": "1", "id": "999", "is_hidden": "1", "depth": "-5", "parent": "1",
        "parent_id": "1", "proposal_id": "1", "created_at": "2020-01-01", "up_count": "900",
    }  # fmt: skip
    page = f"/id/proposals/{number}"
    page = client.get(page).location or page
    said = {"stance": "for", "body": "Saya sendiri yang menulis ini.", **more}
    response = client.send(page, said, f"/id/proposals/{number}/arguments")
    assert response.status == 303
    with site.app.app_context():
        written = get_comment(int(response.location.rpartition("#c")[2]))
        assert written is not None and written.author.sign_in_name == client.name
        assert (written.author_role, written.institution_id) == ("resident", None)
        assert (written.parent_id, written.depth, written.proposal_id) == (None, 0, number)
        assert not written.is_held and written.id != 999
