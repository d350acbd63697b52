"""The first pages of a new account: recovery codes shown once, and three things to do now."""

from typing import TYPE_CHECKING, NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.operations.accounts.recovery_codes import create_recovery_codes
from deliberate.permissions.accounts.verification import may_be_verified
from deliberate.permissions.polls import may_vote
from deliberate.queries.accounts.recovery_codes import may_have_first_codes
from deliberate.queries.polls.polls import has_voted, list_open_polls
from deliberate.queries.processes.phases import processes_allowing
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import see_other
from deliberate.views.site.request_context import signed_in_person
from deliberate.views.site.url_parsing import local_path
from deliberate.vocabulary import PhaseSwitch

if TYPE_CHECKING:
    from deliberate.models import Person

blueprint = LocalizedBlueprint("welcome", url_prefix="/welcome")
STEPS = 3


class Step(NamedTuple):
    """Something a person can do now: its icon, link and text."""

    icon: str
    url: str
    text: str


@blueprint.page("/codes", "signed_in")
def codes() -> ResponseReturnValue:
    """Explain the recovery codes before they are shown."""
    if not may_have_first_codes(signed_in_person()):
        return see_other(_next_path())
    return render_template("accounts/welcome/codes.html", codes=[], next_path=_next_path())


@blueprint.page("/codes", "signed_in", methods=["POST"], name="show_codes")
def show_codes() -> ResponseReturnValue:
    """Create the first recovery codes of a new account, and show them once."""
    person = signed_in_person()
    if not may_have_first_codes(person):
        return see_other(url_for("devices.index"))
    page = render_template(
        "accounts/welcome/codes.html", codes=create_recovery_codes(person), next_path=_next_path()
    )
    return page, {"Cache-Control": "no-store"}


@blueprint.page("/codes/kept", "signed_in", methods=["POST"])
def confirm_codes() -> ResponseReturnValue:
    """Go on once the person confirms that the codes are written down."""
    if "kept" in request.form:
        return see_other(_next_path())
    page = render_template(
        "accounts/welcome/codes.html", codes=[], next_path=_next_path(), is_unconfirmed=True
    )
    return page, 422


def _next_path() -> str:
    path = request.form.get("next") or request.args.get("next")
    return local_path(path) or url_for("welcome.show")


@blueprint.page("", "signed_in")
def show() -> str:
    """Show three things that the person can do now."""
    person = signed_in_person()
    return render_template(
        "accounts/welcome/show.html", person=person, steps=_possible_steps(person)[:STEPS]
    )


def _possible_steps(person: "Person") -> list[Step]:
    """Return what is open to the person now, the most useful first."""
    polls = [p for p in list_open_polls() if may_vote(person, p) and not has_voted(person, p)]
    steps = [
        Step("check", url_for("polls.show", poll_id=poll.id), _("Vote: %(q)s", q=poll.question))
        for poll in polls[:1]
    ]
    proposals = url_for("proposal_list.index")
    if processes_allowing(PhaseSwitch.SUPPORT):
        steps.append(Step("people", proposals, _("Read proposals and support what you want")))
    elif processes_allowing(PhaseSwitch.COMMENT):
        steps.append(Step("people", proposals, _("Read proposals and say what you think")))
    if processes_allowing(PhaseSwitch.PROPOSE):
        steps.append(Step("pen", url_for("drafting.new"), _("Write a proposal of your own")))
    if may_be_verified(person):
        steps.append(Step("lock", url_for("verification.verify"), _("Be verified as a resident")))
    return [
        *steps,
        Step("eye", url_for("processes.index"), _("See what is decided, and follow it")),
        Step("eye", url_for("responses.index"), _("Read what the institutions answered")),
        Step("eye", url_for("static_pages.help"), _("Read how taking part works")),
    ]
