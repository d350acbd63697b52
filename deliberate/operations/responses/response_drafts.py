"""Response drafts: saving, check by a colleague, signatures, scheduling; response templates."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Person, Proposal, ResponseDraft, ResponseTemplate, Signature
from deliberate.operations.notices.notices import notify_person, notify_staff
from deliberate.permissions.decision import (
    InvalidInput,
    RefusalKind,
    Refused,
    has_role,
    require,
)
from deliberate.permissions.responses import may_request_check, may_respond
from deliberate.queries.responses.response_owner import (
    missing_signatory_ids,
    required_signatory_ids,
)
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary import Role
from deliberate.vocabulary.events.responses import (
    CheckAsked,
    CheckGiven,
    ResponseSigned,
    SignatureAsked,
)
from deliberate.vocabulary.notices import (
    CheckedNotice,
    CheckRequestedNotice,
    SignatureRequestedNotice,
)

DraftContent = dict[str, Any]
"""The fields of the response form as JSON."""


class DraftConflict(Exception):
    """A colleague saved a newer revision of the draft, available as `draft`."""

    def __init__(self, draft: ResponseDraft) -> None:
        super().__init__(f"the current revision is {draft.revision}")
        self.draft = draft


def save_response_draft(
    officer: Person, proposal: Proposal, content: DraftContent, base_revision: int = 0
) -> ResponseDraft:
    """Save and return the draft of the officer's institution on a proposal.

    `base_revision` is the revision that the officer edited, 0 for none. Raises DraftConflict if
    the draft has another revision by now.
    """
    with unrecorded("response drafts are internal to an institution") as session:
        session.refresh(proposal, with_for_update={"of": Proposal})
        require(may_respond(officer, proposal))
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
        elif draft.content == content:
            return draft
        elif draft.revision != base_revision:
            raise DraftConflict(draft)
        draft.content, draft.author_id = content, officer.id
        draft.saved_at, draft.publish_at, draft.check_requested_at = now(), None, None
        draft.revision += 1
    return draft


def request_check(
    officer: Person, draft: ResponseDraft, *, context: RequestContext = NO_REQUEST
) -> None:
    """Ask the colleagues of the institution to check a draft before it is published."""
    with recorded(officer, CheckAsked, context) as act:
        require(may_request_check(officer, act.lock(draft)))
        draft.check_requested_at = now()
        act.about(draft)
        notify_staff(act, draft.institution_id, draft.proposal, CheckRequestedNotice())


def request_signatures(
    officer: Person, draft: ResponseDraft, *, context: RequestContext = NO_REQUEST
) -> None:
    """Ask the institutions that must sign, and have not, to sign the current revision."""
    with recorded(officer, SignatureAsked, context) as act:
        proposal = act.lock(draft).proposal
        require(may_respond(officer, proposal))
        missing = missing_signatory_ids(proposal.process, draft.institution_id, draft)
        if not missing:
            raise Refused(_("No signature is missing on this response."))
        if draft.signature_revision == draft.revision:
            raise Refused(_("The institutions were already asked to sign this."))
        draft.signature_revision = draft.revision
        act.about(draft)
        for institution_id in sorted(missing):
            notify_staff(act, institution_id, proposal, SignatureRequestedNotice())


def record_check(
    colleague: Person,
    draft: ResponseDraft,
    revision: int,
    passed: bool,
    note: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Approve the revision that was read for publication, or reject it with a note.

    Not by its author. Raises Refused.
    """
    with recorded(colleague, CheckGiven, context) as act:
        require(may_respond(colleague, act.lock(draft).proposal))
        _require_current(draft, revision)
        _require_valid_check(colleague, draft, passed, clean(note))
        draft.checked_at, draft.checked_by_id = now(), colleague.id
        draft.checked_revision = draft.revision if passed else None
        draft.check_requested_at, draft.check_note = None, clean(note)
        act.about(draft, passed=passed)
        notify_person(act, draft.author, CheckedNotice(passed=passed), draft.proposal)


def _require_valid_check(colleague: Person, draft: ResponseDraft, passed: bool, note: str) -> None:
    if draft.author_id == colleague.id:
        raise Refused(_("Another person must check what you wrote."), RefusalKind.PERSON)
    if not passed and not note:
        raise InvalidInput(_("Write what is missing."))


def _require_current(draft: ResponseDraft, revision: int) -> None:
    """Refuse what was decided on a text that its author has changed since."""
    if revision != draft.revision:
        raise Refused(_("The text has changed since you read it. Please read it again."))


def sign_response(
    officer: Person, draft: ResponseDraft, revision: int, *, context: RequestContext = NO_REQUEST
) -> None:
    """Sign the revision of a draft that was read, for an institution that must sign.

    Raises Refused.
    """
    with recorded(officer, ResponseSigned, context) as act:
        _require_current(act.lock(draft), revision)
        require(has_role(officer, Role.STAFF))
        if officer.institution_id not in required_signatory_ids(draft.proposal.process):
            raise Refused(
                _("Your institution does not sign responses of this process."), RefusalKind.PERSON
            )
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
            raise Refused(_("Your institution has already signed this."))
        signature.person_id, signature.revision = officer.id, draft.revision
        signature.signed_at = now()
        act.about(draft.proposal)


def schedule_response(officer: Person, draft: ResponseDraft, publish_at: datetime | None) -> None:
    """Schedule the publication of a draft in the officer's name, or (None) cancel it."""
    with unrecorded("response drafts are internal to an institution") as session:
        session.refresh(draft, with_for_update={"of": ResponseDraft})
        require(may_respond(officer, draft.proposal))
        if publish_at is not None and publish_at <= now():
            raise InvalidInput(_("Choose a date in the future, or publish now."))
        draft.publish_at, draft.author_id = publish_at, officer.id


def save_response_template(officer: Person, name: str, body: str) -> None:
    """Save a response template of the officer's institution; the same name replaces it."""
    require(has_role(officer, Role.STAFF))
    with unrecorded("response templates are internal to an institution") as session:
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


def delete_response_template(officer: Person, template: ResponseTemplate) -> None:
    """Delete a response template of the officer's institution."""
    with unrecorded("response templates are internal to an institution") as session:
        if template.institution_id != officer.institution_id:
            raise Refused(_("This template belongs to another institution."), RefusalKind.PERSON)
        session.delete(template)
