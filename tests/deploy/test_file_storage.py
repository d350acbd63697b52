"""The storage of files: the same contract for folders and a bucket, and a killed upload."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from deliberate.config import Settings, find_problems
from deliberate.file_storage import StorageUnavailable, create_file_storage
from tests.deploy.bucket_server import bucket_settings, running_bucket


@pytest.fixture
def bucket(tmp_path):
    with running_bucket(tmp_path / "bucket") as server:
        yield server


@pytest.fixture(params=["folder", "bucket"])
def settings(request, tmp_path):
    names = {} if request.param == "folder" else bucket_settings(request.getfixturevalue("bucket"))
    (tmp_path / "data").mkdir()
    return Settings(mode="test", data_dir=str(tmp_path / "data"), **names)


def test_written_file_is_read_listed_counted_and_deleted(settings):
    storage, path = create_file_storage(settings), settings.upload_path / "a.png"
    assert storage.open(path) is None
    storage.write(path, b"gambar")
    stored = storage.open(path)
    with stored.open_file() as file:
        assert file.read() == b"gambar"
    assert (storage.open(path).start(3), stored.size) == (b"gam", 6)
    assert abs(stored.modified_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert storage.open(path).etag == stored.etag
    assert storage.names(settings.upload_path) == ["a.png"]
    assert storage.names(settings.upload_path, datetime.now(UTC) - timedelta(days=1)) == []
    assert storage.total_bytes(settings.upload_path) == 6
    storage.delete(path)
    storage.delete(path)  # a missing one is ignored
    assert storage.open(path) is None and storage.names(settings.upload_path) == []


def test_saved_segment_has_a_lasting_copy_on_every_host(settings):
    storage, path = create_file_storage(settings), settings.log_path / "segments" / "1.parquet"
    path.parent.mkdir(parents=True)
    source = path.parent / "writing-1"
    source.write_bytes(b"baris")
    storage.save(source, path)
    assert path.read_bytes() == b"baris" and not source.exists()
    if settings.storage_url:
        path.unlink()  # as on another host
        assert storage.fetch(path) and path.read_bytes() == b"baris"
        assert [found.name for found in path.parent.iterdir()] == ["1.parquet"]
    assert not storage.fetch(path.with_name("2.parquet"))


def test_saved_release_is_read_as_a_folder_and_deleted_as_one(settings):
    storage, folder = create_file_storage(settings), settings.releases_path / "kota" / "2026"
    for name in ("manifest.json", "facts/a.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
        storage.save(folder / name, folder / name)
    with storage.local_folder(folder) as local:
        assert (local / "facts/a.csv").read_text() == "facts/a.csv"
    storage.delete_folder(folder)
    assert storage.names(settings.releases_path) == []


def test_problem_of_a_storage_is_empty_while_it_works(settings):
    assert create_file_storage(settings).problem(writes=True) == ""


def test_bucket_that_is_down_is_named_soon(tmp_path):
    with running_bucket(tmp_path / "bucket") as server:
        names = bucket_settings(server)
    settings, start = Settings(mode="test", data_dir=str(tmp_path), **names), time.monotonic()
    storage = create_file_storage(settings)
    with pytest.raises(StorageUnavailable):
        storage.open(settings.upload_path / "a.png")
    assert storage.problem().startswith("DELIBERATE_STORAGE_URL: ")
    assert time.monotonic() - start < 20


UPLOAD = """
import sys
from pathlib import Path
from deliberate.config import Settings
from deliberate.file_storage import create_file_storage
url, endpoint, key, secret, data, source = sys.argv[1:]
settings = Settings(mode="test", data_dir=data, storage_url=url, storage_endpoint=endpoint,
                    storage_key_id=key, storage_secret=secret)
create_file_storage(settings).put(Path(source), settings.releases_path / "kota.zip")
"""


@pytest.mark.parametrize("size", [2_000_000, 12_000_000])  # in one request, in parts
def test_killed_upload_leaves_no_part_of_an_object(tmp_path, bucket, size):
    source = tmp_path / "source"
    source.write_bytes(os.urandom(size))
    names = bucket_settings(bucket)
    command = [sys.executable, "-c", UPLOAD, *names.values(), str(tmp_path), str(source)]
    bucket.delay = 0.1
    with subprocess.Popen(command) as upload:
        while not any(method == "PUT" for method, _key in bucket.requests):
            time.sleep(0.02)
        time.sleep(0.3)  # the server is reading
        upload.send_signal(signal.SIGKILL)
    assert bucket.stored_keys() == []
    bucket.delay = 0
    subprocess.run(command, check=True)
    assert bucket.stored_keys() == ["kota/releases/kota.zip"]
    assert bucket.path("kota/releases/kota.zip").read_bytes() == source.read_bytes()


def test_settings_of_a_bucket_are_complete_or_absent():
    whole = {"storage_url": "s3://kota", "storage_key_id": "a", "storage_secret": "b"}
    assert find_problems(Settings(mode="test", **whole)) == []
    for change, name in (
        ({"storage_url": "http://kota"}, "STORAGE_URL"),
        ({"storage_secret": ""}, "STORAGE_SECRET"),
        ({"storage_endpoint": "minio:9000"}, "STORAGE_ENDPOINT"),
        ({"storage_url": "", "storage_secret": ""}, "STORAGE_KEY_ID"),
    ):
        (problem,) = find_problems(Settings(mode="test", **{**whole, **change}))
        assert problem.startswith(f"DELIBERATE_{name} ")
