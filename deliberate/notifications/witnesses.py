"""The daily mail of the published tree head to the witnesses of the log."""

from email.message import EmailMessage
from email.policy import SMTP

from deliberate.config import Settings
from deliberate.notifications.smtp import Mailer
from deliberate.sealing import compose_witness_mail


def notify_witnesses(settings: Settings, mailer: Mailer | None = None) -> bool:
    """Mail the newest published tree head to all witnesses; return whether a mail was sent.

    Raises TemporaryFailure, ConnectionLost or PermanentFailure, so that the job runs again.
    """
    letter = compose_witness_mail(settings)
    if letter is None or not (settings.mail_url or mailer):
        return False
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = ", ".join(letter.to)
    mail["Subject"] = letter.subject
    mail["Message-ID"] = letter.message_id
    mail.set_content(letter.body)
    mail.add_attachment(
        letter.head_line.encode(),
        maintype="application",
        subtype="jsonl",
        filename=letter.file_name,
    )
    with mailer or Mailer(settings.mail_url) as server:
        server.send(mail)
    return True
