"""A site with an account of every role and hostile text in every field that people can fill."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import func, select

from deliberate import create_app
from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db, unrecorded
from deliberate.models import Interaction, Person
from deliberate.operations.accounts import registration as account_operations
from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.moderation import rules as rule_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.polls import statements as statement_operations
from deliberate.operations.processes import process_setup as process_setup_operations
from deliberate.operations.processes.processes import schedule_phase
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.drafts import save_draft
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses import cases as case_operations
from deliberate.operations.responses import response_drafts as response_draft_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.operations.responses.institutions import add_institution
from deliberate.operations.responses.responses import Point
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from deliberate.sealing import seal_log
from deliberate.vocabulary import ModerationRule as Ruling
from deliberate.vocabulary import (
    PhaseKind,
    PhaseSwitch,
    PollType,
    ResponseDecision,
    ResponseGround,
    Role,
    Stance,
)
from tests import factories
from tests.attack.http_client import HttpClient
from tests.attack.payloads import FORMULA_CELLS, SCRIPT_PAYLOADS

ROLES = ("resident", "staff", "moderator", "researcher", "evaluator", "admin")
BASE_URL = "https://musyawarah.example"
CONFIDENTIAL_MARKERS = {
    name: f" zebra{name.replace(' ', '')}"
    for name in ("hidden", "report", "word", "appeal", "draft", "own draft", "note", "template")
}
"""Markers that occur in one confidential text each."""
client_addresses = itertools.count()
SECRET = "a secret of the attacked site, long enough"


@dataclass
class AttackSite:
    """The site under attack, with the ids of its content and the sign-in names of its people."""

    app: Flask
    server_url: str = ""
    ids: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    open_clients: list[HttpClient] = field(default_factory=list)

    def client(self, role: str = "", source: str = "") -> HttpClient:
        """Return a client that is signed in with a role, or signed out for an empty role.

        Each client has a network address of its own unless `source` sets one.
        """
        number = next(client_addresses)
        client = HttpClient(self.server_url, source or f"127.9.{number // 250}.{number % 250 + 1}")
        self.open_clients.append(client)
        if role:
            response = client.sign_in(self.names.get(role, role), factories.PASSPHRASE)
            assert response.status in {200, 303} and client.is_signed_in(), (role, response.status)
        return client

    def get_person_id(self, name: str) -> int:
        """Return the id of an account."""
        with self.app.app_context():
            person = get_person_by_sign_in_name(name)
            assert person is not None, name
            return person.id

    def seal(self) -> None:
        """Seal the log as the minutely job does; otherwise the site is not ready."""
        with self.app.app_context():
            seal_log(self.app.config["SETTINGS"])

    def close(self) -> None:
        """Close the connections of all clients."""
        for client in self.open_clients:
            client.close()

    def count_log_rows(self) -> int:
        """Return the number of rows in the log."""
        with self.app.app_context():
            return db.session.scalar(select(func.count(Interaction.id))) or 0


def create_hardened_app(
    folder: Path, mode: str = "production", database_url: str = "", limits: bool = True
) -> Flask:
    """Return the application as in production; the fuzz tests switch off its rate limits."""
    return create_app(
        Settings(
            mode=mode,
            data_dir=str(folder),
            database_url=database_url,
            limits=limits,
            secret_key=SECRET,
            signing_key="1" * 64,
            base_url=BASE_URL,
            mail_url="smtp://127.0.0.1:9",
        )
    )


@contextmanager
def open_app(
    folder: Path, mode: str = "production", database_url: str = "", limits: bool = True
) -> Iterator[Flask]:
    """Open the application of a folder and release its connections afterwards."""
    app = create_hardened_app(folder, mode, database_url, limits)
    create_transient_tables(app)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


def build_site(folder: Path, database_url: str = "") -> tuple[dict[str, int], dict[str, str]]:
    """Create the site in a folder; return the ids of its content and its sign-in names."""
    with open_app(folder, database_url=database_url) as app, app.app_context():
        upgrade()
        return _create_content()


def _create_content() -> tuple[dict[str, int], dict[str, str]]:
    institution = add_institution(
        None, "kantor", _payload_line(0), name_en=_payload_line(1), is_coordinator=True
    )
    accounts = {
        role: account_operations.create_account(
            None, f"nama-{role}", f"Orang {role}", factories.PASSPHRASE, Role(role), institution
        )
        for role in ROLES
        if role != "resident"
    }
    for name in ("resident", "other", "third"):
        email = f"{name}@warga.example"
        accounts[name] = account_operations.join(
            f"nama-{name}", f"Warga {name}", factories.PASSPHRASE, email=email
        )
    with unrecorded("test settings") as session:  # texts of new accounts may be held for review
        for person in accounts.values():
            session.get_one(Person, person.id).joined_at = now() - timedelta(days=30)
    process = _open_process(accounts["admin"], institution)
    ids = {"process": process.id, "person": accounts["other"].id}
    ids |= _create_thread(accounts, process)
    ids |= _create_responses(accounts, process, institution) | _create_polls(accounts, process)
    rule_operations.publish_rules(accounts["admin"], _payload_text(0), _payload_text(1))
    for cell in FORMULA_CELLS:
        proposal_operations.submit_proposal(
            accounts["other"],
            process,
            cell + " baris",
            f"{cell} {_payload_line(13)} " * 3,
            topic=cell,
        )
    with unrecorded("test settings") as session:
        for name in ("resident", "other", "third"):
            session.get_one(Person, accounts[name].id).email_confirmed_at = now()
        session.get_one(Person, accounts["third"].id).display_name = _payload_line(
            13, 80
        )  # as if imported
    seal_log(current_app.config["SETTINGS"])
    return ids, {name: person.sign_in_name or "" for name, person in accounts.items()}


def _payload_line(number: int, length: int = 110) -> str:
    """Return one payload as a single line."""
    return " ".join(SCRIPT_PAYLOADS[number % len(SCRIPT_PAYLOADS)].split())[:length]


def _payload_text(part: int, parts: int = 2) -> str:
    """Return a part of all payloads as one text."""
    return "\n\n".join(SCRIPT_PAYLOADS[part::parts])


def _open_process(admin, institution):
    texts = {
        name: _payload_text(n, 8) for n, name in enumerate(process_setup_operations.TEXT_FIELDS)
    }
    texts |= {
        "title": _payload_line(2),
        "title_en": _payload_line(3),
        "support_threshold": 1,
        "response_days": 20,
    }
    process = process_setup_operations.plan_process(admin, "proses", texts, [(institution, "lead")])
    opens = now() - timedelta(days=1)
    closes = opens + timedelta(days=90)
    schedule_phase(admin, process, PhaseKind.DISCUSSION, opens, closes, list(PhaseSwitch))
    account_operations.create_account(None, "kedua", "Moderator kedua", None, Role.MODERATOR)
    process_setup_operations.open_planned_process(admin, process)
    process_setup_operations.change_process(
        admin, process, {"response_days": 21}, [(institution, "lead")], _payload_text(3, 8)
    )
    process_setup_operations.set_day_off(
        admin, process, now().date() + timedelta(days=9), _payload_line(13, 80)
    )
    process_setup_operations.plan_process(admin, "rencana", {"title": _payload_line(4)}, [])
    return process


def _create_thread(accounts, process):
    proposal = proposal_operations.submit_proposal(
        accounts["resident"],
        process,
        _payload_line(13),
        _payload_text(0),
        topic=_payload_line(18, 80),
        area=_payload_line(0, 80),
    )
    stances = [Stance.FOR, Stance.AGAINST, Stance.NEUTRAL]
    comments = [
        comment_operations.post_comment(
            accounts["other"],
            proposal,
            _payload_text(n, 8) + (CONFIDENTIAL_MARKERS["hidden"] if n == 1 else ""),
            stance=stances[n % 3],
            source=_payload_line(14, 200),
        )
        for n in range(8)
    ]
    reply = comment_operations.post_comment(
        accounts["resident"], proposal, _payload_text(1, 4), parent=comments[0]
    )
    moderation_operations.report_contribution(
        accounts["third"],
        comments[0],
        Ruling.SPAM,
        _payload_line(15) + CONFIDENTIAL_MARKERS["report"],
        context=factories.request_from("198.51.100.1"),
    )
    moderation_operations.report_contribution(
        accounts["third"],
        comments[1],
        Ruling.SPAM,
        _payload_line(16),
        context=factories.request_from("198.51.100.2"),
    )
    moderation_operations.hide_contribution(
        accounts["moderator"],
        comments[1],
        Ruling.SPAM,
        _payload_text(2, 4) + CONFIDENTIAL_MARKERS["word"],
    )
    moderation_operations.file_appeal(
        accounts["other"], comments[1], _payload_text(3, 4) + CONFIDENTIAL_MARKERS["appeal"]
    )
    other_text = {
        "title": _payload_line(5),
        "body": _payload_text(0) + CONFIDENTIAL_MARKERS["draft"],
        "area": "",
    }
    draft = save_draft(accounts["other"], other_text)
    own_body = _payload_text(0) + CONFIDENTIAL_MARKERS["own draft"]
    own_text = {"title": _payload_line(5), "body": own_body, "area": "", "process": process.slug}
    own_draft = save_draft(accounts["resident"], own_text)
    return {
        "own_draft": own_draft.id,
        "proposal": proposal.id,
        "comment": comments[0].id,
        "hidden": comments[1].id,
        "reply": reply.id,
        "draft": draft.id,
    }


def _create_responses(accounts, process, institution):
    answered_proposal = proposal_operations.submit_proposal(
        accounts["other"], process, _payload_line(28), _payload_text(1), institution=institution
    )
    support_proposal(accounts["resident"], answered_proposal)
    case_operations.take_case(accounts["staff"], answered_proposal)
    case_operations.add_case_note(
        accounts["staff"], answered_proposal, _payload_text(0, 4) + CONFIDENTIAL_MARKERS["note"]
    )
    response_operations.publish_response(
        accounts["staff"],
        answered_proposal,
        ResponseDecision.ACCEPTED_IN_PART,
        _payload_line(9),
        _payload_text(0),
        grounds=[ResponseGround.OTHER],
        points=[
            Point(_payload_line(10), "not_accepted", _payload_line(11), "law", _payload_line(12))
        ],
        commitments=[(_payload_line(17), institution, now().date() + timedelta(days=30))],
        note=_payload_line(19),
    )
    waiting_proposal = proposal_operations.submit_proposal(
        accounts["third"], process, _payload_line(29), _payload_text(1), institution=institution
    )
    support_proposal(accounts["resident"], waiting_proposal)
    response_draft_operations.save_response_template(
        accounts["staff"],
        _payload_line(6, 80),
        _payload_text(0, 4) + CONFIDENTIAL_MARKERS["template"],
    )
    return {"answered": answered_proposal.id, "waiting": waiting_proposal.id}


def _create_polls(accounts, process):
    closes = now() + timedelta(days=7)
    labels = [_payload_line(n) for n in (13, 18, 29)]
    poll = poll_operations.open_poll(
        accounts["staff"],
        process,
        _payload_line(20),
        labels,
        closes,
        background=_payload_line(21),
        with_pass=_payload_line(22),
    )
    statement_poll = poll_operations.open_poll(
        accounts["staff"],
        process,
        _payload_line(23),
        labels,
        closes,
        rules=poll_operations.PollRules(type=PollType.STATEMENTS),
    )
    statement_operations.suggest_statement(accounts["resident"], statement_poll, _payload_line(24))
    return {"poll": poll.id, "statements": statement_poll.id}
