"""Fields for names of a list: a choice of them, lists of them to edit."""

from collections.abc import Iterable
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _
from wtforms import SelectChoice, SelectField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import Length, ValidationError
from wtforms.widgets import Select, TextInput

from deliberate.forms import single_line
from deliberate.queries.processes.name_lists import NameList

MAX_NAME, MAX_NAMES = 80, 100
_MAX_80 = _("At most 80 characters.")


class ListedNameField(SelectField):
    """A name of a list, with a second input for other ones; a line of text without a list.

    The second input is named after the field, with "_other".
    """

    data: str

    def __init__(self, label: object, **options: Any) -> None:
        super().__init__(
            label,
            [Length(max=MAX_NAME, message=_MAX_80)],
            filters=[single_line],
            choices=[],
            validate_choice=False,
            **options,
        )
        self.names, self.other, self.present = NameList(), "", ""
        self.widget = TextInput()

    def process(self, formdata: Any, *args: Any, **options: Any) -> None:
        """Read the choice, or what was written in the second input."""
        super().process(formdata, *args, **options)
        self.other = single_line(formdata.get(f"{self.name}_other", "")) if formdata else ""
        if not self.data:
            self.data = self.other

    def offer(self, names: NameList, present: str = "") -> None:
        """Offer the names of a list, and the present name, which may be none of them.

        What was written stays as a choice where it is none of them, to be corrected.
        """
        self.names, self.present = names, present
        if not names.names:
            return
        self.widget = Select()
        self.data = names.find(self.data)
        choices = [SelectChoice("", "–")]
        choices += [SelectChoice(name, label) for name, label in names.choices(g.language)]
        if not names.allows_any:
            unlisted = {present, self.data} - {"", *names.names}
            choices += [SelectChoice(name, name) for name in sorted(unlisted)]
        self.choices = choices

    @property
    def takes_other(self) -> bool:
        """Return whether the page shows the second input."""
        return bool(self.names.names) and self.names.allows_any

    @property
    def other_value(self) -> str:
        """Return the text of the second input."""
        is_other = self.takes_other and self.data not in self.names.names
        return self.other or (self.data if is_other else "")

    def _value(self) -> str:
        return self.data

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse a name that the list does not allow, and two names."""
        if self.other and self.names.find(self.other) != self.data:
            raise ValidationError(_("Choose one of the list or write another, not both."))
        if self.data != self.present and not self.names.allows(self.data):
            raise ValidationError(
                _("“%(name)s” is not on the list. Choose one of the list.", name=self.data)
            )


class NamesField(TextAreaField):
    """A list of names, one a line; `data` is the list as it is stored."""

    data: Any

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "\n".join(map(self._line, self.data or []))

    def _line(self, name: Any) -> str:
        return str(name)

    def _names(self, line: str) -> list[str]:
        return [line]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the lines, without empty ones."""
        lines = map(single_line, (valuelist[0] if valuelist else "").splitlines())
        self.data = [self._entry(self._names(line)) for line in lines if line]

    def _entry(self, names: list[str]) -> Any:
        return names[0]

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse long lists, long names and names that occur twice."""
        rows = [self._names(self._line(entry)) for entry in self.data or []]
        if len(rows) > MAX_NAMES:
            raise ValidationError(_("At most 100 names."))
        for names in rows:
            if not names[0] or len(names) > 2 or max(map(len, names)) > MAX_NAME:
                raise ValidationError(
                    _("Each line has one name of at most 80 characters: “%(line)s”.", line=names[0])
                )
        _refuse_doubles(rows)


class TranslatedNamesField(NamesField):
    """A list of names, one a line, each with its English name after a vertical bar."""

    def _line(self, name: Any) -> str:
        return " | ".join(filter(None, name))

    def _names(self, line: str) -> list[str]:
        return [part.strip() for part in line.split("|")]

    def _entry(self, names: list[str]) -> list[str]:
        return [*names, ""] if len(names) == 1 else names


def _refuse_doubles(rows: Iterable[list[str]]) -> None:
    """Refuse a name that belongs to two lines, in whatever language."""
    seen: set[str] = set()
    for names in rows:
        folded = {name.casefold() for name in names if name}
        if folded & seen:
            raise ValidationError(_("“%(name)s” is there twice.", name=names[0]))
        seen |= folded
