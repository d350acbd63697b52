"""The public log: heads, checking a receipt or an entry, and one's own receipts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from deliberate import sealing
from deliberate.config import Settings
from deliberate.queries.log import newest_published, public_receipts, receipt_of
from deliberate.queries.proposals.proposals import proposal_shown
from deliberate.sealing.receipts import answer_to
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, int_arg
from deliberate.vocabulary import AccountClass, Kind

blueprint = LocalizedBlueprint("log", url_prefix="/log")
SHOWN = 6
PAGE = 20


@blueprint.page("", "public")
def index() -> ResponseReturnValue:
    """Heads, the forms for checking, and how to check at home."""
    check = request.args.get("check", "").strip()
    heads = newest_published(SHOWN)
    given_out = heads[0].size if heads else 0
    answer = answer_to(check, given_out) if check else None
    first, second = (request.args.get(name, type=int) for name in ("first", "second"))
    is_asked = "first" in request.args
    return render_template(
        "log/index.html",
        heads=heads,
        leaf_files=sealing.leaf_files(_settings().log_path)[-SHOWN:],
        witnesses=_settings().witnesses,
        check=check,
        answer=answer,
        act=act_said(answer.act) if answer and answer.act else None,
        first=first,
        second=second,
        is_asked=is_asked,
        path=_consistency(first, second) if is_asked else None,
    )


@dataclass(frozen=True)
class ActSaid:
    """What a receipt's act was, in words of its reader."""

    what: str
    start: datetime
    end: datetime
    role: str
    proposal: int | None


def act_said(public: Mapping[str, Any]) -> ActSaid:
    """The public half of an act in words: what, in which hour, as whom, about which proposal."""
    start = datetime.strptime(public["hour"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    is_organisation = public["account_class"] == AccountClass.ORGANISATION
    role = AccountClass.ORGANISATION.value if is_organisation else public["actor_role"]
    meaning, _, _codes = Kind(public["kind"]).meaning.partition(";")
    what = gettext(meaning.partition(" (")[0])
    return ActSaid(what, start, start + timedelta(hours=1), role, public["proposal"])


def _consistency(first: int | None, second: int | None) -> list[bytes] | None:
    """The proof between two sizes that were given out; None if it cannot be."""
    head = next(iter(newest_published(1)), None)
    if head is None or first is None or second is None or second > head.size:
        return None
    try:
        return sealing.consistency(first, second)
    except sealing.NotSealed:
        return None


@blueprint.page("/receipts/<string(length=32):entry>", "signed_in")
def receipt(entry: str) -> ResponseReturnValue:
    """One's own receipt of an act, to be kept."""
    found = get_or_404(receipt_of(entry, current_person().actor_id))
    return render_template("log/receipt.html", receipt=found, act=act_said(found.public))


@blueprint.page("/proposals/<id:number>", "public")
def acts(number: int) -> ResponseReturnValue:
    """Receipts of every public act on a proposal, its comments and its responses."""
    head = next(iter(newest_published(1)), None)
    after = int_arg("after")
    found = public_receipts(number, head.size if head else 0, after, PAGE + 1)
    get_or_404(found or proposal_shown(number))
    return render_template(
        "log/acts.html",
        number=number,
        receipts=[(receipt, act_said(receipt.public)) for receipt in found[:PAGE]],
        next_url=url_for("log.acts", number=number, after=found[PAGE - 1].number)
        if len(found) > PAGE
        else "",
        first_url=url_for("log.acts", number=number) if after is not None else "",
    )


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
