"""Writer of imported acts: rows, people and counters with their log rows, 500 at a time."""

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from deliberate.imports.accounts import AccountImporter
from deliberate.imports.act_spool import ActSpool
from deliberate.imports.batch import Batch, recorded_batch
from deliberate.imports.import_ledger import ImportLedger
from deliberate.imports.log_entries import LogWriter
from deliberate.imports.profiles import Profile
from deliberate.imports.row_builders import (
    RowValues,
    body_html,
    comment_row,
    proposal_row,
    response_row,
    version_row,
)
from deliberate.imports.source_records import (
    SourceAct,
    SourceComment,
    SourceProposal,
    SourceQualification,
    SourceResponse,
    SourceWithdrawal,
    StoredComment,
)
from deliberate.models import Comment, Process, Proposal, ProposalVersion, Response
from deliberate.queries.processes.name_lists import areas_of, topics_of
from deliberate.queries.proposals.area_map import get_area_map
from deliberate.vocabulary import ResponseDecision, Role, Stance
from deliberate.vocabulary.codes import is_final_response

F = TypeVar("F", bound=SourceAct)


def clean_texts(acts: Sequence[SourceAct]) -> None:
    """Clean the texts of a batch before the write lock: it is the longest part of the work."""
    for act in acts:
        if isinstance(act, SourceProposal | SourceComment | SourceResponse):
            body_html(act.body, act.markup)


class BatchWriter:
    """Writes source records into one process; the ledger knows what is stored."""

    def __init__(
        self, process: Process, profile: Profile, ledger: ImportLedger, acts: ActSpool
    ) -> None:
        self.process_id = process.id
        self.topics, self.areas = topics_of(process), areas_of(process)
        self.area_map = get_area_map()
        self.language = profile.language
        self.ledger = ledger
        self.accounts = AccountImporter(ledger, profile.platform, process.slug, acts.authors)
        self.entries = LogWriter(process.id, ledger, self.accounts)

    def write(self, acts: Sequence[SourceAct]) -> None:
        """Write one batch: all of these acts with their changes, or none."""
        clean_texts(acts)
        with recorded_batch("import") as batch:
            self.write_into(batch, acts)

    def write_into(self, batch: Batch, acts: Sequence[SourceAct]) -> None:
        """Write these acts with their changes into an open batch."""
        self.accounts.create_accounts(batch, acts)
        self.accounts.create_institutions(batch, self.process_id, acts)
        rows = self._proposals(batch, _of_type(SourceProposal, acts))
        rows |= self._comments(batch, _of_type(SourceComment, acts))
        rows |= self._responses(batch, _of_type(SourceResponse, acts))
        self._qualify(batch, _of_type(SourceQualification, acts))
        self._withdraw(batch, _of_type(SourceWithdrawal, acts))
        for act in acts:
            self.entries.add(batch, act, rows.get(id(act), {}))

    def _proposals(self, batch: Batch, acts: Sequence[SourceProposal]) -> dict[int, RowValues]:
        rows = []
        for row_id, act in zip(batch.allocate_ids(Proposal, len(acts)), acts, strict=True):
            row = proposal_row(act, row_id, self.accounts.get_account(act.author)[0])
            row["topic"], row["area"] = self.topics.find(row["topic"]), self.areas.find(row["area"])
            row["process_id"], row["language"] = self.process_id, self.language
            row["institution_id"] = self.accounts.institution_id_of(act.institutions)
            row["map_x"], row["map_y"] = self.area_map.mark_of_area(row["area"])
            rows.append(row)
            self.ledger.proposals[act.proposal] = row_id
        batch.insert(Proposal, rows)
        batch.insert(ProposalVersion, [version_row(row) for row in rows])
        return _by_act(acts, rows)

    def _comments(self, batch: Batch, acts: Sequence[SourceComment]) -> dict[int, RowValues]:
        stored, rows = self.ledger.comments, []
        for row_id, act in zip(batch.allocate_ids(Comment, len(acts)), acts, strict=True):
            proposal_id = self.ledger.proposals[act.proposal]
            author_id = self.accounts.get_account(act.author)[0]
            row = comment_row(act, row_id, proposal_id, author_id, stored)
            row["language"] = self.language
            rows.append(row)
            stored[act.source_id] = StoredComment(row_id, act.proposal, row["root_id"], act.depth)
        batch.insert(Comment, rows)
        self._raise_counters(batch, rows)
        return _by_act(acts, rows)

    def _raise_counters(self, batch: Batch, rows: Sequence[RowValues]) -> None:
        """Update the counters in the same batch, as the acts of people do."""
        rows = [row for row in rows if not row["is_blank"]]
        batch.raise_counters(Proposal, _COUNTERS, _count_comments(rows))
        branches = Counter(row["root_id"] for row in rows if row["root_id"])
        batch.raise_counters(
            Comment, ("reply_count",), {n: Counter(reply_count=c) for n, c in branches.items()}
        )
        answered = [row["root_id"] for row in rows if row["author_role"] == Role.STAFF]
        batch.set_columns(Comment, {root: {"is_answered": True} for root in answered if root})

    def _responses(self, batch: Batch, acts: Sequence[SourceResponse]) -> dict[int, RowValues]:
        rows = []
        for row_id, act in zip(batch.allocate_ids(Response, len(acts)), acts, strict=True):
            self.ledger.versions[act.proposal] += 1
            version = self.ledger.versions[act.proposal]
            proposal_id = self.ledger.proposals[act.proposal]
            institution_id = self.accounts.institution_id_of(act.institutions)
            row = response_row(act, row_id, proposal_id, version, institution_id)
            row["language"] = self.language
            rows.append(row)
            self.ledger.responses.add((act.proposal, act.at))
        batch.insert(Response, rows)
        self._set_decisions(batch, rows)
        return _by_act(acts, rows)

    def _set_decisions(self, batch: Batch, rows: Sequence[RowValues]) -> None:
        stated = [row for row in rows if row["decision"] != ResponseDecision.UNSTATED]
        batch.set_columns(
            Proposal, {row["proposal_id"]: {"decision": row["decision"]} for row in stated}
        )
        first: dict[int, RowValues] = {}
        for row in rows:
            proposal_id = row["proposal_id"]
            is_final = is_final_response(row["decision"], row.get("outside_body", ""))
            if is_final and proposal_id not in self.ledger.answered:
                self.ledger.answered.add(proposal_id)
                first[proposal_id] = {"answered_at": row["published_at"]}
        batch.set_columns(Proposal, first)

    def _qualify(self, batch: Batch, acts: Sequence[SourceQualification]) -> None:
        self.ledger.qualified |= {act.proposal for act in acts}
        self._set_time(batch, "qualified_at", acts)

    def _withdraw(self, batch: Batch, acts: Sequence[SourceWithdrawal]) -> None:
        self.ledger.withdrawn |= {act.proposal for act in acts}
        self._set_time(batch, "withdrawn_at", acts)

    def _set_time(self, batch: Batch, column: str, acts: Sequence[SourceAct]) -> None:
        batch.set_columns(
            Proposal, {self.ledger.proposals[act.proposal]: {column: act.at} for act in acts}
        )


def _count_comments(rows: Sequence[RowValues]) -> dict[int, Counter[str]]:
    """Return by how much comments raise the counters of their proposals."""
    increments: dict[int, Counter[str]] = {}
    for row in rows:
        counts = increments.setdefault(row["proposal_id"], Counter())
        counts["comment_count"] += 1
        if row["depth"] == 0 and row["author_role"] == Role.RESIDENT:
            counts[_STANCE_COUNTERS.get(row["stance"], "")] += 1
    return increments


_STANCE_COUNTERS = {
    Stance.FOR.value: "for_count",
    Stance.AGAINST.value: "against_count",
    Stance.NEUTRAL.value: "neutral_count",
}
_COUNTERS = ("comment_count", "for_count", "against_count", "neutral_count")


def _of_type(act_type: type[F], acts: Sequence[SourceAct]) -> list[F]:
    return [act for act in acts if isinstance(act, act_type)]


def _by_act(acts: Sequence[SourceAct], rows: Sequence[RowValues]) -> dict[int, RowValues]:
    return {id(act): row for act, row in zip(acts, rows, strict=True)}
