"""Limits on writing: how much in a while, from whom, and that no word of it is lost."""

from datetime import timedelta

import pytest

from deliberate.operations.accounts.sign_in import TooManyAttempts
from deliberate.operations.site import rate_limits as rate_limit_operations
from deliberate.operations.threads.comments import post_comment
from deliberate.vocabulary import Role, Stance
from tests import factories
from tests.client import send, signed_in, visitor

BODY = "Bangku itu juga berguna bagi ibu hamil, bukan lansia saja."
FREE = 5
"""Texts of a new account in ten minutes."""


@pytest.fixture
def proposal(app, clock):
    return factories.a_proposal()


def says(client, proposal, body=BODY, **more):
    to = f"/en/proposals/{proposal.id}/arguments"
    return send(client, "/en/account", to, body=body, stance="for", **more)


def written_out(client, proposal, times=FREE):
    for number in range(times):
        assert says(client, proposal, f"{BODY} {number}").status_code == 303


def test_a_new_account_pauses_after_five_texts_and_reads_until_when(app, proposal, log):
    client = signed_in(app, factories.resident())
    written_out(client, proposal)
    log()
    answer = says(client, proposal, "Kata saya yang keenam\ntidak hilang.")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "601"
    assert "2 Mar 2026, 09.10" in answer.text
    assert "Kata saya yang keenam\ntidak hilang.</textarea>" in answer.text
    assert 'name="stance" value="for"' in answer.text
    assert log() == []


def test_one_press_sends_it_when_the_time_has_come(app, proposal, clock, log):
    client = signed_in(app, factories.resident())
    written_out(client, proposal)
    says(client, proposal)
    clock.shift(timedelta(minutes=10, seconds=1))
    assert says(client, proposal).status_code == 303


def test_an_account_of_more_than_a_day_writes_faster(app, proposal, clock):
    person = factories.resident()
    clock.shift(timedelta(days=1, minutes=1))
    for _text in range(19):
        rate_limit_operations.consume(rate_limit_operations.TEXTS, "127.0.0.1", person)
    client = signed_in(app, person)
    written_out(client, proposal, 1)
    assert says(client, proposal).status_code == 429


def test_what_was_refused_does_not_count(app, proposal):
    client = signed_in(app, factories.resident())
    for _number in range(FREE + 2):
        assert says(client, proposal, "").status_code == 422
    written_out(client, proposal)
    assert says(client, proposal).status_code == 429


def test_a_forged_forwarding_header_does_not_help(app, proposal):
    client = signed_in(app, factories.resident())
    for number in range(FREE):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{number}"
        says(client, proposal, f"{BODY} {number}")
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.99"
    client.environ_base["HTTP_FORWARDED"] = "for=203.0.113.98"
    assert says(client, proposal).status_code == 429


def test_many_accounts_behind_one_address_share_a_wider_limit(app, clock):
    people = [factories.resident() for _number in range(21)]
    for person in people[:20]:
        for _text in range(FREE):
            rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", person)
    with pytest.raises(TooManyAttempts):
        rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", people[20])
    assert rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.6", people[20])


def test_whoever_waits_does_not_use_up_the_limit_of_the_neighbours(app, clock):
    person, neighbour = factories.resident(), factories.resident()
    for _text in range(FREE):
        rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", person)
    for _try in range(30):
        with pytest.raises(TooManyAttempts):
            rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", person)
    assert rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", neighbour)


def test_whoever_works_here_is_not_held_as_new(app, clock):
    officer = factories.staff()
    for _text in range(FREE + 1):
        assert rate_limit_operations.consume(rate_limit_operations.TEXTS, "203.0.113.5", officer)


def test_reports_have_a_limit_of_their_own(app, proposal):
    client = signed_in(app, factories.resident())
    comments = [
        post_comment(factories.resident(), proposal, f"{BODY} {n}", stance=Stance.FOR)
        for n in range(6)
    ]
    told = [
        send(client, page, reason="spam").status_code
        for page in (f"/en/moderation/comment/{comment.id}/report" for comment in comments)
    ]
    assert told == [303] * 5 + [429]


def test_pressing_has_a_limit_and_says_that_nothing_was_counted(app, proposal):
    client = signed_in(app, factories.resident())
    for number in range(60):
        rate_limit_operations.consume(
            rate_limit_operations.CLICKS, f"203.0.113.{number}", _person_of(client)
        )
    answer = send(client, "/en/account", f"/en/proposals/{proposal.id}/support")
    assert answer.status_code == 429 and "was not counted" in answer.text


def _person_of(client):
    from deliberate.queries.accounts.accounts import person_on_device

    with client.session_transaction() as session:
        return person_on_device(session["_user_id"])


def joining(app, number):
    return visitor(app).post(
        "/en/join",
        data={
            "sign_in_name": f"orang{number}",
            "display_name": f"Orang {number}",
            "passphrase": factories.PASSPHRASE,
            "terms": "y",
        },
    )


def test_a_network_opens_so_many_accounts_in_an_hour(app, clock):
    for _number in range(29):
        rate_limit_operations.consume(rate_limit_operations.SIGN_UPS, "127.0.0.1")
    assert joining(app, 1).status_code == 303
    assert joining(app, 1).status_code == 429
    answer = joining(app, 2)
    assert answer.status_code == 429 and "Retry-After" in answer.headers
    assert "It goes on at 10.00" in answer.text and 'value="orang2"' in answer.text
    clock.shift(timedelta(hours=1, seconds=1))
    assert joining(app, 2).status_code == 303


def test_a_name_that_was_taken_does_not_count_as_joined(app, clock):
    for _number in range(28):
        rate_limit_operations.consume(rate_limit_operations.SIGN_UPS, "127.0.0.1")
    assert joining(app, 1).status_code == 303
    assert joining(app, 1).status_code == 422
    assert joining(app, 2).status_code == 303


def test_an_operator_may_switch_limits_off(app, proposal):
    app.config["RATELIMIT_ENABLED"] = False
    try:
        written_out(signed_in(app, factories.resident()), proposal, FREE + 1)
    finally:
        app.config["RATELIMIT_ENABLED"] = True


def test_the_pause_is_said_in_indonesian_too(app, proposal):
    client = signed_in(app, factories.staff(role=Role.RESIDENT))
    written_out(client, proposal)
    to = f"/id/proposals/{proposal.id}/arguments"
    answer = send(client, "/id/account", to, body=BODY, stance="for")
    assert answer.status_code == 429 and "Jeda sebentar" in answer.text
