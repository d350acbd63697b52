"""Entries at an office: a clerk enters what a person at the desk decides, and prints receipts."""

from typing import TYPE_CHECKING

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.office_entry import (
    NewVisitorForm,
    OfficeArgumentForm,
    OfficeProposalForm,
    PaperCodeForm,
    PrintedPaperForm,
    VisitorByNameForm,
)
from deliberate.forms.proposals.proposals import MAX_BODY
from deliberate.operations.accounts.office_entry import (
    UnknownPaper,
    find_by_paper,
    is_code_printed,
    new_paper_code,
    open_office_account,
    paper_valid_until,
)
from deliberate.operations.accounts.registration import NameTaken
from deliberate.operations.proposals.proposals import submit_proposal
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.site.rate_limits import TEXTS, TooManyAttempts
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.accounts.office_entry import is_clerk, is_clerk_of, may_be_helped
from deliberate.permissions.decision import require
from deliberate.permissions.proposals.proposals import may_support
from deliberate.permissions.threads import may_comment
from deliberate.queries.accounts.office_entry import list_polls_at_office
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from deliberate.queries.log.receipts import get_receipt
from deliberate.queries.processes.name_lists import areas_of, topics_of
from deliberate.queries.processes.phases import processes_allowing
from deliberate.queries.processes.processes import get_process
from deliberate.queries.proposals.proposals import get_proposal
from deliberate.views.accounts.sign_in import name_taken_message
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    UNPROCESSABLE,
    form_page,
    see_other,
    submitted_data,
)
from deliberate.views.site.rate_limits import retry_message
from deliberate.views.site.request_context import (
    current_settings,
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)
from deliberate.views.site.sharing.qr_codes import qr_code
from deliberate.views.urls import Paper, paper_of, paper_token, visit_token, visitor_of
from deliberate.vocabulary import PhaseSwitch

if TYPE_CHECKING:
    from deliberate.models import Person, Process, Proposal
    from deliberate.operations import RequestContext

blueprint = LocalizedBlueprint("office_entry", url_prefix="/desk/entry")
CLERKS = ("staff", "admin")
VISIT = "/<token>"


@blueprint.page("", *CLERKS)
def index() -> ResponseReturnValue:
    """Show the three ways to name the person at the desk."""
    return _render_index()


def _render_index(
    by_name: VisitorByNameForm | None = None,
    by_paper: PaperCodeForm | None = None,
    new: NewVisitorForm | None = None,
) -> str:
    require(is_clerk(signed_in_person()))
    return render_template(
        "accounts/office_entry/index.html",
        by_name=by_name or VisitorByNameForm(),
        by_paper=by_paper or PaperCodeForm(),
        new=new or NewVisitorForm(),
    )


@blueprint.page("/account", *CLERKS, methods=["POST"])
def by_name() -> ResponseReturnValue:
    """Begin the visit of a person with an account."""
    form = VisitorByNameForm(request.form)
    person = get_person_by_sign_in_name(form.sign_in_name.data or "") if form.validate() else None
    if person is None:
        if not form.errors:
            form.sign_in_name.errors = [_("No account has this sign-in name.")]
        return _render_index(by_name=form), UNPROCESSABLE
    return _begin_visit(person)


@blueprint.page("/paper", *CLERKS, methods=["POST"])
def by_paper() -> ResponseReturnValue:
    """Begin the visit of a person with a paper from an earlier visit."""
    form = PaperCodeForm(request.form)
    if form.validate():
        try:
            account = find_by_paper(form.code.data, network=request.remote_addr or "")
            return _begin_visit(account.person)
        except UnknownPaper:
            form.code.errors = [_("No paper has this code, or it was used or has expired.")]
        except TooManyAttempts as error:
            form.code.errors = [retry_message(error)]
    return _render_index(by_paper=form), UNPROCESSABLE


@blueprint.page("/new", *CLERKS, methods=["POST"], rate_limit=TEXTS)
def new() -> ResponseReturnValue:
    """Show the paper of a person without an account, to be printed."""
    form = NewVisitorForm(request.form)
    if form.validate():
        name = form.display_name.data or ""
        try:
            code = new_paper_code(signed_in_person(), name)
        except NameTaken as taken:
            return _name_is_taken(form, taken)
        return _paper_page(Paper(name, form.area.data or "", code), PrintedPaperForm())
    return _render_index(new=form), UNPROCESSABLE


def _name_is_taken(form: NewVisitorForm, taken: NameTaken) -> ResponseReturnValue:
    form.display_name.errors = [name_taken_message(taken)]
    return _render_index(new=form), UNPROCESSABLE


@blueprint.page("/printed", *CLERKS, methods=["POST"], rate_limit=TEXTS)
def printed() -> ResponseReturnValue:
    """Open the account of a paper that is printed, and begin the person's visit."""
    paper, form = paper_of(request.form.get("paper", "")), PrintedPaperForm(request.form)
    if not form.validate():
        return _paper_page(paper, form, UNPROCESSABLE)
    if not is_code_printed(paper.code, form.printed_code.data):
        form.printed_code.errors = [
            _("This is not on the paper below. Print this page, and use no other print.")
        ]
        return _paper_page(paper, form, UNPROCESSABLE)
    try:
        account = open_office_account(
            signed_in_person(),
            paper.display_name,
            paper.code,
            area=paper.area,
            context=_entry_context(),
        )
    except NameTaken as taken:
        values = {"display_name": paper.display_name, "area": paper.area, "terms": True}
        return _name_is_taken(NewVisitorForm(data=values), taken)
    return _begin_visit(account.person)


def _begin_visit(person: "Person") -> ResponseReturnValue:
    require(is_clerk(signed_in_person()))
    require(may_be_helped(person))
    return see_other(url_for("office_entry.visit", token=visit_token(person)))


def _paper_page(paper: Paper, form: PrintedPaperForm, status: int = 200) -> ResponseReturnValue:
    address = _claim_address()
    page = render_template(
        "accounts/office_entry/paper.html",
        paper=paper,
        form=form,
        address=address,
        qr=qr_code(address, _("QR code of the address")),
        valid_until=paper_valid_until(),
        token=paper_token(paper),
    )
    return page, status, {"Cache-Control": "no-store"}


def _claim_address() -> str:
    return current_settings().base_url + url_for("short_urls.claim")


def _entry_context() -> "RequestContext":
    return request_context().at_office(signed_in_person())


@blueprint.page(VISIT, *CLERKS)
def visit(token: str) -> ResponseReturnValue:
    """Show what the person at the desk can do now, or go to a proposal by its number."""
    person, number = visitor_of(token), int_arg("n")
    is_unknown = False
    if number is not None:
        proposal = get_proposal(number)
        if proposal is not None and proposal.is_active:
            return see_other(url_for("office_entry.proposal", token=token, proposal_id=number))
        is_unknown = True
    page = render_template(
        "accounts/office_entry/visit.html",
        person=person,
        token=token,
        number=number,
        is_unknown=is_unknown,
        processes=_open_processes(),
        polls=list_polls_at_office(signed_in_person()),
    )
    return page, UNPROCESSABLE if is_unknown else 200


def _open_processes() -> "list[Process]":
    """Return the processes in which the clerk may enter a proposal now."""
    clerk, processes = signed_in_person(), processes_allowing(PhaseSwitch.PROPOSE)
    return [process for process in processes if is_clerk_of(clerk, process)]


@blueprint.page(f"{VISIT}/new", *CLERKS, methods=BOTH, rate_limit=TEXTS)
def write(token: str) -> ResponseReturnValue:
    """Show the form for a proposal, or publish it in the person's name."""
    person = visitor_of(token)
    form = _proposal_form(person)

    def submit() -> ResponseReturnValue:
        submit_proposal(
            person,
            get_or_404(get_process(form.of_process.data)),
            form.title.data,
            form.body.data,
            topic=form.topic.data or "",
            area=form.area.data or "",
            context=_entry_context(),
        )
        return _to_receipt(token)

    template = "accounts/office_entry/write.html"
    return form_page(form, submit, template, token=token, person=person, limit=MAX_BODY)


def _proposal_form(person: "Person") -> OfficeProposalForm:
    """Return the form with the processes that are open, and the topics and areas of each."""
    form, processes = OfficeProposalForm(submitted_data()), _open_processes()
    form.set_choices((p.slug, p.text_in("title", g.language)) for p in processes)
    form.offer_names_of(
        {process.slug: (topics_of(process), areas_of(process)) for process in processes},
        person.area if request.method == "GET" else "",
    )
    return form


@blueprint.page(f"{VISIT}/proposals/<id:proposal_id>", *CLERKS, methods=BOTH, rate_limit=TEXTS)
def proposal(token: str, proposal_id: int) -> ResponseReturnValue:
    """Show a proposal to be read aloud with a form for an argument, or post the argument."""
    person, subject = visitor_of(token), _get_proposal(proposal_id)
    form = OfficeArgumentForm(submitted_data())

    def submit() -> ResponseReturnValue:
        _post_argument(person, subject, form)
        return _to_receipt(token)

    return form_page(
        form,
        submit,
        "accounts/office_entry/proposal.html",
        token=token,
        person=person,
        proposal=subject,
        may_support=may_support(person, subject),
        may_comment=may_comment(person, subject),
    )


def _post_argument(person: "Person", proposal: "Proposal", form: OfficeArgumentForm) -> None:
    post_comment(
        person,
        proposal,
        form.body.data,
        stance=form.selected_stance,
        is_question=form.is_question.data,
        source=form.source.data or "",
        context=_entry_context(),
    )


def _get_proposal(proposal_id: int) -> "Proposal":
    """Return a proposal of a process in which the clerk enters acts."""
    proposal = get_or_404(get_proposal(proposal_id))
    require(is_clerk_of(signed_in_person(), proposal.process))
    get_or_404(proposal if proposal.is_active else None)
    return proposal


@blueprint.page(f"{VISIT}/proposals/<id:proposal_id>/support", *CLERKS, methods=["POST"])
def support(token: str, proposal_id: int) -> ResponseReturnValue:
    """Support a proposal in the person's name."""
    support_proposal(visitor_of(token), _get_proposal(proposal_id), context=_entry_context())
    return _to_receipt(token)


def _to_receipt(token: str) -> ResponseReturnValue:
    entry = request_context().recorded_ids[-1]
    return see_other(url_for("office_entry.receipt", token=token, entry=entry))


@blueprint.page(f"{VISIT}/receipt/<entry>", *CLERKS)
def receipt(token: str, entry: str) -> str:
    """Show the receipt of an entry, to be printed."""
    person = visitor_of(token)
    receipt = get_or_404(get_receipt(entry, person.actor_id))
    check = current_settings().base_url + url_for("log.index", check=receipt.code)
    return render_template(
        "accounts/office_entry/receipt.html",
        person=person,
        token=token,
        receipt=receipt,
        kind=str(receipt.public["kind"]),
        proposal_id=receipt.public["proposal"],
        institution=signed_in_person().institution,
        check_qr=qr_code(check, _("QR code of the receipt")),
        claim_address=_claim_address() if person.sign_in_name is None else "",
    )
