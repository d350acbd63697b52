"""Forms for joining, signing in, recovery and the account page."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, Field, PasswordField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional, Regexp, StopValidation

from deliberate.forms import REQUIRED, LocalizedForm, single_line
from deliberate.queries.accounts.passphrase_policy import passphrase_problem
from deliberate.text import clean_line, is_email_address, is_plain_name

_TOO_LONG = _("This is too long.")
_INVALID_NAME = _("Use letters of one alphabet, digits and spaces; no pictures or hidden marks.")


def check_display_name(_form: LocalizedForm, field: Field) -> None:
    """Validate that a name has 2 to 40 visible characters of one alphabet."""
    name = field.data
    if not is_plain_name(name):
        raise ValidationError(_INVALID_NAME)
    if not 2 <= len(name) <= 40:
        raise ValidationError(_("A name has 2 to 40 characters."))


def check_email(_form: LocalizedForm, field: Field) -> None:
    """Validate that a mail can be sent to an address, and that nothing hides in it."""
    address = field.data or ""
    if address != clean_line(address):
        raise StopValidation(
            _("There are hidden characters in this address. Type it instead of pasting it.")
        )
    if not is_email_address(address):
        raise StopValidation(_("An e-mail address looks like name@example.org."))


def _strip(value: str | None) -> str:
    return (value or "").strip()


def check_passphrase(form: LocalizedForm, field: Field) -> None:
    """Validate a passphrase without a second factor."""
    names = [form[name].data or "" for name in ("sign_in_name", "display_name") if name in form]
    if weak := passphrase_problem(field.data or "", *names):
        raise ValidationError(weak)


class SignInForm(LocalizedForm):
    """Sign-in name and passphrase."""

    sign_in_name = StringField(
        _("Sign-in name"), [DataRequired(REQUIRED), Length(0, 80, _TOO_LONG)]
    )
    passphrase = PasswordField(_("Passphrase"), [DataRequired(REQUIRED), Length(0, 256, _TOO_LONG)])


class DisplayNameForm(LocalizedForm):
    """The name or alias shown with a person's texts."""

    display_name = StringField(
        _("Name or alias"), [DataRequired(REQUIRED), check_display_name], filters=[single_line]
    )


class EmailForm(LocalizedForm):
    """The e-mail address for messages; an empty one removes it."""

    email = EmailField(
        _("E-mail"),
        [
            Optional(),
            Length(0, 254, _TOO_LONG),
            check_email,
        ],
        filters=[_strip],
    )


class AreaForm(LocalizedForm):
    """The village or district a person lives in; optional."""

    area = StringField(
        _("Area: village or district"),
        [Optional(), Length(0, 80, _TOO_LONG)],
        filters=[single_line],
    )


class NewAccountForm(LocalizedForm):
    """What every new account needs: how to sign in, and the agreement to the terms."""

    sign_in_name = StringField(
        _("Sign-in name"),
        [
            DataRequired(REQUIRED),
            Regexp(
                r"[A-Za-z0-9][A-Za-z0-9._-]{2,39}$",
                message=_("Use 3 to 40 letters, digits, dots, dashes or underscores."),
            ),
        ],
        filters=[single_line],
    )
    passphrase = PasswordField(_("Passphrase"), [DataRequired(REQUIRED), check_passphrase])
    terms = BooleanField(_("I agree to both."), [DataRequired(_("Without this you cannot join."))])


class JoinForm(NewAccountForm, DisplayNameForm, EmailForm, AreaForm):
    """A new account, without identity number, telephone number or photograph."""


class PassphraseForm(LocalizedForm):
    """A new passphrase, with the present one as proof."""

    passphrase = PasswordField(_("Present passphrase"), [DataRequired(REQUIRED)])
    new_passphrase = PasswordField(_("New passphrase"), [DataRequired(REQUIRED)])
    """The operation checks its length, which depends on the account."""


class CodeForm(LocalizedForm):
    """A code of the authenticator app, or a recovery code."""

    code = StringField(
        _("Code of the second factor"),
        [DataRequired(REQUIRED), Length(0, 40, _TOO_LONG)],
        filters=[single_line],
    )


class ConfirmPassphraseForm(LocalizedForm):
    """The passphrase, as proof for changes to how an account is opened."""

    passphrase = PasswordField(_("Present passphrase"), [DataRequired(REQUIRED)])


class AddSecondFactorForm(CodeForm, ConfirmPassphraseForm):
    """The first code of a second factor, with the passphrase as proof."""


class ConsentForm(LocalizedForm):
    """Consent to the use of a person's acts for research in the protected tier."""

    research = BooleanField(_("Researchers may use my acts under a pseudonym."))


class EraseAccountForm(LocalizedForm):
    """Confirmation of the deletion of an account, with the passphrase as proof."""

    passphrase = PasswordField(_("Present passphrase"), [DataRequired(REQUIRED)])
    sure = BooleanField(
        _("I know that this cannot be undone."),
        [DataRequired(_("Tick this if you are sure."))],
    )


class RecoverAccountForm(LocalizedForm):
    """Sign-in name, one-time code and new passphrase."""

    sign_in_name = StringField(_("Sign-in name"), [DataRequired(REQUIRED)], filters=[single_line])
    code = StringField(_("One-time code"), [DataRequired(REQUIRED)], filters=[single_line])
    new_passphrase = PasswordField(_("New passphrase"), [DataRequired(REQUIRED), check_passphrase])


class PasswordResetRequestForm(LocalizedForm):
    """The sign-in name or e-mail address to send a reset link for."""

    identifier = StringField(
        _("E-mail address or sign-in name"),
        [DataRequired(REQUIRED), Length(0, 254, _TOO_LONG)],
        filters=[single_line],
    )


class NewPassphraseForm(LocalizedForm):
    """A new passphrase; the operation checks its length, which depends on the account."""

    new_passphrase = PasswordField(_("New passphrase"), [DataRequired(REQUIRED)])
