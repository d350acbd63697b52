"""The topics and areas of a process: which names its proposals may have, in both languages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Process, ResidentEntry, ResidentList
from deliberate.models.moderation.visibility import ANYONE
from deliberate.text import localized_text


@dataclass(frozen=True)
class NameList:
    """Names with their English translations; an empty list allows any text."""

    names: Mapping[str, str] = field(default_factory=dict)
    allows_other: bool = True

    @property
    def allows_any(self) -> bool:
        """Return whether names that are not on the list are allowed."""
        return self.allows_other or not self.names

    def choices(self, language: str) -> list[tuple[str, str]]:
        """Return the names as stored and as shown in a language, in the order of the list."""
        return [
            (name, localized_text(language, name, name_en)) for name, name_en in self.names.items()
        ]

    def find(self, text: str) -> str:
        """Return the name that a text is, in either language; the text itself if it is none."""
        if not text or text in self.names:
            return text
        folded = text.casefold()
        for name, name_en in self.names.items():
            if folded in {name.casefold(), name_en.casefold()}:
                return name
        return text

    def allows(self, text: str) -> bool:
        """Return whether a proposal may have this name; every list allows none."""
        return not text or self.allows_any or self.find(text) in self.names


def pairs_of(topics: Iterable[list[str]]) -> dict[str, str]:
    """Return the English names of topics by their Indonesian names."""
    return {names[0]: names[1] for names in topics}


def topics_of(process: Process) -> NameList:
    """Return the topics of a process."""
    return NameList(pairs_of(process.topics), process.allows_other)


def areas_of(process: Process) -> NameList:
    """Return the areas of a process, whose names are the same in all languages."""
    return NameList(dict.fromkeys(process.areas, ""), process.allows_other)


def merge_lists(lists: Iterable[NameList]) -> NameList:
    """Return all names of several lists, sorted; other names are allowed where one allows them."""
    found = list(lists)
    names = {name: name_en for names in reversed(found) for name, name_en in names.names.items()}
    return NameList(
        dict(sorted(names.items(), key=lambda item: item[0].casefold())),
        any(names.allows_any for names in found) or not found,
    )


def topics_of_all_processes() -> NameList:
    """Return the topics of all public processes; a filter takes other ones too."""
    rows = db.session.scalars(select(Process.topics).where(Process.visible_to(ANYONE)))
    return merge_lists([NameList(), *(NameList(pairs_of(topics)) for topics in rows)])


def areas_of_all_processes() -> list[str]:
    """Return the areas that any process lists, sorted."""
    return sorted({name for areas in db.session.scalars(select(Process.areas)) for name in areas})


def areas_of_residents() -> list[str]:
    """Return the areas of the lists of verified residents, sorted."""
    of_entries = select(ResidentEntry.area).where(ResidentEntry.area != "").distinct()
    of_codes = select(ResidentList.area).where(ResidentList.area != "")
    return sorted(db.session.scalars(of_entries.union(of_codes)))
