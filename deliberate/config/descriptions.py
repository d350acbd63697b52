"""What each setting means and what its value does, for the command line and docs/settings.md."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from deliberate.config import PREFIX, Settings, read_values
from deliberate.config.settings_file import Variables
from deliberate.config.terminal import translate

HIDDEN = "…"
"""Printed in place of a secret that is set."""


def _(message: str) -> str:
    """Return a message as it is: it is translated when it is printed."""
    return message


TEXTS = {
    "mode": (
        _("What the program runs as: production, demo (the sample city) or test."),
        _("Production refuses unsafe settings; demo prints sign-in details."),
    ),
    "secret_key": (
        _("Secret of at least 32 characters from which keys are derived."),
        _("Another value without a key ring ends sessions, links and second factors."),
    ),
    "key_ring_file": (
        _(
            "File of the key ring, mode 600. Empty: the file key-ring in the data folder, if it"
            " exists."
        ),
        _("Its newest key writes, all its keys read; `deliberate keys rotate` adds one."),
    ),
    "signing_key": (
        _("Ed25519 key of the log, 64 hex digits. Empty: the file signing.pem beside the log."),
        _("Signs the tree heads; change it by `deliberate log key --rotate` alone."),
    ),
    "database_url": (
        _("Address of the database, sqlite:// or postgresql://. Empty: SQLite in the data folder."),
        _("Everything that is recorded is stored there."),
    ),
    "backup_server_url": (
        _("Address of a PostgreSQL server where an account may create databases."),
        _("`deliberate backup verify` opens backups there. Empty: the server of the database."),
    ),
    "data_dir": (
        _("Folder of everything that is not in the database, and of SQLite's database."),
        _("The only folder that the program writes to, unless the next two name others."),
    ),
    "log_dir": (
        _("Folder of log segments, leaf hashes and signing.pem. Empty: log in the data folder."),
        _("Several hosts name one shared folder."),
    ),
    "upload_dir": (
        _("Folder of attached files. Empty: uploads in the data folder."),
        _("Several hosts name one shared folder."),
    ),
    "shared_dir": (
        _("Folder that all hosts share: log, uploads and releases. Empty: the data folder."),
        _("What one host stores there, the others serve."),
    ),
    "storage_url": (
        _("Bucket for log segments, releases and uploads, s3://bucket/prefix; needs the extra s3."),
        _("Hosts without a shared folder serve what any of them stores. Empty: the folders."),
    ),
    "storage_endpoint": (
        _("Address of an S3-compatible server such as MinIO, Garage or Ceph."),
        _("Empty: that of Amazon in the region."),
    ),
    "storage_region": (
        _("Region of the bucket. Empty: us-east-1, which most other servers accept."),
        _("It is part of the signature of each request to the bucket."),
    ),
    "storage_key_id": (
        _("Id of the access key of the bucket."),
        _("The key must be allowed to list, read, write and delete objects."),
    ),
    "storage_secret": (
        _("Secret of the access key of the bucket."),
        _("Signs each request to the bucket."),
    ),
    "read_url": (
        _("Address of a streaming replica of PostgreSQL. Empty: the database is read."),
        _("Readers without an account read there while it is at most 5 seconds behind."),
    ),
    "transaction_pooling": (
        _("Whether connections go through a pooler that gives one for a transaction each."),
        _("Nothing is kept on a connection between two transactions, such as prepared statements."),
    ),
    "base_url": (
        _("Address of the site, without a path."),
        _("Links in mails, feeds and files begin with it; forms from elsewhere are refused."),
    ),
    "plain_http": (
        _("Try an empty platform without TLS on this machine."),
        _("Cookies are not bound to HTTPS; refused with any address but this machine's own."),
    ),
    "redis_url": (
        _("Address of a Redis server, which needs the extra scale."),
        _("Rate limits and the queue of jobs are stored there, otherwise in the database."),
    ),
    "witnesses": (
        _("Mail addresses of witnesses of the log, with commas."),
        _("Each is mailed the tree head of the day; it needs a mail server."),
    ),
    "require_totp": (
        _("Whether every account with a role needs a second factor."),
        _("Without one such an account sees no page but the one that sets it up."),
    ),
    "oidc_issuer": (
        _("Address of an OpenID Connect provider, which needs the extra sso."),
        _("People can link their account to it and sign in with it; it gives no role."),
    ),
    "oidc_client_id": (
        _("Client id at the OpenID Connect provider."),
        _("Sent to the provider when a person signs in there."),
    ),
    "oidc_client_secret": (
        _("Client secret at the OpenID Connect provider."),
        _("Proves to the provider that a sign-in comes from this site."),
    ),
    "oidc_verified_claim": (
        _("Claim that verifies a resident: a name, or name=value."),
        _("Who signs in with it is a verified resident. Empty: nobody is verified so."),
    ),
    "brand_name": (
        _("Name of the site."),
        _("Shown on every page, in mails and in authenticator apps."),
    ),
    "brand_color": (
        _("Colour of the site such as #0b5148, behind white text."),
        _("Colours the pages; `deliberate check` reports too little contrast."),
    ),
    "default_lang": (
        _("Language of who has chosen none: id or en."),
        _("Pages without a language in their address, and mails to new people."),
    ),
    "timezone": (
        _("Time zone of the site, such as Asia/Makassar."),
        _("Dates on pages, deadlines in working days and nightly jobs follow it."),
    ),
    "holidays_file": (
        _("File with further days off, one date such as 2027-03-20 a line."),
        _("These days do not count towards deadlines of responses."),
    ),
    "response_days": (
        _("Working days for an official response, proposed for new processes."),
        _("Opened processes keep their own."),
    ),
    "support_threshold": (
        _("Number of supports that asks for an official response, proposed for new processes."),
        _("Opened processes keep their own."),
    ),
    "min_cell": (
        _("Smallest group that a released table or a score is about; 10 or more in production."),
        _("Smaller groups are left out of releases and figures."),
    ),
    "mail_url": (
        _("Address of the mail server, smtp:// or smtps://, with user and passphrase."),
        _("Without it no mail is sent: no confirmations, recovery, notices or tree heads."),
    ),
    "mail_from": (
        _("Sender of mails; also the contact for push services."),
        _("Mail servers must accept mail of this address from your server."),
    ),
    "mail_domain": (
        _("Domain of which the program reads the mail: failure reports and replies."),
        _("Mails get a return address there; its mail server runs `deliberate mail`."),
    ),
    "mail_webhook_secret": (
        _("Secret of a provider that reports failed mails by HTTP, 32 characters or more."),
        _("Signed reports are accepted at /mail/failures. Empty: none."),
    ),
    "gateway_url": (
        _("HTTPS address of a gateway that passes texts on to telephones."),
        _("People can give a telephone number. Empty: no page asks for one."),
    ),
    "gateway_secret": (
        _("Secret shared with that gateway, 32 characters or more."),
        _("Signs each text that is handed to it."),
    ),
    "phone_country": (
        _("Calling code of telephone numbers that begin with 0."),
        _("0812 is read as +62812 with 62."),
    ),
    "push_key": (
        _("Private key for notices on devices; `deliberate push-key` prints one."),
        _("People can switch notices on. With another key every device must be added again."),
    ),
    "trusted_proxies": (
        _("Number of proxies in front of the program."),
        _("As many addresses of X-Forwarded-For are believed; 0 takes the proxy for the visitor."),
    ),
    "limits": (
        _("Whether writing and signing in are rate limited."),
        _("Switch it off for a load test or a meeting in one network only."),
    ),
    "person_storage_mb": (
        _("Largest size of all files of one person, in MB."),
        _("A person who reaches it reads so at the field."),
    ),
    "upload_storage_mb": (
        _("Largest size of the files of all people, in MB."),
        _("When it is reached, files are refused until there is room again."),
    ),
    "embed_origins": (
        _("Sites that may frame the pages of /embed, such as https://news.example, with commas."),
        _("Browsers show these pages nowhere else; every other page is framed nowhere."),
    ),
    "metrics_token": (
        _("Bearer token for /metrics, 16 characters or more."),
        _("Without one the figures are given to this machine alone."),
    ),
}
"""Meaning and effect of each setting by name."""


@dataclass(frozen=True)
class Description:
    """A setting as `deliberate settings` prints it; of a secret neither value nor length."""

    name: str
    meaning: str
    effect: str
    default: str
    value: str
    source: str
    is_secret: bool


def describe_settings(variables: Variables) -> Iterator[Description]:
    """Yield every setting with its value and where the value comes from.

    A value that cannot be read is shown as it was given.
    """
    values, _problems = read_values(variables.values)
    for spec in fields(Settings):
        name, is_secret = PREFIX + spec.name.upper(), bool(spec.metadata)
        given = values.get(spec.name, variables.values.get(name) or spec.default)
        meaning, effect = TEXTS[spec.name]
        yield Description(
            name,
            translate(meaning),
            translate(effect),
            as_text(spec.default),
            HIDDEN if is_secret and given else as_text(given),
            _source(variables, name, is_secret),
            is_secret,
        )


def as_text(value: object) -> str:
    """Return a value as the settings file has it."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _source(variables: Variables, name: str, is_secret: bool) -> str:
    """Return default, environment or the path of the settings file; of a secret its own file."""
    by_file = f"{name}_FILE"
    if is_secret and variables.values.get(by_file):
        return f"{by_file} ({_origin(variables, by_file)})"
    return _origin(variables, name) if variables.values.get(name) else "default"


def _origin(variables: Variables, name: str) -> str:
    return str(variables.path) if name in variables.from_file else "environment"
