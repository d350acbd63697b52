"""Joining, signing in and one's own account: what these forms may carry."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, Field, PasswordField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional, Regexp

from deliberate.forms import REQUIRED, HouseForm, line
from deliberate.queries.accounts.weak_passphrases import weakness
from deliberate.text import is_plain_name

_TOO_LONG = _("This is too long.")
_ODD_NAME = _("Use letters of one alphabet, digits and spaces; no pictures or hidden marks.")
_ADDRESS = r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\]+"


def be_a_plain_name(_form: HouseForm, field: Field) -> None:
    """A name is made of visible letters of one alphabet."""
    name = field.data
    if not is_plain_name(name):
        raise ValidationError(_ODD_NAME)
    if not 2 <= len(name) <= 40:
        raise ValidationError(_("A name has 2 to 40 characters."))


def be_hard_to_guess(form: HouseForm, field: Field) -> None:
    """A passphrase is long and no common one."""
    names = [form[name].data or "" for name in ("sign_in_name", "display_name") if name in form]
    if weak := weakness(field.data or "", *names):
        raise ValidationError(weak)


class SignInForm(HouseForm):
    """The private sign-in name and the passphrase."""

    sign_in_name = StringField(
        _("Sign-in name"), [DataRequired(REQUIRED), Length(0, 80, _TOO_LONG)]
    )
    passphrase = PasswordField(_("Passphrase"), [DataRequired(REQUIRED), Length(0, 256, _TOO_LONG)])


class DisplayNameForm(HouseForm):
    """The name or alias that stands beside one's texts."""

    display_name = StringField(
        _("Name or alias"), [DataRequired(REQUIRED), be_a_plain_name], filters=[line]
    )


class EmailForm(HouseForm):
    """An address for messages; empty takes it away."""

    email = EmailField(
        _("E-mail"),
        [
            Optional(),
            Length(0, 254, _TOO_LONG),
            Regexp(_ADDRESS + "$", message=_("An e-mail address looks like name@example.org.")),
        ],
        filters=[line],
    )


class AreaForm(HouseForm):
    """The village or district one lives in; empty says nothing."""

    area = StringField(
        _("Area: village or district"), [Optional(), Length(0, 80, _TOO_LONG)], filters=[line]
    )


class JoinForm(DisplayNameForm, EmailForm, AreaForm):
    """A new account. No identity number, no telephone, no picture."""

    sign_in_name = StringField(
        _("Sign-in name"),
        [
            DataRequired(REQUIRED),
            Regexp(
                r"[A-Za-z0-9][A-Za-z0-9._-]{2,39}$",
                message=_("Use 3 to 40 letters, digits, dots, dashes or underscores."),
            ),
        ],
        filters=[line],
    )
    passphrase = PasswordField(_("Passphrase"), [DataRequired(REQUIRED), be_hard_to_guess])
    terms = BooleanField(_("I agree to both."), [DataRequired(_("Without this you cannot join."))])


class PassphraseForm(HouseForm):
    """A new passphrase, and the present one as proof."""

    passphrase = PasswordField(_("Present passphrase"), [DataRequired(REQUIRED)])
    new_passphrase = PasswordField(_("New passphrase"), [DataRequired(REQUIRED)])
    """How long it must be depends on the account: the operation says it."""


class CodeForm(HouseForm):
    """The code that the phone shows, or one from paper."""

    code = StringField(
        _("Code of the second factor"),
        [DataRequired(REQUIRED), Length(0, 40, _TOO_LONG)],
        filters=[line],
    )


class ProofForm(HouseForm):
    """The passphrase, as proof that it is the owner who changes what the account hangs on."""

    passphrase = PasswordField(_("Present passphrase"), [DataRequired(REQUIRED)])


class AddFactorForm(CodeForm, ProofForm):
    """Beginning with a second factor: what the phone shows, and the passphrase as proof."""


class ConsentForm(HouseForm):
    """Whether one's acts may be used for research in the protected tier."""

    research = BooleanField(_("Researchers may use my acts under a pseudonym."))


class EraseForm(HouseForm):
    """Leaving for good, with the passphrase as proof."""

    passphrase = PasswordField(_("Present passphrase"), [DataRequired(REQUIRED)])
    sure = BooleanField(
        _("I know that this cannot be undone."),
        [DataRequired(_("Tick this if you are sure."))],
    )


class RecoverForm(HouseForm):
    """Coming back by a code: whose account, the code, the new passphrase."""

    sign_in_name = StringField(_("Sign-in name"), [DataRequired(REQUIRED)], filters=[line])
    code = StringField(_("One-time code"), [DataRequired(REQUIRED)], filters=[line])
    new_passphrase = PasswordField(_("New passphrase"), [DataRequired(REQUIRED), be_hard_to_guess])


class WishForm(HouseForm):
    """Whose account should be opened by a mailed link: a sign-in name, or an address."""

    who = StringField(
        _("E-mail address or sign-in name"),
        [DataRequired(REQUIRED), Length(0, 254, _TOO_LONG)],
        filters=[line],
    )


class NewPassphraseForm(HouseForm):
    """A new passphrase; how long it must be depends on the account."""

    new_passphrase = PasswordField(_("New passphrase"), [DataRequired(REQUIRED)])
