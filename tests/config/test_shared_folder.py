"""One folder for all hosts: what has an address lies in it, what is of one host does not."""

from dataclasses import replace

from deliberate.config import Settings, find_problems


def test_shared_folder_has_everything_with_an_address(tmp_path):
    settings = Settings(mode="test", data_dir=str(tmp_path / "host"), shared_dir=str(tmp_path))
    shared = {
        settings.releases_path,
        settings.imported_path,
        settings.upload_path,
        settings.log_path,
    }
    assert shared == {tmp_path / name for name in ("releases", "imported", "uploads", "log")}
    assert str(settings.data_path) in settings.database_uri


def test_folders_with_settings_of_their_own_stay_where_these_say(tmp_path):
    settings = Settings(
        mode="test", shared_dir=str(tmp_path), log_dir="/srv/log", upload_dir="/srv/uploads"
    )
    assert (str(settings.log_path), str(settings.upload_path)) == ("/srv/log", "/srv/uploads")


def test_read_url_needs_postgresql_for_both():
    settings = Settings(mode="test", read_url="postgresql://replica/x")
    other = replace(settings, database_url="postgresql://a/b", read_url="sqlite:///x")
    for refused in (settings, other):
        (problem,) = find_problems(refused)
        assert problem.startswith("DELIBERATE_READ_URL must begin with postgresql")
    assert find_problems(replace(settings, database_url="postgres://primary/x")) == []
