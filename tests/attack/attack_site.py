"""A small town with somebody of every role and hostile words wherever people's words may stand."""

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
from tests.attack.http_client import Caller
from tests.attack.payloads import CELLS, RUNNING

ROLES = ("resident", "staff", "moderator", "researcher", "evaluator", "admin")
BASE = "https://musyawarah.example"
MARKS = {
    name: f" zebra{name.replace(' ', '')}"
    for name in ("hidden", "report", "word", "appeal", "draft", "own draft", "note", "template")
}
"""Words that stand in one thing each, which not everybody may read."""
NETWORKS = itertools.count()
SECRET = "the town's own secret, long enough for it"


@dataclass
class Town:
    """The house that is attacked, and the numbers of the things in it."""

    app: Flask
    address: str = ""
    numbers: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    calling: list[Caller] = field(default_factory=list)

    def caller(self, role: str = "", source: str = "") -> Caller:
        """Somebody of a role who has just signed in; nobody where it is empty.

        Everybody calls from a network of their own, unless told otherwise.
        """
        number = next(NETWORKS)
        caller = Caller(self.address, source or f"127.9.{number // 250}.{number % 250 + 1}")
        self.calling.append(caller)
        if role:
            answer = caller.sign_in(self.names.get(role, role), factories.PASSPHRASE)
            assert answer.status in {200, 303} and caller.is_in(), (role, answer.status)
        return caller

    def number_of(self, name: str) -> int:
        """The number of somebody's account."""
        with self.app.app_context():
            person = get_person_by_sign_in_name(name)
            assert person is not None, name
            return person.id

    def seal(self) -> None:
        """Seal the log, as the job of the house does every minute; else it is not ready."""
        with self.app.app_context():
            seal_log(self.app.config["SETTINGS"])

    def hang_up(self) -> None:
        """End every call."""
        for caller in self.calling:
            caller.hang_up()

    def rows(self) -> int:
        """How many rows the log has."""
        with self.app.app_context():
            return db.session.scalar(select(func.count(Interaction.id))) or 0


def a_house(
    folder: Path, mode: str = "production", database_url: str = "", limits: bool = True
) -> Flask:
    """The app as it is run for the public; without limits for whoever sends without end."""
    return create_app(
        Settings(
            mode=mode,
            data_dir=str(folder),
            database_url=database_url,
            limits=limits,
            secret_key=SECRET,
            signing_key="1" * 64,
            base_url=BASE,
            mail_url="smtp://127.0.0.1:9",
        )
    )


@contextmanager
def house_in(
    folder: Path, mode: str = "production", database_url: str = "", limits: bool = True
) -> Iterator[Flask]:
    """The app on a folder, let go afterwards."""
    app = a_house(folder, mode, database_url, limits)
    create_transient_tables(app)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


def build(folder: Path, database_url: str = "") -> tuple[dict[str, int], dict[str, str]]:
    """Fill a folder with the town; gives the numbers of its things and the names of its people."""
    with house_in(folder, database_url=database_url) as app, app.app_context():
        upgrade()
        return _settle()


def _settle() -> tuple[dict[str, int], dict[str, str]]:
    office = add_institution(None, "kantor", _line(0), name_en=_line(1), is_coordinator=True)
    who = {
        role: account_operations.create_account(
            None, f"nama-{role}", f"Orang {role}", factories.PASSPHRASE, Role(role), office
        )
        for role in ROLES
        if role != "resident"
    }
    for name in ("resident", "other", "third"):
        email = f"{name}@warga.example"
        who[name] = account_operations.join(
            f"nama-{name}", f"Warga {name}", factories.PASSPHRASE, email=email
        )
    with unrecorded("test settings") as session:  # words of accounts a day old may be held
        for person in who.values():
            session.get_one(Person, person.id).joined_at = now() - timedelta(days=30)
    process = _open_process(who["admin"], office)
    numbers = {"process": process.id, "person": who["other"].id}
    numbers |= _talk(who, process, office) | _answer(who, process, office) | _decide(who, process)
    rule_operations.publish_rules(who["admin"], _all(0), _all(1))
    for cell in CELLS:
        proposal_operations.submit_proposal(
            who["other"], process, cell + " baris", f"{cell} {_line(13)} " * 3, topic=cell
        )
    with unrecorded("test settings") as session:
        for name in ("resident", "other", "third"):
            session.get_one(Person, who[name].id).email_confirmed_at = now()
        session.get_one(Person, who["third"].id).display_name = _line(13, 80)  # as if imported
    seal_log(current_app.config["SETTINGS"])
    return numbers, {name: person.sign_in_name or "" for name, person in who.items()}


def _line(number: int, length: int = 110) -> str:
    """One hostile line."""
    return " ".join(RUNNING[number % len(RUNNING)].split())[:length]


def _all(part: int, parts: int = 2) -> str:
    """A part of all hostile words in one text."""
    return "\n\n".join(RUNNING[part::parts])


def _open_process(admin, office):
    told = {name: _all(n, 8) for n, name in enumerate(process_setup_operations.TEXT_FIELDS)}
    told |= {"title": _line(2), "title_en": _line(3), "support_threshold": 1, "response_days": 20}
    process = process_setup_operations.plan_process(admin, "proses", told, [(office, "lead")])
    opens = now() - timedelta(days=1)
    closes = opens + timedelta(days=90)
    schedule_phase(admin, process, PhaseKind.DISCUSSION, opens, closes, list(PhaseSwitch))
    account_operations.create_account(None, "kedua", "Moderator kedua", None, Role.MODERATOR)
    process_setup_operations.open_planned_process(admin, process)
    process_setup_operations.change_process(
        admin, process, {"response_days": 21}, [(office, "lead")], _all(3, 8)
    )
    process_setup_operations.set_day_off(
        admin, process, now().date() + timedelta(days=9), _line(13, 80)
    )
    process_setup_operations.plan_process(admin, "rencana", {"title": _line(4)}, [])
    return process


def _talk(who, process, office):
    proposal = proposal_operations.submit_proposal(
        who["resident"], process, _line(13), _all(0), topic=_line(18, 80), area=_line(0, 80)
    )
    stances = [Stance.FOR, Stance.AGAINST, Stance.NEUTRAL]
    said = [
        comment_operations.post_comment(
            who["other"],
            proposal,
            _all(n, 8) + (MARKS["hidden"] if n == 1 else ""),
            stance=stances[n % 3],
            source=_line(14, 200),
        )
        for n in range(8)
    ]
    reply = comment_operations.post_comment(who["resident"], proposal, _all(1, 4), parent=said[0])
    moderation_operations.report_contribution(
        who["third"], said[0], Ruling.SPAM, _line(15) + MARKS["report"], network_hash="a network"
    )
    moderation_operations.report_contribution(
        who["third"], said[1], Ruling.SPAM, _line(16), network_hash="another"
    )
    moderation_operations.hide_contribution(
        who["moderator"], said[1], Ruling.SPAM, _all(2, 4) + MARKS["word"]
    )
    moderation_operations.file_appeal(who["other"], said[1], _all(3, 4) + MARKS["appeal"])
    theirs = {"title": _line(5), "body": _all(0) + MARKS["draft"], "area": ""}
    draft = save_draft(who["other"], theirs)
    own_words = _all(0) + MARKS["own draft"]
    written = {"title": _line(5), "body": own_words, "area": "", "process": process.slug}
    own = save_draft(who["resident"], written)
    return {
        "own_draft": own.id,
        "proposal": proposal.id,
        "comment": said[0].id,
        "hidden": said[1].id,
        "reply": reply.id,
        "draft": draft.id,
    }


def _answer(who, process, office):
    answered = proposal_operations.submit_proposal(
        who["other"], process, _line(28), _all(1), institution=office
    )
    support_proposal(who["resident"], answered)
    case_operations.take_case(who["staff"], answered)
    case_operations.add_case_note(who["staff"], answered, _all(0, 4) + MARKS["note"])
    response_operations.publish_response(
        who["staff"],
        answered,
        ResponseDecision.ACCEPTED_IN_PART,
        _line(9),
        _all(0),
        grounds=[ResponseGround.OTHER],
        points=[Point(_line(10), "not_accepted", _line(11), "law", _line(12))],
        commitments=[(_line(17), office, now().date() + timedelta(days=30))],
        note=_line(19),
    )
    waiting = proposal_operations.submit_proposal(
        who["third"], process, _line(29), _all(1), institution=office
    )
    support_proposal(who["resident"], waiting)
    response_draft_operations.save_response_template(
        who["staff"], _line(6, 80), _all(0, 4) + MARKS["template"]
    )
    return {"answered": answered.id, "waiting": waiting.id}


def _decide(who, process):
    closes = now() + timedelta(days=7)
    labels = [_line(n) for n in (13, 18, 29)]
    poll = poll_operations.open_poll(
        who["staff"], process, _line(20), labels, closes, background=_line(21), with_pass=_line(22)
    )
    said = poll_operations.open_poll(
        who["staff"],
        process,
        _line(23),
        labels,
        closes,
        rules=poll_operations.PollRules(type=PollType.STATEMENTS),
    )
    statement_operations.suggest_statement(who["resident"], said, _line(24))
    return {"poll": poll.id, "statements": said.id}
