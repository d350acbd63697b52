"""An installation says which setting is wrong, by name."""

import pytest

from deliberate.config import UnsafeSetting, from_environment

SAFE = {
    "DELIBERATE_MODE": "production",
    "DELIBERATE_SECRET_KEY": "x" * 32,
    "DELIBERATE_BASE_URL": "https://partisipasi.example",
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
