"""Joining and signing in: what these forms may carry."""

from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from deliberate.forms import REQUIRED, HouseForm


class SignInForm(HouseForm):
    """The private sign-in name and the passphrase."""

    sign_in_name = StringField(_("Sign-in name"), [DataRequired(REQUIRED), Length(max=80)])
    passphrase = PasswordField(_("Passphrase"), [DataRequired(REQUIRED), Length(max=256)])
