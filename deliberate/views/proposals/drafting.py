"""Pages to write a proposal: four steps and a check; sign-in comes after the second step."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from deliberate.forms.proposals.attachments import AttachmentForm
from deliberate.forms.proposals.proposals import (
    MAX_BODY,
    MAX_TITLE,
    InstitutionForm,
    PlaceForm,
    StartForm,
    TextForm,
    TitleAndTextForm,
)
from deliberate.operations.documents.amendments import promote_amendment
from deliberate.operations.proposals.attachments import MAX_ATTACHMENTS
from deliberate.operations.proposals.drafts import (
    add_draft_attachment,
    discard_draft,
    remove_draft_attachment,
    save_draft,
)
from deliberate.operations.proposals.proposals import submit_proposal
from deliberate.operations.site.rate_limits import CLICKS, TEXTS, TooManyAttempts
from deliberate.permissions.decision import Refused, may_take_part, require
from deliberate.permissions.documents import may_promote_amendment
from deliberate.permissions.proposals.proposals import is_author, is_open_to, may_revise, may_submit
from deliberate.queries.documents.contributions import get_unit_contribution
from deliberate.queries.processes.name_lists import areas_of, topics_of
from deliberate.queries.processes.phases import get_next_phase_allowing, processes_allowing
from deliberate.queries.processes.processes import get_process
from deliberate.queries.proposals.area_map import get_area_map
from deliberate.queries.proposals.drafts import get_draft, list_drafts
from deliberate.queries.proposals.map_marks import show_place
from deliberate.queries.proposals.proposals import get_proposal
from deliberate.queries.search.similar_proposals import similar_proposals
from deliberate.text import parse_whole_number
from deliberate.views.posted_message import posted_message
from deliberate.views.proposals.place_picker import draft_place
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    UNPROCESSABLE,
    flash_with_receipt,
    form_page,
    see_other,
    submitted_data,
)
from deliberate.views.site.rate_limits import count_upload, refuse_attempt
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    request_context,
    signed_in_person,
)
from deliberate.views.urls import proposal_url
from deliberate.vocabulary import PhaseSwitch

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

    from deliberate.models import Draft, Institution, Person, Process, Proposal, UnitContribution
    from deliberate.queries.proposals.map_marks import MapDisplay

blueprint = LocalizedBlueprint("drafting", url_prefix="/proposals")
DRAFT = "/drafts/<id:draft_id>"


@blueprint.page("/new", "public")
def new() -> ResponseReturnValue:
    """Show step 1: a title and the process of the proposal."""
    return _title_page(StartForm(MultiDict(request.args)))


@blueprint.page("/new", "public", methods=["POST"], name="text")
def text() -> ResponseReturnValue:
    """Show step 2: the text, below similar proposals; nothing is stored yet."""
    start = StartForm(request.form)
    _set_process_choices(start)
    if not start.validate():
        return _title_page(start), 422
    return _text_page(start, TextForm())


@blueprint.page("/new/draft", "signed_in", methods=["POST"], rate_limit=CLICKS)
def create_draft() -> ResponseReturnValue:
    """Store what was written in steps 1 and 2 as a draft."""
    person = signed_in_person()
    start, form = StartForm(request.form), TextForm(request.form)
    _set_process_choices(start)
    if not start.validate():
        return _title_page(start), 422
    if not form.validate():
        return _text_page(start, form), 422
    fields = {
        "title": start.title.data,
        "process": start.of_process.data,
        "body": form.body.data,
        "area": _own_area(person, start.of_process.data),
    }
    try:
        draft = save_draft(person, fields)
    except Refused as refusal:
        form.body.errors = [str(refusal.reason)]
        return _text_page(start, form), 422
    return see_other(url_for("drafting.place", draft_id=draft.id))


def _own_area(person: "Person", slug: str) -> str:
    """Return the area of a person as the process lists it, empty where it does not."""
    areas = areas_of(get_or_404(get_process(slug)))
    return areas.find(person.area) if areas.allows(person.area) else ""


@blueprint.page("/similar", "public")
def similar() -> str:
    """Show proposals with a title similar to the one in the query string."""
    proposals = similar_proposals(request.args.get("q", "")[:MAX_TITLE])
    return render_template(
        "proposals/drafting/similar.html",
        similar=proposals,
        supportable=_supportable_ids(proposals),
    )


def _supportable_ids(proposals: "Sequence[Proposal]") -> set[int]:
    """Return the ids of the proposals the current person could support now."""
    person = current_person()
    if person is not None and not may_take_part(person):
        return set()
    return {
        proposal.id
        for proposal in proposals
        if is_open_to(proposal, PhaseSwitch.SUPPORT)
        and not (person and person.id in proposal.author_ids)
    }


def _set_process_choices(form: StartForm) -> None:
    processes = processes_allowing(PhaseSwitch.PROPOSE)
    form.set_choices((process.slug, process.text_in("title", g.language)) for process in processes)


def _title_page(form: StartForm) -> str:
    person = current_person()
    _set_process_choices(form)
    return render_template(
        "proposals/drafting/new.html",
        form=form,
        limit=MAX_TITLE,
        drafts=list_drafts(person.id) if person else [],
        coming=get_next_phase_allowing(PhaseSwitch.PROPOSE) if not form.has_choice else None,
    )


def _text_page(start: StartForm, form: TextForm) -> str:
    proposals = similar_proposals(start.title.data)
    return render_template(
        "proposals/drafting/text.html",
        start=start,
        form=form,
        limit=MAX_BODY,
        similar=proposals,
        supportable=_supportable_ids(proposals),
    )


def _get_draft(draft_id: int) -> "Draft":
    return get_or_404(get_draft(signed_in_person().id, draft_id))


def _process_of(draft: "Draft") -> "Process":
    return get_or_404(get_process(draft.fields.get("process", "")))


def _save_fields(
    draft: "Draft", form: PlaceForm | InstitutionForm | TitleAndTextForm, next_step: str
) -> ResponseReturnValue:
    save_draft(signed_in_person(), {**draft.fields, **form.data}, draft)
    return see_other(url_for(next_step, draft_id=draft.id))


@blueprint.page(f"{DRAFT}/place", "signed_in", methods=BOTH, files=True)
def place(draft_id: int) -> ResponseReturnValue:
    """Show step 3, area, topic and files, or save it with the button that was pressed."""
    draft = _get_draft(draft_id)
    form = _place_form(draft, submitted_data())
    file_form = AttachmentForm(CombinedMultiDict([request.files, request.form]))

    def submit() -> ResponseReturnValue | None:
        if not _change_files(draft, file_form):
            return None
        next_step = "drafting.institution"
        if {"add", "remove"} & set(request.form):
            next_step = "drafting.place"
        elif "map" in request.form:
            next_step = "place_picker.draft"
        return _save_fields(draft, form, next_step)

    return form_page(form, submit, _place_page, file_form=file_form, draft=draft)


def _place_page(
    *, form: PlaceForm, file_form: AttachmentForm, draft: "Draft", **_context: object
) -> str:
    return render_template(
        "proposals/drafting/place.html",
        form=form,
        file_form=file_form,
        draft=draft,
        max_files=MAX_ATTACHMENTS,
        place=_place_on_map(draft),
        has_map=not get_area_map().is_empty,
    )


def _place_on_map(draft: "Draft") -> "MapDisplay | None":
    """Return the place of a draft on the map, as others will see it."""
    area_map, place = get_area_map(), draft_place(draft.fields).shown
    return None if area_map.is_empty or not place.positions else show_place(area_map, place)


def _place_form(draft: "Draft", data: MultiDict[str, str] | None) -> PlaceForm:
    """Return the form with the topics and areas of the process, filled in from the draft."""
    form, process = PlaceForm(data, data=draft.fields), get_process(draft.fields.get("process", ""))
    if process is not None:
        form.offer_names(topics_of(process), areas_of(process))
    return form


def _change_files(draft: "Draft", form: AttachmentForm) -> bool:
    """Add or remove a file as requested; return False where the form has errors."""
    file = request.files.get("file")
    if "remove" in request.form:
        remove_draft_attachment(signed_in_person(), draft, request.form["remove"])
        return True
    if not file and "add" not in request.form:
        return True
    if not form.validate() or not file:
        form.file.errors = [] if file else [_("Choose a file.")]
        return False
    return _add_file(draft, form, file)


def _add_file(draft: "Draft", form: AttachmentForm, file: "FileStorage") -> bool:
    """Add a file to a draft; return False with an error at its field if it is refused."""
    try:
        count_upload()
        add_draft_attachment(signed_in_person(), draft, form.title.data, file.read())
    except Refused as refusal:
        form.file.errors = [str(refusal.reason)]
        return False
    except TooManyAttempts as error:
        refuse_attempt(form.file, error)
        return False
    return True


@blueprint.page(f"{DRAFT}/institution", "signed_in", methods=BOTH)
def institution(draft_id: int) -> ResponseReturnValue:
    """Show step 4, the institution that should respond, or save it."""
    draft = _get_draft(draft_id)
    form = InstitutionForm(submitted_data(), data=draft.fields)
    institutions = [member.institution for member in _process_of(draft).institutions]
    form.set_choices((choice.slug, choice.name_in(g.language)) for choice in institutions)
    return form_page(
        form,
        lambda: _save_fields(draft, form, "drafting.check"),
        "proposals/drafting/institution.html",
        draft=draft,
    )


@blueprint.page(f"{DRAFT}/words", "signed_in", methods=BOTH)
def title_and_text(draft_id: int) -> ResponseReturnValue:
    """Show title and text of a draft, or save them."""
    draft = _get_draft(draft_id)
    form = TitleAndTextForm(submitted_data(), data=draft.fields)
    return form_page(
        form,
        lambda: _save_fields(draft, form, "drafting.check"),
        "proposals/drafting/title_and_text.html",
        draft=draft,
        title_limit=MAX_TITLE,
        limit=MAX_BODY,
    )


@blueprint.page(f"{DRAFT}/check", "signed_in")
def check(draft_id: int) -> str:
    """Show the whole draft before it is published, each part with a link to change it."""
    draft = _get_draft(draft_id)
    process = _process_of(draft)
    return render_template(
        "proposals/drafting/check.html",
        draft=draft,
        process=process,
        institution=_chosen_institution(draft, process),
        place=_place_on_map(draft),
        may_submit=may_submit(signed_in_person(), process),
    )


@blueprint.page(f"{DRAFT}/check", "signed_in", methods=["POST"], name="publish", rate_limit=TEXTS)
def publish(draft_id: int) -> ResponseReturnValue:
    """Publish a draft."""
    draft = _get_draft(draft_id)
    process = _process_of(draft)
    if not TitleAndTextForm(MultiDict(draft.fields)).validate():
        return see_other(url_for("drafting.title_and_text", draft_id=draft_id))
    place_form = _place_form(draft, MultiDict(draft.fields))
    if not place_form.validate():
        page = _place_page(form=place_form, file_form=AttachmentForm(), draft=draft)
        return page, UNPROCESSABLE
    amendment = _amendment_of(draft)
    proposal = _submit(draft, process)
    if amendment is not None:
        context = request_context().without_submission()
        promote_amendment(signed_in_person(), amendment, proposal, context=context)
    flash_with_receipt(posted_message(proposal, _("Your proposal is published.")))
    return see_other(url_for("drafting.published", proposal_id=proposal.id))


def _amendment_of(draft: "Draft") -> "UnitContribution | None":
    """Return the amendment that a draft was made of, while its author may make a proposal of it."""
    row = get_unit_contribution(parse_whole_number(draft.fields.get("amendment", "")) or 0)
    return row if row is not None and may_promote_amendment(signed_in_person(), row) else None


def _submit(draft: "Draft", process: "Process") -> "Proposal":
    fields = draft.fields
    return submit_proposal(
        signed_in_person(),
        process,
        fields["title"],
        fields["body"],
        topic=fields.get("topic", ""),
        area=fields.get("area", ""),
        institution=_chosen_institution(draft, process),
        place=draft_place(fields),
        draft=draft,
        context=request_context(),
    )


@blueprint.page(f"{DRAFT}/discard", "signed_in", methods=["POST"])
def discard(draft_id: int) -> ResponseReturnValue:
    """Delete a draft."""
    discard_draft(signed_in_person(), _get_draft(draft_id))
    return see_other(url_for("drafting.new"))


@blueprint.page("/<id:proposal_id>/published", "signed_in")
def published(proposal_id: int) -> str:
    """Show the author what happens next to the new proposal and how to share it."""
    proposal = get_or_404(get_proposal(proposal_id))
    author = signed_in_person()
    require(is_author(author, proposal))
    return render_template(
        "proposals/drafting/published.html",
        proposal=proposal,
        url=proposal_url(proposal),
        can_revise=bool(may_revise(author, proposal)),
    )


def _chosen_institution(draft: "Draft", process: "Process") -> "Institution | None":
    slug = draft.fields.get("institution", "")
    institutions = (member.institution for member in process.institutions)
    return next((choice for choice in institutions if choice.slug == slug), None)
