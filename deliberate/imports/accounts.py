"""The people and offices of another platform: pseudonymous accounts, and institutions by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from deliberate.imports.batch import Batch
from deliberate.imports.import_ledger import Account, Ledger, account_source
from deliberate.imports.source_records import Author, FoundAct, FoundProposal, FoundResponse, Office
from deliberate.models import Institution, Person, PersonKey, ProcessInstitution
from deliberate.text import clean_line, name_key, to_slug
from deliberate.vocabulary import AccountClass, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted there, as what in that act."""

    actor_id: str | None
    role: Role
    account_class: AccountClass
    institution_id: int | None = None


class Accounts:
    """Makes an account for everybody who acts, and an institution for every office named.

    No platform of ours can say when somebody joined another one, so that an account is no act of
    its own: it is written in the transaction of the first batch in which it acts. The same holds
    for institutions. Nobody can sign in to an imported account.
    """

    def __init__(self, ledger: Ledger, platform: str, slug: str, acts: Iterable[FoundAct]) -> None:
        self._ledger = ledger
        self._platform = platform
        self._slug = slug
        self._as = _usual(acts)

    def admit(self, batch: Batch, acts: Sequence[FoundAct]) -> None:
        """Make the accounts these acts still lack."""
        new: dict[str, datetime] = {}
        for act in acts:
            if act.author and act.author.number not in self._ledger.accounts:
                new.setdefault(act.author.number, act.at)
        ids = batch.numbers(Person, len(new))
        keys = [PersonKey.new() for _ in new]
        batch.insert(
            Person,
            [self._person(n, *joined) for n, joined in zip(ids, new.items(), strict=True)],
        )
        batch.insert(
            PersonKey,
            [
                {"person_id": person_id, "key": key.key, "actor_id": key.actor_id}
                for person_id, key in zip(ids, keys, strict=True)
            ],
        )
        for number, person_id, key in zip(new, ids, keys, strict=True):
            self._ledger.accounts[number] = Account(person_id, key.actor_id)

    def _person(self, person_id: int, number: str, joined_at: datetime) -> dict[str, object]:
        usual = self._as[number]
        shown = clean_line(usual.name)[:80] or f"Peserta {person_id}"
        return {
            "id": person_id,
            "display_name": shown,
            "name_key": name_key(shown)[:160],
            "role": usual.role,
            "account_class": usual.account_class,
            "joined_at": joined_at,
            "source": account_source(self._platform, self._slug, number),
        }

    def of(self, author: Author | None) -> tuple[int | None, Actor | None]:
        """The account of an author and the author as actor; nothing for nobody."""
        if author is None:
            return None, None
        account = self._ledger.accounts[author.number]
        return account.id, Actor(account.actor_id, author.role, author.account_class)

    def open_offices(self, batch: Batch, process_id: int, acts: Sequence[FoundAct]) -> None:
        """Make the institutions these acts name for the first time, consulted in the process."""
        named = {
            self._office_slug(office): office
            for act in acts
            if isinstance(act, FoundProposal | FoundResponse)
            for office in act.offices
        }
        new = {slug: office for slug, office in named.items() if slug not in self._ledger.offices}
        rows = [
            {"id": number, "slug": slug, "name": clean_line(office.name)[:160]}
            for number, (slug, office) in zip(
                batch.numbers(Institution, len(new)), new.items(), strict=True
            )
        ]
        batch.insert(Institution, rows)
        parts = [{"process_id": process_id, "institution_id": row["id"]} for row in rows]
        batch.insert(ProcessInstitution, parts)
        self._ledger.offices.update((str(row["slug"]), int(str(row["id"]))) for row in rows)

    def office_of(self, offices: Sequence[Office]) -> int | None:
        """The institution that stands first among those named."""
        return self._ledger.offices[self._office_slug(offices[0])] if offices else None

    def _office_slug(self, office: Office) -> str:
        return to_slug(f"{self._platform} {office.acronym or office.name}")[:80]


def _usual(acts: Iterable[FoundAct]) -> Mapping[str, Author]:
    """What each account is: an organisation or staff only if it never acted as somebody else."""
    usual: dict[str, Author] = {}
    for act in acts:
        if (author := act.author) is None:
            continue
        first = usual.setdefault(author.number, author)
        if author.account_class != first.account_class or author.role != first.role:
            usual[author.number] = Author(author.number)
    return usual
