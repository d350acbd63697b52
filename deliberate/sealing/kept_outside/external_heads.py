"""Tree heads from outside: which of them can be compared with a log, and why others cannot."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from deliberate.sealing.tree_heads import (
    ExportedTreeHead,
    HeadFields,
    export_tree_head,
    latest_tree_head,
)


@dataclass
class SplitHeads:
    """Heads that can be compared, and for each other one the reason, which shows no fault."""

    comparable: list[ExportedTreeHead] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def split_external_heads(
    session: Session, heads: Sequence[ExportedTreeHead], origin: str, *, is_copy: bool = False
) -> SplitHeads:
    """Return which heads can be compared with the log of a database.

    `origin` is the address of a log without tree heads. A copy (a backup) can be older than a
    head; a running log cannot: there a larger head shows that entries are missing. A head with an
    invalid signature is compared, for it is a fault whatever it names.
    """
    newest = latest_tree_head(session)
    last = export_tree_head(newest).fields if newest else {"origin": origin, "t": "", "size": 0}
    result = SplitHeads()
    for head in heads:
        fields = head.fields
        where = f"the tree head of {fields['t']} over {fields['size']} entries"
        if head.is_signed and fields["origin"] != last["origin"]:
            result.reasons.append(
                f"{where} is of another log: {fields['origin']}, not {last['origin']}"
            )
        elif head.is_signed and is_copy and _is_newer(fields, last):
            result.reasons.append(f"{where} is newer than this copy, which ends at {last['t']}")
        else:
            result.comparable.append(head)
    return result


def _is_newer(fields: HeadFields, last: HeadFields) -> bool:
    return bool(fields["size"] > last["size"] and fields["t"] >= last["t"])
