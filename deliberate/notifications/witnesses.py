"""The daily head of the log, mailed to those who keep it: the promise rests on their copies."""

from email.message import EmailMessage
from email.policy import SMTP

from deliberate.config import Settings
from deliberate.notifications.smtp import Mailer
from deliberate.sealing import witness_letter


def tell_witnesses(settings: Settings, mailer: Mailer | None = None) -> bool:
    """Mail the newest head given out to every witness in the settings; False if none was mailed.

    Raises TryLater, ServerGone or NeverThrough, so that the job is run again.
    """
    letter = witness_letter(settings)
    if letter is None or not (settings.mail_url or mailer):
        return False
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = ", ".join(letter.to)
    mail["Subject"] = letter.subject
    mail["Message-ID"] = letter.name
    mail.set_content(letter.body)
    with mailer or Mailer(settings.mail_url) as server:
        server.send(mail)
    return True
