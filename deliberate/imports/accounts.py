"""Accounts and institutions of an import: pseudonymous people, institutions by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from deliberate.imports.batch import Batch
from deliberate.imports.import_ledger import ImportedAccount, ImportLedger, account_source
from deliberate.imports.source_records import (
    Author,
    SourceAct,
    SourceInstitution,
    SourceProposal,
    SourceResponse,
)
from deliberate.models import Institution, Person, PersonKey, ProcessInstitution
from deliberate.text import clean_line, name_key, to_slug
from deliberate.vocabulary import AccountClass, Role


@dataclass(frozen=True, slots=True)
class ImportedActor:
    """The actor of an imported act, with role and class at the time of that act."""

    actor_id: str | None
    role: Role
    account_class: AccountClass
    institution_id: int | None = None


class AccountImporter:
    """Creates an account for every author and an institution for every one named.

    The source does not record when people joined, so an account is not an act of its own: it is
    inserted in the transaction of the first batch in which it acts. The same holds for
    institutions. Imported accounts cannot sign in.
    """

    def __init__(
        self, ledger: ImportLedger, platform: str, slug: str, authors: Mapping[str, Author]
    ) -> None:
        self._ledger = ledger
        self._platform = platform
        self._slug = slug
        self._profiles = authors

    def create_accounts(self, batch: Batch, acts: Sequence[SourceAct]) -> None:
        """Create the accounts that these acts still lack."""
        new = self._new_authors(acts)
        ids = batch.allocate_ids(Person, len(new))
        keys = [PersonKey.new() for _ in new]
        batch.insert(
            Person,
            [
                self._person(person_id, *joined)
                for person_id, joined in zip(ids, new.items(), strict=True)
            ],
        )
        batch.insert(
            PersonKey,
            [
                {"person_id": person_id, "key": key.key, "actor_id": key.actor_id}
                for person_id, key in zip(ids, keys, strict=True)
            ],
        )
        for source_id, person_id, key in zip(new, ids, keys, strict=True):
            self._ledger.accounts[source_id] = ImportedAccount(person_id, key.actor_id)

    def _new_authors(self, acts: Sequence[SourceAct]) -> dict[str, datetime]:
        """Return the time of the first act of each author without an account."""
        new: dict[str, datetime] = {}
        for act in acts:
            if act.author and act.author.source_id not in self._ledger.accounts:
                new.setdefault(act.author.source_id, act.at)
        return new

    def _person(self, person_id: int, source_id: str, joined_at: datetime) -> dict[str, object]:
        author = self._profiles[source_id]
        display_name = clean_line(author.name)[:80] or f"Peserta {person_id}"
        return {
            "id": person_id,
            "display_name": display_name,
            "name_key": name_key(display_name)[:160],
            "role": author.role,
            "account_class": author.account_class,
            "joined_at": joined_at,
            "source": account_source(self._platform, self._slug, source_id),
        }

    def get_account(self, author: Author | None) -> tuple[int | None, ImportedActor | None]:
        """Return the account id and actor of an author; (None, None) without author."""
        if author is None:
            return None, None
        account = self._ledger.accounts[author.source_id]
        return account.id, ImportedActor(account.actor_id, author.role, author.account_class)

    def create_institutions(self, batch: Batch, process_id: int, acts: Sequence[SourceAct]) -> None:
        """Create the institutions that these acts name for the first time, as consulted in the
        process.
        """
        new = self._new_institutions(acts)
        rows = [
            {"id": institution_id, "slug": slug, "name": clean_line(institution.name)[:160]}
            for institution_id, (slug, institution) in zip(
                batch.allocate_ids(Institution, len(new)), new.items(), strict=True
            )
        ]
        batch.insert(Institution, rows)
        parts = [{"process_id": process_id, "institution_id": row["id"]} for row in rows]
        batch.insert(ProcessInstitution, parts)
        self._ledger.institutions.update((str(row["slug"]), int(str(row["id"]))) for row in rows)

    def _new_institutions(self, acts: Sequence[SourceAct]) -> dict[str, SourceInstitution]:
        institutions_by_slug = {
            self._institution_slug(institution): institution
            for act in acts
            if isinstance(act, SourceProposal | SourceResponse)
            for institution in act.institutions
        }
        return {
            slug: institution
            for slug, institution in institutions_by_slug.items()
            if slug not in self._ledger.institutions
        }

    def institution_id_of(self, institutions: Sequence[SourceInstitution]) -> int | None:
        """Return the id of the first institution named; None without one."""
        return (
            self._ledger.institutions[self._institution_slug(institutions[0])]
            if institutions
            else None
        )

    def _institution_slug(self, institution: SourceInstitution) -> str:
        return to_slug(f"{self._platform} {institution.acronym or institution.name}")[:80]


def usual_authors(acts: Iterable[SourceAct]) -> Mapping[str, Author]:
    """Return each account's author: organisation or staff only if it always acted as such."""
    usual: dict[str, Author] = {}
    for act in acts:
        if (author := act.author) is None:
            continue
        first = usual.setdefault(author.source_id, author)
        if author.account_class != first.account_class or author.role != first.role:
            usual[author.source_id] = Author(author.source_id)
    return usual
