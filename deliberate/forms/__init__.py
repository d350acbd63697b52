"""WTForms: what each request may contain, with error messages in both languages."""

from flask_babel import lazy_gettext as _
from wtforms import Form
from wtforms.i18n import DummyTranslations
from wtforms.validators import Regexp

from deliberate.text import clean, clean_line


class LocalizedForm(Form):
    """A form whose validators bring translated messages: WTForms has none in Indonesian.

    The form key and the CSRF token are checked by the request hooks, not by the form.
    """

    class Meta:
        """Turn off the translations of WTForms."""

        def get_translations(self, form: object) -> DummyTranslations:
            """Return translations that change nothing."""
            return DummyTranslations()


REQUIRED = _("Please fill this in.")
TOO_LONG = _("This is longer than the form allows.")
SLUG = Regexp(
    r"[a-z0-9]+(-[a-z0-9]+)*$",
    message=_("An address has small letters, digits and single hyphens: water-office"),
)


def single_line(value: str | None) -> str:
    """Return the value of a field as one line without invisible characters; a WTForms filter."""
    return clean_line(value or "")


def multi_line(value: str | None) -> str:
    """Return the value of a field as cleaned text with line breaks; a WTForms filter."""
    return clean(value or "")
