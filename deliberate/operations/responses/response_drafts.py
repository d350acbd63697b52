"""An answer in the making: kept for the office, checked by a colleague, signed, dated."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Person, Proposal, ResponseDraft, ResponseTemplate, Signature
from deliberate.operations.notices.notices import tell_person, tell_staff
from deliberate.permissions.decision import Refused, has_role, require
from deliberate.permissions.responses import may_answer
from deliberate.queries.responses.response_owner import must_sign_ids
from deliberate.recording import recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary import Kind, Role


class WrittenMeanwhile(Exception):
    """A colleague saved the same draft first; `draft` is what stands now."""

    def __init__(self, draft: ResponseDraft) -> None:
        super().__init__(f"revision {draft.revision} stands")
        self.draft = draft


def save_response_draft(
    officer: Person, proposal: Proposal, written: dict[str, Any], seen: int = 0
) -> ResponseDraft:
    """Keep an answer in the making for the officer's institution.

    `seen` is the revision the officer wrote on, 0 for none; raises WrittenMeanwhile otherwise.
    """
    with unrecorded("a draft is seen by its office alone") as session:
        session.refresh(proposal, with_for_update={"of": Proposal})
        require(may_answer(officer, proposal))
        draft = session.scalar(
            select(ResponseDraft).where(
                ResponseDraft.proposal_id == proposal.id,
                ResponseDraft.institution_id == officer.institution_id,
            )
        )
        if draft is None:
            draft = ResponseDraft(
                proposal=proposal, institution_id=officer.institution_id, revision=0
            )
            session.add(draft)
        elif draft.written == written:
            return draft
        elif draft.revision != seen:
            raise WrittenMeanwhile(draft)
        draft.written, draft.author_id = written, officer.id
        draft.saved_at, draft.publish_at = now(), None
        draft.revision += 1
    return draft


def ask_check(officer: Person, draft: ResponseDraft) -> None:
    """Ask the colleagues of one's office to check an answer before it is published."""
    with recorded(officer, Kind.CHECK_ASKED) as act:
        require(may_answer(officer, act.locked(draft).proposal))
        draft.check_asked_at = now()
        act.about(draft)
        tell_staff(act, "desk.check", draft.institution_id, draft.proposal)


def give_check(colleague: Person, draft: ResponseDraft, passed: bool, note: str = "") -> None:
    """Say that an answer may be published as it stands, or what is missing; never one's own."""
    with recorded(colleague, Kind.CHECK_GIVEN) as act:
        require(may_answer(colleague, act.locked(draft).proposal))
        if draft.author_id == colleague.id:
            raise Refused(_("Somebody else must check what you wrote."))
        if not passed and not clean(note):
            raise Refused(_("Say what is missing."))
        draft.checked_at, draft.checked_by_id = now(), colleague.id
        draft.checked_revision = draft.revision if passed else None
        draft.check_asked_at, draft.check_note = None, clean(note)
        act.about(draft, passed=int(passed))
        tell_person(act, "desk.checked", draft.author, draft.proposal, passed=int(passed))


def sign_response(officer: Person, draft: ResponseDraft) -> None:
    """Sign an answer as it stands, for an institution that must sign; a change undoes it."""
    with recorded(officer, Kind.RESPONSE_SIGNED) as act:
        act.locked(draft)
        require(has_role(officer, Role.STAFF))
        if officer.institution_id not in must_sign_ids(draft.proposal.process):
            raise Refused(_("Your institution does not sign answers of this process."))
        signature = act.session.scalar(
            select(Signature).where(
                Signature.draft_id == draft.id,
                Signature.institution_id == officer.institution_id,
            )
        )
        if signature is None:
            signature = Signature(draft_id=draft.id, institution_id=officer.institution_id)
            act.session.add(signature)
        elif signature.revision == draft.revision:
            raise Refused(_("Your institution has signed this already."))
        signature.person_id, signature.revision = officer.id, draft.revision
        signature.signed_at = now()
        act.about(draft.proposal)


def schedule_response(officer: Person, draft: ResponseDraft, publish_at: datetime | None) -> None:
    """Let a draft be published at a moment, in the officer's name; None takes it back."""
    with unrecorded("a draft is seen by its office alone") as session:
        session.refresh(draft, with_for_update={"of": ResponseDraft})
        require(may_answer(officer, draft.proposal))
        if publish_at is not None and publish_at <= now():
            raise Refused(_("Choose a date in the future, or publish now."))
        draft.publish_at, draft.author_id = publish_at, officer.id


def save_template(officer: Person, name: str, body: str) -> None:
    """Keep words one's office often needs; the same name again replaces them."""
    require(has_role(officer, Role.STAFF))
    with unrecorded("a template is the office's own paper") as session:
        template = session.scalar(
            select(ResponseTemplate).where(
                ResponseTemplate.institution_id == officer.institution_id,
                ResponseTemplate.name == clean_line(name),
            )
        )
        if template is None:
            template = ResponseTemplate(
                institution_id=officer.institution_id, name=clean_line(name)
            )
            session.add(template)
        template.body = clean(body)


def discard_template(officer: Person, template: ResponseTemplate) -> None:
    """Throw a template of one's office away."""
    with unrecorded("a template is the office's own paper") as session:
        if template.institution_id != officer.institution_id:
            raise Refused(_("This template belongs to another institution."))
        session.delete(template)
