"""The public log: published tree heads, checks of receipts and positions, receipts of acts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from deliberate import sealing
from deliberate.queries.accounts.reclassifications import count_reclassified_accounts
from deliberate.queries.log.receipts import get_receipt, list_public_receipts
from deliberate.queries.log.tree_heads import latest_published_head, list_published_heads
from deliberate.queries.proposals.proposals import get_proposal
from deliberate.sealing.receipt_check import check_receipt
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import (
    current_settings,
    get_or_404,
    int_arg,
    signed_in_person,
)
from deliberate.vocabulary import AccountClass
from deliberate.vocabulary.events import EVENT_TYPES

if TYPE_CHECKING:
    from deliberate.models.log.interaction import PublicHalf

blueprint = LocalizedBlueprint("log", url_prefix="/log")
HEADS_SHOWN = 6
PAGE_SIZE = 20


@dataclass(frozen=True)
class ActDescription:
    """The public half of an act in the language of the reader."""

    text: str
    start: datetime
    end: datetime
    role: str
    proposal_id: int | None


@blueprint.page("", "public")
def index() -> ResponseReturnValue:
    """Show the published tree heads, the forms for checks, and how to check offline."""
    check = request.args.get("check", "").strip()
    heads = list_published_heads(HEADS_SHOWN)
    published_size = heads[0].size if heads else 0
    result = check_receipt(check, published_size) if check else None
    first, second = int_arg("first"), int_arg("second")
    has_sizes = "first" in request.args
    return render_template(
        "log/index.html",
        heads=heads,
        leaf_files=sealing.leaf_files(current_settings().log_path)[-HEADS_SHOWN:],
        witnesses=current_settings().witnesses,
        classes=count_reclassified_accounts(),
        check=check,
        result=result,
        act=describe_act(result.act) if result and result.act else None,
        first=first,
        second=second,
        has_sizes=has_sizes,
        path=_consistency_proof(first, second, published_size) if has_sizes else None,
    )


def describe_act(public: "PublicHalf") -> ActDescription:
    """Return what an act was, its hour, the role of its actor and its proposal."""
    start = datetime.strptime(public["hour"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    is_organisation = public["account_class"] == AccountClass.ORGANISATION
    role = AccountClass.ORGANISATION.value if is_organisation else public["actor_role"]
    meaning = EVENT_TYPES[public["kind"]].meaning()
    return ActDescription(
        gettext(meaning), start, start + timedelta(hours=1), role, public["proposal"]
    )


def _consistency_proof(
    first: int | None, second: int | None, published_size: int
) -> list[bytes] | None:
    """Return the proof between two published sizes, or None if there is none."""
    if first is None or second is None or second > published_size:
        return None
    try:
        return sealing.consistency_proof(first, second)
    except sealing.NotSealed:
        return None


@blueprint.page("/receipts/<string(length=32):entry>", "signed_in")
def receipt(entry: str) -> ResponseReturnValue:
    """Show the receipt of an act to the person who acted."""
    receipt = get_or_404(get_receipt(entry, signed_in_person().actor_id))
    return render_template("log/receipt.html", receipt=receipt, act=describe_act(receipt.public))


@blueprint.page("/proposals/<id:proposal_id>", "public", cached=True)
def acts(proposal_id: int) -> ResponseReturnValue:
    """Show the receipts of the public acts on a proposal, its comments and its responses."""
    head = latest_published_head()
    after = int_arg("after")
    receipts = list_public_receipts(proposal_id, head.size if head else 0, after, PAGE_SIZE + 1)
    if not receipts:
        get_or_404(get_proposal(proposal_id))
    shown = receipts[:PAGE_SIZE]
    has_more = len(receipts) > PAGE_SIZE
    return render_template(
        "log/acts.html",
        proposal_id=proposal_id,
        receipts=[(receipt, describe_act(receipt.public)) for receipt in shown],
        next_url=url_for("log.acts", proposal_id=proposal_id, after=shown[-1].position)
        if has_more
        else "",
        first_url=url_for("log.acts", proposal_id=proposal_id) if after is not None else "",
    )
