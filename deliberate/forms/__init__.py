"""What a request may carry: required, length, shape; the words of every refusal."""

from flask_babel import lazy_gettext as _
from wtforms import Form
from wtforms.i18n import DummyTranslations

from deliberate.text import clean_line


class HouseForm(Form):
    """A form in the house's own words: WTForms has none in Indonesian, so validators bring theirs.

    The one-time key and the token against forgery are the frame's, not fields of the form.
    """

    class Meta:
        """Messages are translated by the validators' own lazy words."""

        def get_translations(self, form: object) -> DummyTranslations:
            """No words of WTForms."""
            return DummyTranslations()


REQUIRED = _("Please fill this in.")


def line(written: str | None) -> str:
    """A filter for fields of one line: no breaks, no invisible marks, never None."""
    return clean_line(written or "")
