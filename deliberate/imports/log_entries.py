"""The rows of the log that imported acts leave: one each, dated as the act happened."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from deliberate.imports.accounts import Accounts
from deliberate.imports.batch import Batch
from deliberate.imports.import_ledger import Ledger
from deliberate.imports.row_builders import ROW, absent_parent
from deliberate.imports.source_records import (
    FoundAct,
    FoundComment,
    FoundProposal,
    FoundQualification,
    FoundResponse,
)
from deliberate.text import to_plain
from deliberate.vocabulary import Kind, ResponseDecision


@dataclass(frozen=True, slots=True)
class Place:
    """What a row of the log is about, and where."""

    subject_type: str
    id: int
    process_id: int
    proposal_id: int


class Entries:
    """Writes the log of one imported process."""

    def __init__(
        self, process_id: int, ledger: Ledger, accounts: Accounts, acts: Iterable[FoundAct]
    ) -> None:
        self._process_id = process_id
        self._ledger = ledger
        self._accounts = accounts
        self._repeats = _repeats(acts)

    def add(self, batch: Batch, act: FoundAct, row: ROW) -> None:
        """One act, one row; `row` is the thing it made, empty if it made none."""
        if isinstance(act, FoundProposal):
            self._proposal(batch, act, row)
        elif isinstance(act, FoundComment):
            self._comment(batch, act, row)
        elif isinstance(act, FoundResponse):
            self._response(batch, act, row)
        elif isinstance(act, FoundQualification):
            # No person's act: at its source a rule fired when enough had signed.
            place, details = self._proposal_place(act), {"supports": act.supports, "verified": 0}
            batch.add(Kind.PROPOSAL_QUALIFIED, None, place, act.at, details)
        else:
            actor = self._accounts.of(act.author)[1]
            place, details = self._proposal_place(act), {"reason_given": 0}
            batch.add(Kind.PROPOSAL_WITHDRAWN, actor, place, act.at, details)

    def _proposal_place(self, act: FoundAct) -> Place:
        number = self._ledger.proposals[act.proposal]
        return Place("proposal", number, self._process_id, number)

    def _proposal(self, batch: Batch, act: FoundProposal, row: ROW) -> None:
        batch.add(
            Kind.PROPOSAL_SUBMITTED,
            self._accounts.of(act.author)[1],
            self._proposal_place(act),
            act.at,
            {
                "initiator": act.initiator.value,
                "decision": act.decision.value if act.decision else None,
            },
            written=f"{row['title']}\n\n{row['body']}",
            salt=row["salt"],
        )

    def _comment(self, batch: Batch, act: FoundComment, row: ROW) -> None:
        batch.add(
            Kind.COMMENT_POSTED,
            self._accounts.of(act.author)[1],
            Place("comment", row["id"], self._process_id, row["proposal_id"]),
            act.at,
            {},  # whether it argues or asks, and on what source, other platforms do not say
            parent_id=row["parent_id"] or absent_parent(act),
            stance=act.stance,
            written=row["body"],
            salt=row["salt"],
        )

    def _response(self, batch: Batch, act: FoundResponse, row: ROW) -> None:
        stated = row["decision"] != ResponseDecision.UNSTATED
        batch.add(
            Kind.RESPONSE_PUBLISHED,
            None,
            Place("response", row["id"], self._process_id, row["proposal_id"]),
            act.at,
            {
                "decision": row["decision"].value if stated else None,
                "points": 0,
                "reason_chars": len(to_plain(row["body_html"])),
                "grounds": len(row["grounds"]),
                "answers": [],
                "commitments": 0,
                "repeats": self._repeats[id(act)],
            },
            institution_id=row["institution_id"],
            written=f"{row['headline']}\n\n{row['body']}",
            salt=row["salt"],
        )


def _repeats(acts: Iterable[FoundAct]) -> dict[int, int]:
    """How many earlier responses said the very same, for each response that says something."""
    said: Counter[str] = Counter()
    repeats = {}
    for act in acts:
        if isinstance(act, FoundResponse):
            repeats[id(act)] = said[act.body]
            said[act.body] += bool(act.body)
    return repeats
