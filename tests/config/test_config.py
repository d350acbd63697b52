"""An installation says which setting is wrong, by name."""

from dataclasses import fields

import pytest

from deliberate.config import Settings, UnsafeSetting, from_environment, unknown

SAFE = {
    "DELIBERATE_MODE": "production",
    "DELIBERATE_SECRET_KEY": "x" * 32,
    "DELIBERATE_BASE_URL": "https://partisipasi.example",
}
SECRETS = [spec.name for spec in fields(Settings) if spec.metadata]
VALUES = {
    "signing_key": "1a" * 32,
    "database_url": "postgresql://kota@db/kota",
    "redis_url": "redis://db",
    "mail_url": "smtp://mail.example",
}


def test_settings_come_from_the_environment():
    settings = from_environment({**SAFE, "DELIBERATE_RESPONSE_DAYS": "15"})
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
        ("METRICS_TOKEN", "short"),
        ("MIN_CELL", "9"),
        ("OIDC_ISSUER", "http://masuk.example"),
    ],
)
def test_an_unsafe_setting_is_refused_by_name(name, value):
    with pytest.raises(UnsafeSetting, match=f"DELIBERATE_{name}"):
        from_environment({**SAFE, f"DELIBERATE_{name}": value})


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("y" * 40 + "\n")
    given = {**SAFE, "DELIBERATE_SECRET_KEY_FILE": str(tmp_path / "key")}
    assert from_environment(given).secret_key == "y" * 40


def test_postgres_addresses_name_the_driver():
    settings = from_environment({**SAFE, "DELIBERATE_DATABASE_URL": "postgres://a@b/c"})
    assert settings.database == "postgresql+psycopg://a@b/c"


def test_an_issuer_needs_its_secret():
    given = {**SAFE, "DELIBERATE_OIDC_ISSUER": "https://masuk.example"}
    with pytest.raises(UnsafeSetting, match="DELIBERATE_OIDC_CLIENT_SECRET"):
        from_environment(given)


def test_what_is_refused_shows_no_secret():
    for name in ("SIGNING_KEY", "SECRET_KEY", "METRICS_TOKEN", "REDIS_URL", "DATABASE_URL"):
        with pytest.raises(UnsafeSetting) as refused:
            from_environment({**SAFE, f"DELIBERATE_{name}": "rahasia"})
        assert "rahasia" not in str(refused.value)


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_may_come_from_a_file(name, tmp_path):
    (tmp_path / "kept").write_text(VALUES.get(name, "ab" * 20) + "\n")
    given = {**SAFE, f"DELIBERATE_{name.upper()}_FILE": str(tmp_path / "kept")}
    assert getattr(from_environment(given), name) == VALUES.get(name, "ab" * 20)


def test_the_demo_needs_no_setting():
    assert from_environment({"DELIBERATE_MODE": "demo"}).is_demo


def test_a_misspelt_setting_is_found():
    given = {**SAFE, "DELIBERATE_SECRETKEY": "x", "DELIBERATE_SECRET_KEY_FILE": "x", "HOME": "x"}
    assert unknown(given) == ["DELIBERATE_SECRETKEY"]
