"""The desk of answers on draft texts: assignment, second pair of eyes, signatures."""

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import (
    Document,
    Person,
    UnitAnswer,
    UnitAnswerDraft,
    UnitAnswerSignature,
    UnitAssignment,
    UnitText,
)
from deliberate.operations.documents.answers import AnswerEntry, answer_unit, named_contributions
from deliberate.operations.notices.notices import notify_person, notify_staff
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.documents import (
    may_answer_contributions,
    may_assign_unit_to,
    may_check_answer,
    may_publish_answer_draft,
    may_sign_answer,
)
from deliberate.queries.documents.answer_desk import MissingConsents, missing_consents
from deliberate.queries.documents.documents import get_unit_by_id
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean
from deliberate.vocabulary.events.responses import (
    CaseAssigned,
    CheckAsked,
    CheckGiven,
    ResponseSigned,
    SignatureAsked,
)
from deliberate.vocabulary.notices import (
    UnitAssignedNotice,
    UnitCheckedNotice,
    UnitCheckRequestedNotice,
    UnitSignatureRequestedNotice,
)


def assign_unit(
    officer: Person,
    document: Document,
    unit: UnitText,
    colleague: Person,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Assign the contributions to a Pasal to a colleague, or to oneself. Raises Refused."""
    with recorded(officer, CaseAssigned, context) as act:
        require(may_answer_contributions(officer, act.lock(document)))
        require(may_assign_unit_to(officer, colleague))
        row = act.session.scalar(
            select(UnitAssignment).where(UnitAssignment.unit_id == unit.unit_id)
        )
        if row is None:
            row = UnitAssignment(unit_id=unit.unit_id, document=document)
            act.session.add(row)
        row.assignee_id, row.assigned_at = colleague.id, now()
        act.about(row)
        if colleague.id != officer.id:
            notice = UnitAssignedNotice(
                document=document.id, unit=unit.unit_id, version=unit.version.number
            )
            notify_person(act, colleague, notice, process=document.process)


def ask_consents(
    officer: Person,
    document: Document,
    unit: UnitText,
    entry: AnswerEntry,
    *,
    context: RequestContext = NO_REQUEST,
) -> UnitAnswerDraft:
    """Save an answer that others must check or sign, and ask them. Raises Refused, InvalidInput."""
    missing = missing_consents(officer, document)
    if not missing:
        raise Refused(_("This answer needs no consent: publish it."))
    kind = CheckAsked if missing.needs_check else SignatureAsked
    with recorded(officer, kind, context) as act:
        require(may_answer_contributions(act.lock(officer), act.lock(document)))
        rows = named_contributions(act, document, entry.contribution_ids)
        draft = UnitAnswerDraft(
            document=document,
            unit_id=unit.unit_id,
            version_id=unit.version_id,
            institution_id=officer.institution_id,
            author_id=officer.id,
            decision=entry.decision,
            ground=entry.ground,
            reason=clean(entry.reason),
            language=context.language,
            contribution_ids=[row.id for row in rows],
        )
        act.session.add(draft)
        act.about(draft)
        _ask_offices(act, draft, missing)
    return draft


def _ask_offices(act: Act[...], draft: UnitAnswerDraft, missing: MissingConsents) -> None:
    """Add notices to the colleagues who can check an answer, and to those who must sign it."""
    where, process = _place_of(draft), draft.document.process
    if missing.needs_check:
        check = UnitCheckRequestedNotice(**where)
        notify_staff(act, draft.institution_id, None, check, process=process)
    for institution_id in sorted(missing.institution_ids):
        signature = UnitSignatureRequestedNotice(**where)
        notify_staff(act, institution_id, None, signature, process=process)


def _place_of(draft: UnitAnswerDraft) -> dict[str, int]:
    return {
        "document": draft.document_id,
        "unit": draft.unit_id,
        "version": draft.version.number,
        "draft": draft.id,
    }


def check_answer(
    colleague: Person,
    draft: UnitAnswerDraft,
    note: str = "",
    *,
    passed: bool,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Approve a draft of an answer, or return it with a note; never one's own. Raises Refused."""
    with recorded(colleague, CheckGiven, context) as act:
        require(may_check_answer(colleague, act.lock(draft)))
        if not passed and not clean(note):
            raise InvalidInput(_("Write what is missing."))
        draft.checked_at, draft.checked_by_id = now(), colleague.id
        draft.is_approved, draft.check_note = passed, clean(note)
        act.about(draft, passed=passed)
        notice = UnitCheckedNotice(**_place_of(draft), passed=passed)
        notify_person(act, draft.author, notice, process=draft.document.process)


def sign_answer(
    officer: Person, draft: UnitAnswerDraft, *, context: RequestContext = NO_REQUEST
) -> None:
    """Sign a draft of an answer for an institution that must sign. Raises Refused."""
    with recorded(officer, ResponseSigned, context) as act:
        require(may_sign_answer(officer, act.lock(draft)))
        institution_id = officer.institution_id
        if act.session.get(UnitAnswerSignature, (draft.id, institution_id)):
            raise Refused(_("Your institution has already signed this."))
        signature = UnitAnswerSignature(
            draft_id=draft.id, institution_id=institution_id, person_id=officer.id
        )
        act.session.add(signature)
        act.about(draft.document)


def publish_answer_draft(
    officer: Person, draft: UnitAnswerDraft, *, context: RequestContext = NO_REQUEST
) -> UnitAnswer:
    """Publish an answer to which all have consented; its draft goes with the same act."""
    require(may_publish_answer_draft(officer, draft))
    unit = get_unit_by_id(draft.version, draft.unit_id)
    if unit is None:
        raise Refused(_("This part is no longer there."))
    entry = AnswerEntry(draft.decision, draft.ground, draft.reason, draft.contribution_ids)
    return answer_unit(officer, draft.document, unit, entry, draft=draft, context=context)


def discard_answer_draft(officer: Person, draft: UnitAnswerDraft) -> None:
    """Discard a draft of an answer of one's institution; its contributions stay open."""
    with unrecorded("response drafts are internal to an institution") as session:
        require(may_answer_contributions(officer, draft.document))
        if officer.institution_id != draft.institution_id:
            raise Refused(_("Another institution wrote this answer."))
        session.delete(draft)
