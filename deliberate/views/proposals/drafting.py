"""Writing a proposal: four steps and a check; signing in comes after the second."""

from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from deliberate.forms.proposals.attachments import AttachmentForm
from deliberate.forms.proposals.proposals import (
    LONGEST,
    TITLE,
    AskForm,
    PlaceForm,
    StartForm,
    TextForm,
    WordsForm,
)
from deliberate.operations.proposals.attachments import MOST
from deliberate.operations.proposals.draft_attachments import attach_to_draft, detach_from_draft
from deliberate.operations.proposals.proposals import discard_draft, save_draft, submit_proposal
from deliberate.operations.site.rate_limits import CLICKS, TEXTS
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.processes import is_open_for
from deliberate.permissions.proposals.proposals import is_author, is_open_to
from deliberate.queries.processes.processes import get_process, next_phase_for, open_for
from deliberate.queries.proposals.drafts import draft_of, drafts_of
from deliberate.queries.proposals.proposals import proposal_shown
from deliberate.queries.search.similar_proposals import similar_proposals
from deliberate.views.proposals.proposals import address_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import after_act, current_person, get_or_404, see_other
from deliberate.views.threads import said_of
from deliberate.vocabulary import Switch

blueprint = LocalizedBlueprint("drafting", url_prefix="/proposals")
DRAFT = "/drafts/<id:number>"


# --- steps 1 and 2: before signing in, nothing is stored ------------------------------------------


@blueprint.page("/new", "public")
def new() -> ResponseReturnValue:
    """Step 1: a title, and the process it belongs to."""
    return _title_page(StartForm(MultiDict(request.args)))


@blueprint.page("/new", "public", methods=["POST"], name="text")
def text() -> ResponseReturnValue:
    """Step 2: what should change; proposals like it stand on top and never block."""
    start = StartForm(request.form)
    if not _offered(start).validate():
        return _title_page(start), 422
    return _text_page(start, TextForm())


@blueprint.page("/new/draft", "signed_in", methods=["POST"], rate_limit=CLICKS)
def keep() -> ResponseReturnValue:
    """Signed in now: what was written becomes a draft its author alone sees."""
    start, words = StartForm(request.form), TextForm(request.form)
    if not _offered(start).validate():
        return _title_page(start), 422
    if not words.validate():
        return _text_page(start, words), 422
    written = {
        "title": start.title.data,
        "process": start.of_process.data,
        "body": words.body.data,
        "area": current_person().area,
    }
    draft = save_draft(current_person(), written)
    return see_other(url_for("drafting.place", number=draft.id))


@blueprint.page("/similar", "public")
def similar() -> str:
    """Proposals whose titles resemble some words."""
    found = similar_proposals(request.args.get("q", "")[:TITLE])
    return render_template("proposals/drafting/similar.html", **_offered_instead(found))


def _offered_instead(similar: Any) -> dict[str, Any]:
    """Proposals like one's own, and which of them one could support now."""
    person = current_person()
    able = {
        one.id
        for one in similar
        if is_open_to(one, Switch.SUPPORT) and not (person and one.author_id == person.id)
    }
    return {"similar": similar, "backable": able, "address_of": address_of}


def _offered(form: StartForm) -> StartForm:
    form.offer((p.slug, p.said("title", g.language)) for p in open_for(Switch.PROPOSE))
    return form


def _title_page(form: StartForm) -> str:
    person = current_person()
    return render_template(
        "proposals/drafting/new.html",
        form=_offered(form),
        limit=TITLE,
        drafts=drafts_of(person.id) if person else [],
        coming=next_phase_for(Switch.PROPOSE) if not form.has_choice else None,
    )


def _text_page(start: StartForm, words: TextForm) -> str:
    return render_template(
        "proposals/drafting/text.html",
        start=start,
        form=words,
        limit=LONGEST,
        **_offered_instead(similar_proposals(start.title.data)),
    )


# --- steps 3 and 4, and the check: a draft of one's own -------------------------------------------


def _draft(number: int) -> Any:
    return get_or_404(draft_of(current_person().id, number))


def _process(draft: Any) -> Any:
    return get_or_404(get_process(draft.written.get("process", "")))


def _save(draft: Any, form: Any, then: str) -> ResponseReturnValue:
    save_draft(current_person(), {**draft.written, **form.data}, draft)
    return see_other(url_for(then, number=draft.id))


@blueprint.page(f"{DRAFT}/place", "signed_in", methods=["GET", "POST"])
def place(number: int) -> ResponseReturnValue:
    """Step 3: where, what about, and files; every button of the page keeps all that was written."""
    draft = _draft(number)
    form = PlaceForm(request.form or MultiDict(draft.written))
    file = AttachmentForm(CombinedMultiDict([request.files, request.form]))
    if request.method == "POST" and form.validate() and _is_attached(draft, file):
        stays = {"add", "remove"} & set(request.form)
        return _save(draft, form, "drafting.place" if stays else "drafting.institution")
    page = render_template(
        "proposals/drafting/place.html", form=form, file=file, draft=draft, most=MOST
    )
    return page, 422 if file.errors else _status(form)


def _is_attached(draft: Any, form: AttachmentForm) -> bool:
    """Do with the draft's files what was asked for; False where the form has to come back."""
    chosen = request.files.get("file")
    if "remove" in request.form:
        detach_from_draft(current_person(), draft, request.form["remove"])
        return True
    if not chosen and "add" not in request.form:
        return True
    if not form.validate() or not chosen:
        form.file.errors = [] if chosen else [_("Choose a file.")]
        return False
    try:
        attach_to_draft(current_person(), draft, form.title.data, chosen.read())
    except Refused as refusal:
        form.file.errors = [str(refusal.reason)]
        return False
    return True


@blueprint.page(f"{DRAFT}/institution", "signed_in", methods=["GET", "POST"])
def institution(number: int) -> ResponseReturnValue:
    """Step 4: who should answer; "I don't know" is an answer."""
    draft = _draft(number)
    form = AskForm(request.form or MultiDict(draft.written))
    offices = [part.institution for part in _process(draft).institutions]
    form.offer((office.slug, office.name_in(g.language)) for office in offices)
    if request.method == "POST" and form.validate():
        return _save(draft, form, "drafting.check")
    return render_template("proposals/drafting/institution.html", form=form, draft=draft), _status(
        form
    )


@blueprint.page(f"{DRAFT}/words", "signed_in", methods=["GET", "POST"])
def words(number: int) -> ResponseReturnValue:
    """Title and text again, from the check page."""
    draft = _draft(number)
    form = WordsForm(request.form or MultiDict(draft.written))
    if request.method == "POST" and form.validate():
        return _save(draft, form, "drafting.check")
    page = render_template(
        "proposals/drafting/words.html", form=form, draft=draft, title_limit=TITLE, limit=LONGEST
    )
    return page, _status(form)


@blueprint.page(f"{DRAFT}/check", "signed_in")
def check(number: int) -> str:
    """Everything once more before it is published, each part with a way to change it."""
    draft = _draft(number)
    process = _process(draft)
    return render_template(
        "proposals/drafting/check.html",
        draft=draft,
        written=draft.written,
        process=process,
        office=_office(draft, process),
        is_open=is_open_for(process, Switch.PROPOSE),
    )


@blueprint.page(f"{DRAFT}/check", "signed_in", methods=["POST"], name="publish", rate_limit=TEXTS)
def publish(number: int) -> ResponseReturnValue:
    """Publish a draft."""
    draft = _draft(number)
    process, written = _process(draft), draft.written
    if not WordsForm(MultiDict(written)).validate():
        return see_other(url_for("drafting.words", number=number))
    proposal = submit_proposal(
        current_person(),
        process,
        written["title"],
        written["body"],
        topic=written.get("topic", ""),
        area=written.get("area", ""),
        institution=_office(draft, process),
        language=g.language,
        draft=draft,
    )
    after_act(said_of(proposal, _("Your proposal is published.")))
    return see_other(url_for("drafting.published", number=proposal.id))


@blueprint.page(f"{DRAFT}/discard", "signed_in", methods=["POST"])
def discard(number: int) -> ResponseReturnValue:
    """Throw a draft away."""
    discard_draft(current_person(), _draft(number))
    return see_other(url_for("drafting.new"))


@blueprint.page("/<id:number>/published", "signed_in")
def published(number: int) -> str:
    """What happens next to one's new proposal, and how to tell others of it."""
    proposal = get_or_404(proposal_shown(number)).proposal
    require(is_author(current_person(), proposal))
    return render_template(
        "proposals/drafting/published.html", proposal=proposal, address=address_of(proposal)
    )


def _office(draft: Any, process: Any) -> Any:
    slug = draft.written.get("institution", "")
    return next((p.institution for p in process.institutions if p.institution.slug == slug), None)


def _status(form: Any) -> int:
    return 422 if form.errors else 200
