"""Settings from the environment; invalid ones are rejected by name."""

from dataclasses import fields
from pathlib import Path

import pytest

from deliberate import create_app
from deliberate.commands.startup import migrate_stores
from deliberate.config import (
    MAX_REQUEST_MB,
    MAX_UPLOAD_MB,
    InvalidSetting,
    Settings,
    load_settings,
    unknown_variables,
)
from tests import factories

VALID = {
    "DELIBERATE_MODE": "production",
    "DELIBERATE_SECRET_KEY": "x" * 32,
    "DELIBERATE_BASE_URL": "https://partisipasi.example",
}
SECRETS = [spec.name for spec in fields(Settings) if spec.metadata]
VALUES = {
    "push_key": "A" * 42 + "E",
    "signing_key": "1a" * 32,
    "database_url": "postgresql://kota@db/kota",
    "backup_server_url": "postgresql://kota@db/postgres",
    "read_url": "postgresql://kota@replica/kota",
    "redis_url": "redis://db",
    "mail_url": "smtp://mail.example",
}


def test_settings_are_read_from_the_environment():
    settings = load_settings({**VALID, "DELIBERATE_RESPONSE_DAYS": "15"})
    assert (settings.response_days, settings.mode) == (15, "production")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("BASE_URL", "http://partisipasi.example"),
        ("MODE", "debug"),
        ("RESPONSE_DAYS", "twenty"),
        ("DEFAULT_LANG", "nl"),
        ("SECRET_KEY_FILE", "/does/not/exist"),
        ("SECRET_KEY", ""),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://partisipasi.example/deliberate"),
        ("BASE_URL", "https://admin@partisipasi.example"),
        ("TIMEZONE", "Asia/Nusantara"),
        ("DATABASE_URL", "mysql://kota@db/kota"),
        ("SIGNING_KEY", "1" * 63),
        ("REDIS_URL", "http://redis"),
        ("MAIL_URL", "mail.example"),
        ("MAIL_FROM", "kota"),
        ("WITNESSES", "koran@example.id, ombudsman"),
        ("HOLIDAYS_FILE", "/does/not/exist"),
        ("RESPONSE_DAYS", "0"),
        ("SUPPORT_THRESHOLD", "-1"),
        ("TRUSTED_PROXIES", "-1"),
        ("PERSON_STORAGE_MB", "0"),
        ("UPLOAD_STORAGE_MB", "0"),
        ("METRICS_TOKEN", "short"),
        ("MIN_CELL", "9"),
        ("OIDC_ISSUER", "http://masuk.example"),
        ("LIMITS", "perhaps"),
        ("PLAIN_HTTP", "2"),
        ("BASE_URL", "https://[partisipasi"),
        ("BASE_URL", "ftp://partisipasi.example"),
        ("MAIL_URL", "smtp://"),
        ("MAIL_URL", "smtp://mail.example:port"),
        ("REDIS_URL", "redis://"),
        ("GATEWAY_URL", "https://["),
        ("DATABASE_URL", "postgresql://kota@db:port/kota"),
        ("BACKUP_SERVER_URL", "kota"),
    ],
)
def test_invalid_setting_is_rejected_by_name(name, value):
    with pytest.raises(InvalidSetting, match=f"DELIBERATE_{name}"):
        load_settings({**VALID, f"DELIBERATE_{name}": value})


def test_secret_setting_can_be_read_from_a_file(tmp_path):
    (tmp_path / "key").write_text("y" * 40 + "\n")
    environ = {**VALID, "DELIBERATE_SECRET_KEY_FILE": str(tmp_path / "key")}
    assert load_settings(environ).secret_key == "y" * 40


def test_secret_file_that_is_no_text_is_rejected_by_name(tmp_path):
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidSetting, match="DELIBERATE_SECRET_KEY_FILE: cannot read"):
        load_settings({**VALID, "DELIBERATE_SECRET_KEY_FILE": str(tmp_path / "key")})


def test_every_invalid_setting_is_named_at_once():
    environ = {**VALID, "DELIBERATE_TIMEZONE": "Mars", "DELIBERATE_MIN_CELL": "two"}
    with pytest.raises(InvalidSetting) as error:
        load_settings(environ)
    names = [line.split()[0] for line in str(error.value).splitlines()]
    assert names == ["DELIBERATE_MIN_CELL", "DELIBERATE_TIMEZONE"]


def test_empty_setting_has_its_default():
    assert load_settings({**VALID, "DELIBERATE_MIN_CELL": "", "DELIBERATE_LIMITS": ""}).limits


@pytest.mark.parametrize(("word", "is_on"), [("1", True), ("YES", True), ("off", False)])
def test_switch_is_read_from_its_words(word, is_on):
    assert load_settings({**VALID, "DELIBERATE_LIMITS": word}).limits is is_on


def test_postgres_uri_names_the_driver():
    settings = load_settings({**VALID, "DELIBERATE_DATABASE_URL": "postgres://a@b/c"})
    assert settings.database_uri == "postgresql+psycopg://a@b/c"


def test_oidc_issuer_needs_a_client_secret():
    environ = {**VALID, "DELIBERATE_OIDC_ISSUER": "https://masuk.example"}
    with pytest.raises(InvalidSetting, match="DELIBERATE_OIDC_CLIENT_SECRET"):
        load_settings(environ)


def test_invalid_setting_message_shows_no_secret():
    for name in ("SIGNING_KEY", "SECRET_KEY", "METRICS_TOKEN", "REDIS_URL", "DATABASE_URL"):
        with pytest.raises(InvalidSetting) as error:
            load_settings({**VALID, f"DELIBERATE_{name}": "rahasia"})
        assert "rahasia" not in str(error.value)


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_setting_can_be_read_from_a_file(name, tmp_path):
    if name == "push_key":
        pytest.importorskip("pywebpush", reason="the extra push is not installed")
    (tmp_path / "secret").write_text(VALUES.get(name, "ab" * 20) + "\n")
    environ = {**VALID, f"DELIBERATE_{name.upper()}_FILE": str(tmp_path / "secret")}
    if name == "read_url":  # a replica is one of PostgreSQL
        environ["DELIBERATE_DATABASE_URL"] = VALUES["database_url"]
    assert getattr(load_settings(environ), name) == VALUES.get(name, "ab" * 20)


def test_demo_mode_needs_no_setting():
    assert load_settings({"DELIBERATE_MODE": "demo"}).is_demo


def test_misspelt_variable_is_reported_as_unknown():
    environ = {**VALID, "DELIBERATE_SECRETKEY": "x", "DELIBERATE_SECRET_KEY_FILE": "x", "HOME": "x"}
    assert unknown_variables(environ) == {"DELIBERATE_SECRETKEY": "DELIBERATE_SECRET_KEY"}


def test_documents_state_the_largest_request_that_the_application_accepts():
    docs = Path(__file__).parents[2] / "docs"
    for page in ("operate.md", "operate.id.md"):
        assert f"`client_max_body_size {MAX_UPLOAD_MB}m`" in (docs / page).read_text()
    security = (docs / "security.md").read_text()
    assert security.count(f" {MAX_REQUEST_MB} MB") == security.count(f" {MAX_UPLOAD_MB} MB") == 2


TRIAL = {**VALID, "DELIBERATE_PLAIN_HTTP": "1", "DELIBERATE_BASE_URL": "http://127.0.0.1:8000"}


def test_installation_without_tls_is_for_this_machine_alone():
    assert not load_settings(TRIAL).uses_tls and load_settings(VALID).uses_tls
    for name, value in (
        ("BASE_URL", "http://partisipasi.example"),
        ("BASE_URL", "http://10.0.0.5:8000"),
        ("BASE_URL", "https://127.0.0.1"),
        ("TRUSTED_PROXIES", "1"),
    ):
        with pytest.raises(InvalidSetting, match="DELIBERATE_PLAIN_HTTP"):
            load_settings({**TRIAL, f"DELIBERATE_{name}": value})


def test_trial_without_tls_signs_in_by_http_and_answers_no_other_machine(tmp_path):
    settings = load_settings(TRIAL, data_dir=str(tmp_path))
    app = create_app(settings)
    migrate_stores(app)
    with app.app_context():
        factories.account_operations.join("warga1", "Warga Satu", factories.PASSPHRASE)
    client, base = app.test_client(), "http://127.0.0.1:8000"
    form = {"sign_in_name": "warga1", "passphrase": factories.PASSPHRASE}
    response = client.post("/id/sign-in", data=form, base_url=base, headers={"Origin": base})
    assert response.status_code == 303
    assert "Strict-Transport-Security" not in response.headers
    assert client.get("/id/account", base_url=base).status_code == 200
    for host, address in (("http://kota.example", "127.0.0.1"), (base, "10.0.0.9")):
        answer = client.get("/id/", base_url=host, environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 403
