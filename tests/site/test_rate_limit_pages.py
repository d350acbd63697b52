"""Rate limits of texts, clicks, reports and sign-ups; a limited text is not lost."""

import re
from datetime import timedelta

import pytest

from deliberate.operations.accounts import registration
from deliberate.operations.site import rate_limits as rate_limit_operations
from deliberate.operations.site.rate_limits import TooManyAttempts
from deliberate.operations.threads.comments import post_comment
from deliberate.vocabulary import Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

BODY = "Bangku itu juga berguna bagi ibu hamil, bukan lansia saja."
NEW_ACCOUNT_LIMIT = 5
"""Texts of a new account within ten minutes."""


@pytest.fixture
def proposal(app, clock):
    return factories.create_proposal()


def post_argument(client, proposal, body=BODY, **more):
    url = f"/en/proposals/{proposal.id}/arguments"
    return submit_form(client, "/en/account", url, body=body, stance="for", **more)


def use_up_limit(client, proposal, times=NEW_ACCOUNT_LIMIT):
    for index in range(times):
        assert post_argument(client, proposal, f"{BODY} {index}").status_code == 303


def test_rate_limit_of_a_new_account_after_five_texts(app, proposal, log):
    client = signed_in_client(app, factories.create_resident())
    use_up_limit(client, proposal)
    log()
    response = post_argument(client, proposal, "Kata saya yang keenam\ntidak hilang.")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "601"
    assert "2 Mar 2026, 09:10" in response.text
    assert "Kata saya yang keenam\ntidak hilang.</textarea>" in response.text
    assert 'name="stance" value="for"' in response.text
    assert log() == []


def test_rate_limited_text_can_be_sent_again_with_one_button(app, proposal, clock, log):
    client = signed_in_client(app, factories.create_resident())
    use_up_limit(client, proposal)
    post_argument(client, proposal)
    clock.shift(timedelta(minutes=10, seconds=1))
    assert post_argument(client, proposal).status_code == 303


def test_rate_limit_is_higher_after_one_day(app, proposal, clock):
    person = factories.create_resident()
    clock.shift(timedelta(days=1, minutes=1))
    for _text in range(19):
        rate_limit_operations.consume(rate_limit_operations.TEXTS, "127.0.0.1", person)
    client = signed_in_client(app, person)
    use_up_limit(client, proposal, 1)
    assert post_argument(client, proposal).status_code == 429


def test_rate_limit_does_not_count_refused_texts(app, proposal):
    client = signed_in_client(app, factories.create_resident())
    for _number in range(NEW_ACCOUNT_LIMIT + 2):
        assert post_argument(client, proposal, "").status_code == 422
    use_up_limit(client, proposal)
    assert post_argument(client, proposal).status_code == 429


def test_rate_limit_ignores_a_forged_forwarding_header(app, proposal):
    client = signed_in_client(app, factories.create_resident())
    for index in range(NEW_ACCOUNT_LIMIT):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{index}"
        post_argument(client, proposal, f"{BODY} {index}")
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.99"
    client.environ_base["HTTP_FORWARDED"] = "for=203.0.113.98"
    assert post_argument(client, proposal).status_code == 429


def test_rate_limit_of_a_network_is_shared_and_higher(app, clock):
    people = [factories.create_resident() for _number in range(21)]
    for person in people[:20]:
        for _text in range(NEW_ACCOUNT_LIMIT):
            rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", person)
    with pytest.raises(TooManyAttempts):
        rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", people[20])
    assert rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.6", people[20])


def test_rate_limited_account_does_not_use_the_limit_of_its_network(app, clock):
    person, other_person = factories.create_resident(), factories.create_resident()
    for _text in range(NEW_ACCOUNT_LIMIT):
        rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", person)
    for _try in range(30):
        with pytest.raises(TooManyAttempts):
            rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", person)
    assert rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", other_person)


def test_rate_limit_of_new_accounts_does_not_apply_to_staff(app, clock):
    officer = factories.create_staff()
    for _text in range(NEW_ACCOUNT_LIMIT + 1):
        assert rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", officer)


def test_rate_limit_of_reports_is_separate(app, proposal):
    client = signed_in_client(app, factories.create_resident())
    comments = [
        post_comment(factories.create_resident(), proposal, f"{BODY} {n}", stance=Stance.FOR)
        for n in range(6)
    ]
    statuses = [
        submit_form(client, page, reason="spam").status_code
        for page in (f"/en/moderation/comment/{comment.id}/report" for comment in comments)
    ]
    assert statuses == [303] * 5 + [429]


def test_rate_limit_of_clicks_says_that_nothing_was_counted(app, proposal):
    client = signed_in_client(app, factories.create_resident())
    for index in range(60):
        rate_limit_operations.consume(
            rate_limit_operations.CLICKS, f"203.0.113.{index}", _person_of(client)
        )
    response = submit_form(client, "/en/account", f"/en/proposals/{proposal.id}/support")
    assert response.status_code == 429 and "was not counted" in response.text


def _person_of(client):
    from deliberate.queries.accounts.devices import get_person_by_device_token

    with client.session_transaction() as session:
        return get_person_by_device_token(session["_user_id"])


def sign_up(app, index, ticket=""):
    return anonymous_client(app).post(
        "/en/join",
        data={
            "sign_in_name": f"orang{index}",
            "display_name": f"Orang {index}",
            "passphrase": factories.PASSPHRASE,
            "terms": "y",
            "ticket": ticket,
        },
    )


def ticket_of(response):
    return re.search(r'name="ticket" value="([^"]+)"', response.text)[1]


def test_attacker_in_a_shared_network_delays_others_by_a_minute_at_most(app, clock):
    created = [sign_up(app, index).status_code for index in range(60)]
    assert created.count(303) == 30 and set(created) == {303, 429}
    refused = sign_up(app, "wati")
    assert refused.status_code == 429 and 'value="orangwati"' in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert "then it is your turn" in " ".join(refused.text.split())
    ticket = ticket_of(refused)
    assert sign_up(app, "wati", ticket).status_code == 429
    clock.shift(timedelta(seconds=62))
    for index in range(100, 120):
        assert sign_up(app, index, ticket).status_code == 429
    assert sign_up(app, "wati", ticket).status_code == 303
    other = sign_up(app, "dewi")
    clock.shift(timedelta(seconds=62))
    assert sign_up(app, "dewi", ticket_of(other)).status_code == 303
    clock.shift(timedelta(hours=1))
    assert sign_up(app, "rini").status_code == 303


def test_taken_names_are_refused_before_hashing_and_probing_one_name_is_slowed(
    app, clock, monkeypatch
):
    assert sign_up(app, 1).status_code == 303

    def hash_passphrase(_passphrase):
        raise AssertionError("hashed for a name that is taken")

    monkeypatch.setattr(registration, "hash_passphrase", hash_passphrase)
    answers = [sign_up(app, 1) for _attempt in range(10)]
    assert {answer.status_code for answer in answers[:9]} == {422}
    assert "looks like another one" in answers[0].text
    slowed = answers[9]
    assert slowed.status_code == 429 and "looks like another one" not in slowed.text
    clock.shift(timedelta(seconds=30))
    assert sign_up(app, 1, ticket_of(slowed)).status_code == 429


def test_one_name_has_a_ceiling_across_networks(app, clock):
    for index in range(100):
        rate_limit_operations.count_join("rini", f"192.0.2.{index}")
    with pytest.raises(rate_limit_operations.TooManyAttempts):
        rate_limit_operations.count_join("rini", "198.51.100.1")
    rate_limit_operations.count_join("dewi", "198.51.100.1")


def test_rate_limits_can_be_switched_off(app, proposal):
    app.config["RATELIMIT_ENABLED"] = False
    try:
        use_up_limit(
            signed_in_client(app, factories.create_resident()), proposal, NEW_ACCOUNT_LIMIT + 1
        )
    finally:
        app.config["RATELIMIT_ENABLED"] = True


def test_rate_limit_page_is_in_indonesian(app, proposal):
    client = signed_in_client(app, factories.create_staff(role=Role.RESIDENT))
    use_up_limit(client, proposal)
    url = f"/id/proposals/{proposal.id}/arguments"
    response = submit_form(client, "/id/account", url, body=BODY, stance="for")
    assert response.status_code == 429 and "Jeda sebentar" in response.text
