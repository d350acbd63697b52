"""Forms of entries at an office: who is at the desk, what they contribute, and the paper."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, Length, Optional

from deliberate.forms import REQUIRED, LocalizedForm, single_line
from deliberate.forms.accounts.account import (
    AreaForm,
    DisplayNameForm,
    EmailForm,
    JoinForm,
    check_display_name,
    check_passphrase,
)
from deliberate.forms.proposals.proposals import PlaceForm, StartForm, TextForm
from deliberate.forms.threads import ArgumentForm
from deliberate.queries.processes.name_lists import NameList, merge_lists

_TOO_LONG = _("This is too long.")


class VisitorByNameForm(LocalizedForm):
    """A person with an account, who is at the desk."""

    sign_in_name = StringField(
        _("Sign-in name"), [DataRequired(REQUIRED), Length(0, 80, _TOO_LONG)], [single_line]
    )
    present = BooleanField(
        _("The person is sitting in front of me."),
        [DataRequired(_("Only for somebody who is here, never by telephone or letter."))],
    )


class PaperCodeForm(LocalizedForm):
    """The code on a paper from an earlier visit."""

    code = StringField(
        _("Code on the paper"), [DataRequired(REQUIRED), Length(0, 40, _TOO_LONG)], [single_line]
    )


class NewVisitorForm(DisplayNameForm, AreaForm):
    """A person without an account: a public name of their choice."""

    terms = BooleanField(
        _("I read both sentences aloud, and the person agrees."),
        [DataRequired(_("Without this nothing can be entered."))],
    )


class PrintedPaperForm(LocalizedForm):
    """The confirmation that a paper came out of the printer."""

    printed_code = StringField(
        _("Last four characters of the code on the printed paper"),
        [DataRequired(REQUIRED), Length(0, 40, _TOO_LONG)],
        [single_line],
    )


class ReadBackForm(LocalizedForm):
    """The confirmation that the person heard and agreed to what is entered."""

    read_back = BooleanField(
        _("I read it back, and the person wants it published like this."),
        [DataRequired(_("Read it back first."))],
    )


class OfficeProposalForm(StartForm, TextForm, PlaceForm, ReadBackForm):
    """A proposal entered at an office."""

    def offer_names_of(self, lists: Mapping[str, tuple[NameList, NameList]], area: str) -> None:
        """Offer the topics and areas of the chosen process, or of all while none is chosen.

        `lists` has topics and areas by the slug of a process; `area` is that of the person, who
        is asked for another one where the list does not have it.
        """
        chosen = lists.get(self.of_process.data or "")
        topics, areas = chosen or (
            merge_lists(topics for topics, _areas in lists.values()),
            merge_lists(areas for _topics, areas in lists.values()),
        )
        if area and areas.allows(area):
            self.area.data = area
        self.offer_names(topics, areas)


class OfficeArgumentForm(ArgumentForm, ReadBackForm):
    """An argument entered at an office."""


class ClaimAccountForm(PaperCodeForm, EmailForm):
    """The code on a paper, and the sign-in name and passphrase that replace it."""

    sign_in_name = JoinForm.sign_in_name
    display_name = StringField(
        _("Another name or alias"), [Optional(), check_display_name], [single_line]
    )
    passphrase = PasswordField(_("Passphrase"), [DataRequired(REQUIRED), check_passphrase])
