"""Writing imported acts: things, people and counters with the rows of the log, 500 at a time."""

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from deliberate.imports.accounts import Accounts
from deliberate.imports.batch import Batch, recorded_batch
from deliberate.imports.import_ledger import Ledger
from deliberate.imports.log_entries import Entries
from deliberate.imports.profiles import Profile
from deliberate.imports.row_builders import (
    ROW,
    body_html,
    comment_row,
    proposal_row,
    response_row,
    version_row,
)
from deliberate.imports.source_records import (
    FoundAct,
    FoundComment,
    FoundProposal,
    FoundQualification,
    FoundResponse,
    FoundWithdrawal,
)
from deliberate.imports.threads import Stored
from deliberate.models import Comment, Process, Proposal, ProposalVersion, Response
from deliberate.permissions.responses import is_final
from deliberate.vocabulary import ResponseDecision, Role, Stance

F = TypeVar("F", bound=FoundAct)


class Writer:
    """Writes what was found into one process; the ledger says what is in already."""

    def __init__(
        self, process: Process, profile: Profile, ledger: Ledger, acts: Sequence[FoundAct]
    ) -> None:
        self.process_id = process.id
        self.language = profile.language
        self.ledger = ledger
        self.accounts = Accounts(ledger, profile.platform, process.slug, acts)
        self.entries = Entries(process.id, ledger, self.accounts, acts)

    def write(self, acts: Sequence[FoundAct]) -> None:
        """One batch: all of these acts with what they change, or none of them."""
        # Texts are cleaned before the write lock is taken: it is the longest part of the work.
        for act in acts:
            if isinstance(act, FoundProposal | FoundComment | FoundResponse):
                body_html(act.body, act.markup)
        with recorded_batch("import") as batch:
            self.accounts.admit(batch, acts)
            self.accounts.open_offices(batch, self.process_id, acts)
            rows = self._proposals(batch, _only(FoundProposal, acts))
            rows |= self._comments(batch, _only(FoundComment, acts))
            rows |= self._responses(batch, _only(FoundResponse, acts))
            self._qualify(batch, _only(FoundQualification, acts))
            self._withdraw(batch, _only(FoundWithdrawal, acts))
            for act in acts:
                self.entries.add(batch, act, rows.get(id(act), {}))

    def _proposals(self, batch: Batch, acts: Sequence[FoundProposal]) -> dict[int, ROW]:
        rows = []
        for number, act in zip(batch.numbers(Proposal, len(acts)), acts, strict=True):
            row = proposal_row(act, number, self.accounts.of(act.author)[0])
            row["process_id"], row["language"] = self.process_id, self.language
            row["institution_id"] = self.accounts.office_of(act.offices)
            rows.append(row)
            self.ledger.proposals[act.proposal] = number
        batch.insert(Proposal, rows)
        batch.insert(ProposalVersion, [version_row(row) for row in rows])
        if rows:
            grown = {self.process_id: Counter(proposal_count=len(rows))}
            batch.raise_counters(Process, ("proposal_count",), grown)
        return _by_act(acts, rows)

    def _comments(self, batch: Batch, acts: Sequence[FoundComment]) -> dict[int, ROW]:
        known, rows = self.ledger.comments, []
        for number, act in zip(batch.numbers(Comment, len(acts)), acts, strict=True):
            proposal_id = self.ledger.proposals[act.proposal]
            author_id = self.accounts.of(act.author)[0]
            row = comment_row(act, number, proposal_id, author_id, known)
            row["language"] = self.language
            rows.append(row)
            known[act.number] = Stored(number, act.proposal, row["root_id"], act.depth)
        batch.insert(Comment, rows)
        self._count(batch, rows)
        return _by_act(acts, rows)

    def _count(self, batch: Batch, rows: Sequence[ROW]) -> None:
        """Keep the counters in the batch that moves them, as the acts of people do."""
        if not rows:
            return
        moved: dict[int, Counter[str]] = {}
        for row in rows:
            counts = moved.setdefault(row["proposal_id"], Counter())
            counts["comment_count"] += 1
            if row["depth"] == 0 and row["author_role"] == Role.RESIDENT:
                counts[_BALANCE.get(row["stance"], "")] += 1
        batch.raise_counters(Proposal, _COUNTERS, moved)
        branches = Counter(row["root_id"] for row in rows if row["root_id"])
        batch.raise_counters(
            Comment, ("branch_count",), {n: Counter(branch_count=c) for n, c in branches.items()}
        )
        answered = [row["root_id"] for row in rows if row["author_role"] == Role.STAFF]
        batch.set_columns(Comment, {root: {"is_answered": True} for root in answered if root})
        process = {self.process_id: Counter(comment_count=len(rows))}
        batch.raise_counters(Process, ("comment_count",), process)

    def _responses(self, batch: Batch, acts: Sequence[FoundResponse]) -> dict[int, ROW]:
        rows = []
        for number, act in zip(batch.numbers(Response, len(acts)), acts, strict=True):
            self.ledger.versions[act.proposal] += 1
            version = self.ledger.versions[act.proposal]
            proposal_id = self.ledger.proposals[act.proposal]
            office = self.accounts.office_of(act.offices)
            row = response_row(act, number, proposal_id, version, office)
            row["language"] = self.language
            rows.append(row)
            self.ledger.responses.add((act.proposal, act.at))
        batch.insert(Response, rows)
        self._answer(batch, rows)
        return _by_act(acts, rows)

    def _answer(self, batch: Batch, rows: Sequence[ROW]) -> None:
        stated = [row for row in rows if row["decision"] != ResponseDecision.UNSTATED]
        batch.set_columns(
            Proposal, {row["proposal_id"]: {"decision": row["decision"]} for row in stated}
        )
        first: dict[int, ROW] = {}
        for row in rows:
            if is_final(row["decision"]) and row["version"] == 1:
                first.setdefault(row["proposal_id"], {"answered_at": row["published_at"]})
        batch.set_columns(Proposal, first)

    def _qualify(self, batch: Batch, acts: Sequence[FoundQualification]) -> None:
        self.ledger.qualified |= {act.proposal for act in acts}
        self._date(batch, "qualified_at", acts)

    def _withdraw(self, batch: Batch, acts: Sequence[FoundWithdrawal]) -> None:
        self.ledger.withdrawn |= {act.proposal for act in acts}
        self._date(batch, "withdrawn_at", acts)

    def _date(self, batch: Batch, column: str, acts: Sequence[FoundAct]) -> None:
        batch.set_columns(
            Proposal, {self.ledger.proposals[act.proposal]: {column: act.at} for act in acts}
        )


_BALANCE = {
    Stance.FOR.value: "for_count",
    Stance.AGAINST.value: "against_count",
    Stance.NEUTRAL.value: "neutral_count",
}
_COUNTERS = ("comment_count", "for_count", "against_count", "neutral_count")


def _only(sort: type[F], acts: Sequence[FoundAct]) -> list[F]:
    return [act for act in acts if isinstance(act, sort)]


def _by_act(acts: Sequence[FoundAct], rows: Sequence[ROW]) -> dict[int, ROW]:
    return {id(act): row for act, row in zip(acts, rows, strict=True)}
