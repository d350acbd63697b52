"""Intake channels: tokens, links by code, and acts that are recorded once for their key."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from deliberate.database import db, transient, unrecorded
from deliberate.models import (
    Comment,
    IntakeChannel,
    IntakeLink,
    IntakeLinkCode,
    Interaction,
    Proposal,
    Support,
)
from deliberate.operations.notices.intake import (
    issue_token,
    link_channel,
    request_link_code,
    revoke_token,
    unlink_channel,
)
from deliberate.permissions.decision import Refused
from deliberate.views.site.delivery.read_limits import ReadLimit
from deliberate.vocabulary import IntakeScope, Role
from tests import factories
from tests.api.lists import follow_list
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.structure.source_tree import ROOT

NUMBER = "6281234567890"
MESSAGES = {"sqlite": 100, "postgresql": 1000}
"""Messages of a busy channel by engine: the quick part of the tests sends fewer."""
ADMIN_PAGE, OWN_PAGE = "/en/desk/intake-channels", "/en/account/channels"


class Bot:
    """A messenger bot with a token."""

    def __init__(self, app, token: str) -> None:
        self.client, self.token = anonymous_client(app), token

    def send(self, what: str, key: str = "1", **fields: object):
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        return self.client.post(f"/api/v1/intake/{what}", json=fields, headers=headers)

    def comment(self, proposal_id: int, key: str, body: str = "Setuju.", user: str = NUMBER):
        return self.send("comments", key, user=user, proposal=proposal_id, body=body, stance="for")


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


@pytest.fixture
def channel(admin) -> tuple[IntakeChannel, str]:
    return issue_token(admin, "Bot Halo Warga", list(IntakeScope), 600)


@pytest.fixture
def bot(app, channel) -> Bot:
    return Bot(app, channel[1])


@pytest.fixture
def resident(app, channel):
    person = factories.create_resident()
    link_channel(channel[0], NUMBER, request_link_code(person))
    return person


@pytest.fixture
def proposal(app, clock):
    return factories.create_proposal()


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_messages_sent_twice_make_one_act_each(app, bot, resident, proposal, log, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", False)
    monkeypatch.setitem(app.extensions, "read_limit", ReadLimit())  # that of other tests is kept
    log()
    proposal_id, messages = proposal.id, range(MESSAGES[db.engine.dialect.name])
    first = [bot.comment(proposal_id, f"k{n}", f"Alasan {n}.") for n in messages]
    again = [bot.comment(proposal_id, f"k{n}", f"Alasan {n}.") for n in messages]
    assert {answer.status_code for answer in first} == {201}
    assert {(a.status_code, a.json["result"]) for a in again} == {(200, "repeated")}
    assert [a.json["id"] for a in again] == [a.json["id"] for a in first]
    rows = [row for row in log() if row.kind == "comment.posted"]
    assert count(Comment) == len(rows) == len(messages)
    assert {row.origin for row in rows} == {"api"}
    shown = follow_list(anonymous_client(app), f"/api/v1/comments?proposal={proposal_id}&limit=100")
    assert [row["body"] for row in shown] == [f"Alasan {n}." for n in messages]


def test_support_through_a_channel_counts_once(bot, resident, proposal):
    proposal_id = proposal.id
    answers = [bot.send("supports", "s1", user=NUMBER, proposal=proposal_id) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 200]
    assert bot.send("supports", "s2", user=NUMBER, proposal=proposal_id).status_code == 409
    assert count(Support) == 1


def test_key_with_another_message_is_refused(bot, resident, proposal):
    proposal_id = proposal.id
    bot.comment(proposal_id, "k")
    assert bot.comment(proposal_id, "k", "Lain.").status_code == 409
    assert bot.comment(proposal_id, "").status_code == 422
    assert count(Comment) == 1


def test_person_links_a_channel_by_a_code_that_is_valid_once(app, bot, channel, log):
    person = factories.create_resident()
    client = signed_in_client(app, person)
    page = submit_form(client, OWN_PAGE, f"{OWN_PAGE}/code").text
    code = re.search(r"\b\d{4} \d{4}\b", page)
    assert code
    linked = bot.send("links", user=NUMBER, code=code[0])
    assert (linked.status_code, linked.json) == (201, {"result": "recorded"})
    assert bot.send("links", user="other", code=code[0]).status_code == 422
    assert "Bot Halo Warga" in client.get(OWN_PAGE).text
    assert [row.kind for row in log()][-1] == "intake.linked"
    db.session.rollback()
    link_id = db.session.scalars(select(IntakeLink.id)).one()
    assert submit_form(client, OWN_PAGE, f"{OWN_PAGE}/{link_id}/end").status_code == 303
    assert count(IntakeLink) == 0


def test_telephone_number_and_code_are_stored_nowhere(app, bot, resident, proposal):
    bot.comment(proposal.id, "k")
    code = request_link_code(resident)
    db.session.rollback()
    for model in (IntakeLink, Interaction, Comment, IntakeChannel):
        for row in db.session.execute(select(model.__table__)):
            assert NUMBER not in repr(row)
            assert bot.token not in repr(row)
    with transient(write=False) as store:
        assert code not in repr(store.execute(select(IntakeLinkCode.__table__)).all())


def test_code_ends_after_a_quarter_of_an_hour_and_guesses_are_limited(app, bot, channel, clock):
    code = request_link_code(factories.create_resident())
    clock.shift(timedelta(minutes=16))
    assert bot.send("links", user=NUMBER, code=code).status_code == 422
    answers = [bot.send("links", user=NUMBER, code="00000000").status_code for _ in range(60)]
    assert answers[-1] == 429


def test_user_of_a_channel_is_linked_to_one_account(app, bot, resident):
    code = request_link_code(factories.create_resident())
    assert bot.send("links", user=NUMBER, code=code).status_code == 409


def test_nobody_acts_through_a_channel_without_a_link(bot, resident, proposal):
    proposal_id = proposal.id
    assert bot.comment(proposal_id, "k", user="stranger").status_code == 403
    unlink_channel(resident, db.session.scalars(select(IntakeLink)).one())
    assert bot.comment(proposal_id, "k").status_code == 403
    assert count(Comment) == 0


def test_only_residents_act_through_channels(app, channel):
    with pytest.raises(Refused):
        request_link_code(factories.create_staff())


def test_token_enters_only_what_its_scope_allows(app, admin, proposal):
    channel, token = issue_token(admin, "Kios", [IntakeScope.SUPPORTS], 600)
    link_channel(channel, "7", request_link_code(factories.create_resident()))
    bot, proposal_id = Bot(app, token), proposal.id
    assert bot.comment(proposal_id, "k", user="7").status_code == 403
    assert bot.send("supports", user="7", proposal=proposal_id).status_code == 201


@pytest.mark.parametrize("token", ["", "dlb_unknown", "x"])
def test_unknown_token_is_refused(app, channel, token):
    answer = Bot(app, token).send("links", user="7", code="1")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_revoked_token_is_refused_and_its_links_are_deleted(app, admin, bot, channel, resident):
    revoke_token(admin, channel[0])
    assert bot.send("links", user=NUMBER, code="1").status_code == 401
    assert count(IntakeLink) == 0


def test_messages_of_a_token_are_limited_by_the_hour(app, admin, proposal, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    _channel, token = issue_token(admin, "Kios", [IntakeScope.SUPPORTS], 3)
    bot = Bot(app, token)
    codes = [bot.send("supports", user="7", proposal=1).status_code for _ in range(5)]
    assert codes == [403, 403, 403, 429, 429]


def test_hidden_proposal_takes_no_message(bot, resident, proposal):
    proposal_id = proposal.id
    with unrecorded("test settings") as session:
        session.get_one(Proposal, proposal_id).hide("spam")
    assert bot.comment(proposal_id, "k").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user", ""),
        ("user", 5),
        ("proposal", "3"),
        ("proposal", 10**30),
        ("body", " "),
        ("body", "x" * 4001),
        ("stance", "maybe"),
        ("parent", True),
        ("is_question", "yes"),
    ],
)
def test_invalid_field_of_a_message_is_named(bot, resident, proposal, field, value):
    fields = {"user": NUMBER, "proposal": proposal.id, "body": "Ya.", "stance": "for"}
    answer = bot.send("comments", **(fields | {field: value}))
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert bot.client.post("/api/v1/intake/comments", data=b"[").status_code == 401


@pytest.mark.parametrize("content", [b"[", b"[1]", b"[" * 20_000])
def test_message_that_is_no_json_object_is_a_problem(bot, content):
    headers = {"Authorization": f"Bearer {bot.token}", "Idempotency-Key": "1"}
    answer = bot.client.post("/api/v1/intake/comments", data=content, headers=headers)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["body"])


def test_page_issues_a_token_that_is_shown_once(app, admin):
    client = signed_in_client(app, admin)
    fields = {"name": "Kios balai", "may_support": "y", "hourly_limit": "100"}
    for changed, message in (
        ({"name": ""}, "Write the name"),
        ({"may_support": ""}, "Choose what"),
        ({"hourly_limit": "0"}, "From 1 to"),
    ):
        sent = {name: value for name, value in (fields | changed).items() if value}
        answer = submit_form(client, ADMIN_PAGE, **sent)
        assert (answer.status_code, message in answer.text) == (422, True)
    answer = submit_form(client, ADMIN_PAGE, **fields)
    token = re.search(r"dlb_[\w-]+", answer.text)
    assert token and "no-store" in answer.headers["Cache-Control"]
    page = client.get(ADMIN_PAGE).text
    assert "Kios balai" in page
    assert "dlb_" not in page
    db.session.rollback()
    channel_id = db.session.scalars(select(IntakeChannel.id)).one()
    done = submit_form(client, ADMIN_PAGE, f"{ADMIN_PAGE}/{channel_id}/revoke")
    assert done.status_code == 303


def test_command_issues_lists_and_revokes(app, admin):
    def run(*arguments: str):
        return app.test_cli_runner().invoke(args=["channel", *arguments])

    by = ("--by", admin.sign_in_name)
    issued = run("issue", "Kios", "--scope", "supports", "--limit", "50", *by)
    assert issued.exit_code == 0, issued.output
    number, token = issued.output.split()
    assert token.startswith("dlb_")
    assert f"{number}  supports  0  Kios" in run("list").output
    assert run("revoke", number, *by).exit_code == 0
    assert run("revoke", number, *by).exit_code == 2
    assert run("issue", "Kios", "--scope", "supports", "--limit", "0", *by).exit_code == 2


def test_examples_of_the_documentation_are_taken(bot, channel, proposal):
    page = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
    found = re.findall(r"POST /api/v1/intake/(\w+)\n```\n\n```json\n(.*?)```", page, re.DOTALL)
    assert [name for name, _text in found] == ["links", "comments", "supports"]
    proposal_id, code = proposal.id, request_link_code(factories.create_resident())
    for name, text in found:
        fields = json.loads(text)
        fields |= {"code": code} if name == "links" else {"proposal": proposal_id}
        assert bot.send(name, name, **fields).status_code == 201, name
