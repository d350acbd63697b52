"""Two hosts with folders of their own and one bucket: each serves what the other stored."""

import json
from contextlib import contextmanager
from dataclasses import replace

import pytest

from deliberate import create_app, sealing
from deliberate.commands import cli
from deliberate.database import create_transient_tables, db
from deliberate.exports.release_comparison import compare_releases
from deliberate.file_storage import create_file_storage, file_storage
from deliberate.models import Picture
from deliberate.operations.releases.releases import (
    delete_removed_files,
    publish_release,
    remove_release,
)
from deliberate.operations.site.pictures import remove_picture
from deliberate.queries.log.sealed_log import segment_files
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client
from tests.databases import release_connections
from tests.deploy.bucket_server import bucket_settings, running_bucket
from tests.site.test_pictures_pages import add_by_form, header_of

pytestmark = pytest.mark.sqlite  # what is stored where does not depend on the database


@contextmanager
def stored_in(app, settings):
    """Let an application store its files as other settings say."""
    before = app.config["SETTINGS"], app.extensions["file_storage"]
    app.config["SETTINGS"], app.extensions["file_storage"] = settings, create_file_storage(settings)
    yield
    app.config["SETTINGS"], app.extensions["file_storage"] = before


@pytest.fixture
def bucket(tmp_path):
    with running_bucket(tmp_path / "bucket") as server:
        yield server


@pytest.fixture
def other(app, bucket, tmp_path):
    """Yield the other host; `app` is the first one."""
    settings = replace(app.config["SETTINGS"], **bucket_settings(bucket))
    database = f"sqlite:///{settings.data_path / 'deliberate.db'}"
    second = create_app(replace(settings, data_dir=str(tmp_path), database_url=database))
    create_transient_tables(second)
    with stored_in(app, settings):
        yield second
    release_connections(second)


@pytest.fixture
def admin(app):
    return factories.create_staff(role=Role.ADMIN)


def files_named(*hosts, part):
    """Return the files of the hosts' upload and release folders whose paths have a part."""
    folders = [host.config["SETTINGS"].upload_path for host in hosts]
    folders += [host.config["SETTINGS"].releases_path for host in hosts]
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in paths if part in str(path) and path.name != ".lock"]


def test_picture_is_shown_by_the_other_host_until_it_is_removed(app, other, bucket, admin):
    process = factories.create_process()
    page = f"/en/desk/pictures/process/{process.slug}"
    assert add_by_form(app, admin, page).status_code == 303
    shown, client = header_of(process), anonymous_client(other)
    url = f"/pictures/{shown.stem}/400.webp"
    first = client.get(url)
    assert (first.status_code, first.content_length) == (200, len(first.data))
    assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    part = client.get(url, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.data) == (206, first.data[:10])
    assert files_named(app, other, part=shown.stem) == []
    remove_picture(admin, db.session.get(Picture, shown.id))
    assert client.get(url).status_code == 404
    assert bucket.stored_keys() == []


def test_release_is_downloaded_and_compared_on_the_other_host(app, other, bucket, admin):
    process, settings = factories.create_process(), app.config["SETTINGS"]
    sealing.seal_log(settings)
    release = publish_release(None, process, settings.releases_path)
    url = f"/data/{process.slug}/{release.stamp}"
    client = anonymous_client(other)
    archive = client.get(f"{url}.zip")
    assert (archive.status_code, len(archive.data)) == (200, release.size)
    assert "attachment" in archive.headers["Content-Disposition"]
    assert client.get(f"{url}/facts/week_facts.csv").status_code == 200
    assert client.get("/en/data/").status_code == 200
    with other.app_context():
        folder, log_path = other.config["SETTINGS"].releases_path, other.config["SETTINGS"].log_path
        assert list(compare_releases(db.session(), folder, log_path)) == []
    assert files_named(app, other, part=process.slug) == []
    remove_release(admin, release, "Perintah pengadilan")
    delete_removed_files(settings.releases_path)
    assert client.get(f"{url}.zip").status_code == 410
    assert [key for key in bucket.stored_keys() if process.slug in key] == []


def test_log_is_read_and_verified_on_the_other_host(app, other):
    settings = app.config["SETTINGS"]
    factories.create_process()
    sealing.seal_log(settings)
    (name,) = sealing.write_segments(settings.log_path, rest=True)
    with other.app_context():
        log_path = other.config["SETTINGS"].log_path
        (copied,), covered = segment_files(log_path, 1_000_000)
        assert copied == log_path / "segments" / name and covered > 0
        assert copied.read_bytes() == (settings.log_path / "segments" / name).read_bytes()
        assert sealing.verify_log(log_path) == []


def test_bucket_that_is_down_refuses_a_file_at_its_field_and_a_download_in_time(app, other, admin):
    process = factories.create_process()
    page = f"/en/desk/pictures/process/{process.slug}"
    add_by_form(app, admin, page)
    url = f"/pictures/{header_of(process).stem}/400.webp"
    gone = replace(app.config["SETTINGS"], storage_endpoint="http://127.0.0.1:9")
    with stored_in(app, gone):
        refused = add_by_form(app, admin, page, alt="Halte yang kami pilih")
        assert refused.status_code == 422 and "Halte yang kami pilih" in refused.text
        assert "cannot store files now" in refused.text
        assert anonymous_client(app).get(url).status_code == 503
        checked = app.test_cli_runner().invoke(cli, ["check"])
        assert checked.output.count("DELIBERATE_STORAGE_URL: ") == 1 and checked.exit_code == 1
    assert anonymous_client(other).get(url).status_code == 200


def test_push_moves_the_files_of_the_folders_into_the_bucket(app, bucket, admin):
    settings, process = app.config["SETTINGS"], factories.create_process()
    runner = app.test_cli_runner()
    assert runner.invoke(cli, ["storage", "push"]).exit_code == 2
    add_by_form(app, admin, f"/en/desk/pictures/process/{process.slug}")
    url = f"/pictures/{header_of(process).stem}/400.webp"
    sealing.seal_log(settings)
    (segment,) = sealing.write_segments(settings.log_path, rest=True)
    with stored_in(app, replace(settings, **bucket_settings(bucket))):
        kept = json.loads(runner.invoke(cli, ["storage", "push", "--keep", "--json"]).output)
        assert kept["put"] >= 4 and files_named(app, part=header_of(process).stem)
        again = json.loads(runner.invoke(cli, ["storage", "push", "--json"]).output)
        assert again == {"put": 0, "present": kept["put"], "bytes": 0}
        assert files_named(app, part="") == []
        assert f"kota/log/segments/{segment}" in bucket.stored_keys()
        assert (settings.log_path / "segments" / segment).is_file()
        assert anonymous_client(app).get(url).status_code == 200
        assert file_storage().names(settings.upload_path)
