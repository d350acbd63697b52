"""Forms of the excerpts of a study."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from deliberate.forms import REQUIRED, TOO_LONG, LocalizedForm
from deliberate.forms.polls.polls import CheckboxesField

LANGUAGES = (SelectChoice("id", "Bahasa Indonesia"), SelectChoice("en", "English"))


class CodesForm(LocalizedForm):
    """The codes of one coder and a memo."""

    codes = CheckboxesField(_("Codes"), choices=[])
    memo = TextAreaField(_("Memo"), [Optional(), Length(max=2000, message=TOO_LONG)])


class ExcerptForm(CodesForm):
    """An excerpt of a source."""

    body = TextAreaField(_("Excerpt"), [DataRequired(REQUIRED), Length(max=4000, message=TOO_LONG)])
    language = RadioField(_("Language"), [DataRequired(REQUIRED)], choices=LANGUAGES)
    place = StringField(_("Where in the source"), [Optional(), Length(max=80, message=TOO_LONG)])


class ImportExcerptsForm(LocalizedForm):
    """Coded excerpts as CSV."""

    table = TextAreaField(
        _("Table (CSV)"), [DataRequired(REQUIRED), Length(max=400_000, message=TOO_LONG)]
    )
