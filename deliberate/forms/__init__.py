"""WTForms: what each request may contain, with error messages in both languages."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from wtforms import (
    Field,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)
from wtforms.i18n import DummyTranslations
from wtforms.validators import AnyOf, DataRequired, Regexp

from deliberate.text import clean, clean_line, has_visible_sign, is_readable, to_html

REQUIRED = _("Please fill this in.")
TOO_LONG = _("This is longer than the form allows.")
_CHOICES = (RadioField, SelectField, SelectMultipleField)


class LocalizedForm(Form):
    """A form whose validators bring translated messages: WTForms has none in Indonesian.

    The form key and the CSRF token are checked by the request hooks, not by the form.
    """

    class Meta:
        """Turn off the translations of WTForms."""

        def get_translations(self, form: object) -> DummyTranslations:
            """Return translations that change nothing."""
            return DummyTranslations()

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate all fields; an error that fits any field names the one it belongs to."""
        is_valid = bool(super().validate(extra_validators))
        for field in _list_leaves(self):
            if field.errors:
                field.errors = [_name_field(error, field) for error in field.errors]
        return is_valid


def _list_leaves(fields: Iterable[Field]) -> Iterator[Field]:
    """Yield the fields that hold a value; a form inside a form names its own."""
    for field in fields:
        if isinstance(field, FieldList):
            yield from _list_leaves(field.entries)
        elif not isinstance(field, FormField):
            yield field


def _name_field(error: Any, field: Field) -> Any:
    """Return an error message with the label of its field where the message is a general one."""
    if error == REQUIRED:
        if isinstance(field, _CHOICES):
            return gettext("Choose an answer: %(field)s", field=field.label.text)
        return gettext("Fill in: %(field)s", field=field.label.text)
    if error == TOO_LONG:
        return gettext("Shorten this, it is too long: %(field)s", field=field.label.text)
    return error


SLUG = Regexp(
    r"[a-z0-9]+(-[a-z0-9]+)*$",
    message=_("An address has small letters, digits and single hyphens: water-office"),
)


def single_line(value: str | None) -> str:
    """Return the value of a field as one line without invisible characters; a WTForms filter.

    A line with nothing to see is empty, so that a required field asks for it.
    """
    line = clean_line(value or "")
    return line if has_visible_sign(line) else ""


def multi_line(value: str | None) -> str:
    """Return the value of a field as cleaned text with line breaks; a WTForms filter.

    A text that renders to nothing to read, such as a rule or a link without words, is empty.
    """
    text = clean(value or "")
    is_plain = "[" not in text and any(character.isalnum() for character in text[:200])
    return text if is_plain or is_readable(to_html(text)) else ""


def required_choice(
    label: LazyString, choices: Sequence[SelectChoice], message: LazyString
) -> RadioField:
    """Return radio buttons none of which is preselected; `message` asks to choose one."""
    values = [choice.value for choice in choices]
    return RadioField(
        label,
        [DataRequired(message), AnyOf(values, message=message)],
        choices=choices,
        validate_choice=False,
    )
