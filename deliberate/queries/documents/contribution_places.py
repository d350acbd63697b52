"""Where a contribution to a draft text is read: version, Pasal, and page of contributions."""

from dataclasses import dataclass, replace

from deliberate.models import DocumentVersion, UnitContribution, UnitText
from deliberate.queries.documents.contributions import (
    PAGE,
    count_earlier_contributions,
    is_beyond_first_replies,
)
from deliberate.queries.documents.documents import (
    get_unit_by_id,
    get_version,
    list_units,
    top_address,
)
from deliberate.queries.documents.lineage import get_lineage


@dataclass(frozen=True)
class ContributionPlace:
    """The page of a contribution; `number` is of an older version, None for that in force."""

    address: str
    number: int | None
    after: int | None
    """The id after which its page of contributions begins, None on the first."""
    replies_of: int | None = None
    """The contribution whose page of replies has it, if the page of the unit does not."""


def get_contribution_place(contribution: UnitContribution) -> ContributionPlace | None:
    """Return where the unit of a contribution stands now, or stood when it was made."""
    if contribution.parent is not None:
        place = get_contribution_place(contribution.parent)
        is_beyond = place is not None and is_beyond_first_replies(contribution)
        return replace(place, replies_of=contribution.parent_id) if place and is_beyond else place
    current = get_version(contribution.document)
    unit = _unit_in_version(contribution, current) if current else None
    if unit is not None and current is not None:
        return _place(contribution, current, unit, None)
    version = contribution.version
    unit = get_unit_by_id(version, contribution.unit_id)
    return _place(contribution, version, unit, version.number) if unit else None


def _unit_in_version(contribution: UnitContribution, current: DocumentVersion) -> UnitText | None:
    """Return the first heir of the unit of a contribution in the current version."""
    document = contribution.document
    lineage, number = get_lineage(document), contribution.version.number
    heirs = lineage.follow([contribution.unit_id], number, document.version)
    rows = [get_unit_by_id(current, heir) for heir in sorted(heirs)]
    return next((row for row in rows if row is not None), None)


def _place(
    contribution: UnitContribution, version: DocumentVersion, unit: UnitText, number: int | None
) -> ContributionPlace:
    address = top_address(unit.address)
    parts = [row for row in list_units(version) if top_address(row.address) == address]
    earlier = count_earlier_contributions(contribution, version, parts)
    return ContributionPlace(address, number, contribution.id - 1 if earlier >= PAGE else None)
