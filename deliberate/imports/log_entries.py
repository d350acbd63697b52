"""Log rows of imported acts: one per act, dated as the act happened."""

from dataclasses import dataclass

from deliberate.imports.accounts import AccountImporter
from deliberate.imports.batch import Batch
from deliberate.imports.import_ledger import ImportLedger
from deliberate.imports.row_builders import RowValues, missing_parent_id
from deliberate.imports.source_records import (
    SourceAct,
    SourceComment,
    SourceProposal,
    SourceQualification,
    SourceResponse,
)
from deliberate.models.responses.response import response_text
from deliberate.text import to_plain
from deliberate.vocabulary import ResponseDecision
from deliberate.vocabulary.events.proposals import ProposalSubmitted, ProposalWithdrawn
from deliberate.vocabulary.events.responses import ProposalQualified, ResponsePublished
from deliberate.vocabulary.events.threads import BlankCommentImported, CommentPosted


@dataclass(frozen=True, slots=True)
class LogSubject:
    """The subject of a log row, with its process and proposal."""

    subject_type: str
    id: int
    process_id: int
    proposal_id: int


class LogWriter:
    """Writes the log rows of one imported process."""

    def __init__(
        self,
        process_id: int,
        ledger: ImportLedger,
        accounts: AccountImporter,
    ) -> None:
        self._process_id = process_id
        self._ledger = ledger
        self._accounts = accounts

    def add(self, batch: Batch, act: SourceAct, row: RowValues) -> None:
        """Add the log row of one act; `row` is the row it created, empty if none."""
        if isinstance(act, SourceProposal):
            self._proposal(batch, act, row)
        elif isinstance(act, SourceComment):
            self._comment(batch, act, row)
        elif isinstance(act, SourceResponse):
            self._response(batch, act, row)
        elif isinstance(act, SourceQualification):
            # Actor None: at the source a rule fired when enough people had signed.
            event = ProposalQualified(supports=act.supports, verified=0)
            batch.add(event, None, self._proposal_subject(act), act.at)
        else:
            actor = self._accounts.get_account(act.author)[1]
            withdrawal = ProposalWithdrawn(reason_given=False)
            batch.add(withdrawal, actor, self._proposal_subject(act), act.at)

    def _proposal_subject(self, act: SourceAct) -> LogSubject:
        proposal_id = self._ledger.proposals[act.proposal]
        return LogSubject("proposal", proposal_id, self._process_id, proposal_id)

    def _proposal(self, batch: Batch, act: SourceProposal, row: RowValues) -> None:
        batch.add(
            ProposalSubmitted(initiator=act.initiator, decision=act.decision),
            self._accounts.get_account(act.author)[1],
            self._proposal_subject(act),
            act.at,
            content=f"{row['title']}\n\n{row['body']}",
            salt=row["salt"],
        )

    def _comment(self, batch: Batch, act: SourceComment, row: RowValues) -> None:
        batch.add(
            # Other platforms record neither questions nor sources.
            BlankCommentImported() if act.is_blank else CommentPosted(),
            self._accounts.get_account(act.author)[1],
            LogSubject("comment", row["id"], self._process_id, row["proposal_id"]),
            act.at,
            parent_id=row["parent_id"] or missing_parent_id(act),
            stance=act.stance,
            content=row["body"],
            salt=row["salt"],
        )

    def _response(self, batch: Batch, act: SourceResponse, row: RowValues) -> None:
        is_stated = row["decision"] != ResponseDecision.UNSTATED
        batch.add(
            ResponsePublished(
                decision=row["decision"] if is_stated else None,
                points=0,
                reason_chars=len(to_plain(row["body_html"])),
                grounds=len(row["grounds"]),
                answers=[],
                commitments=0,
                repeats=act.repeats,
            ),
            None,
            LogSubject("response", row["id"], self._process_id, row["proposal_id"]),
            act.at,
            institution_id=row["institution_id"],
            content=response_text(
                row["headline"], row["body"], grounds=row["grounds"], code=row["code"]
            ),
            salt=row["salt"],
        )
