"""Announcements of earlier versions become news, with their notices and choices."""

import json

from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from deliberate.database import db
from deliberate.models import ProcessNews
from tests.client import anonymous_client
from tests.migrations import schema_0001

ROWS = r"""
INSERT INTO announcement (id, process_id, author_id, institution_id, body, body_html, renderer,
  salt, language, published_at)
VALUES (7, 1, 1, 1, 'Rapat **warga**', '<p>Rapat</p>', 'x', 'ssssssssssssssss', 'id',
  '2026-03-05 01:00:00');
INSERT INTO notice (id, key, kind, process_id, details, created_at, last_person_id)
VALUES (1, 'a', 'announcement.published', 1, '{"announcement"\:7}', '2026-03-05 01:00:00', 0);
INSERT INTO notice_setting (person_id, topic, channel, is_on)
VALUES (1, 'announcement.published', 'mail', false)
"""


def read(query: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def read_notice() -> tuple[object, object]:
    kind, details = read("SELECT kind, details FROM notice")[0]
    return kind, json.loads(details)


def test_announcement_becomes_news_and_can_go_back(unmigrated_app):
    upgrade(revision="0001")
    schema_0001.insert_rows()
    upgrade(revision="0014")
    schema_0001.execute(ROWS)
    upgrade()
    news = db.session.query(ProcessNews).one()
    assert (news.title, news.body, news.institution_id) == ("Rapat warga", "Rapat **warga**", 1)
    assert (news.announcement_id, news.sealed_text) == (7, "Rapat **warga**")
    assert read_notice() == ("news.published", {"news_item": news.id})
    assert read("SELECT topic FROM notice_setting") == [("news.published",)]
    db.session.remove()
    downgrade(revision="0014")
    assert read("SELECT id, body, author_id FROM announcement") == [(7, "Rapat **warga**", 1)]
    assert read_notice() == ("announcement.published", {"announcement": 7})
    assert read("SELECT topic FROM notice_setting") == [("announcement.published",)]


def publish_announcement(*, body, language):
    upgrade(revision="0001")
    schema_0001.insert_rows()
    upgrade(revision="0014")
    row = (
        ROWS.split(";", maxsplit=1)[0]
        .replace("Rapat **warga**", body)
        .replace("'id',", f"'{language}',")
    )
    schema_0001.execute(row)
    upgrade()


def test_announcement_in_english_is_marked_as_english_and_stays_so_on_the_way_back(unmigrated_app):
    publish_announcement(body="The trial begins", language="en")
    schema_0001.execute(r"UPDATE process SET opened_at = '2026-03-05 01\:00\:00'")
    page = anonymous_client(unmigrated_app).get("/id/processes/p/news").text
    assert '<h3 lang="en" dir="auto">The trial begins</h3>' in page
    assert '<div class="prose" lang="en" dir="auto">' in page
    db.session.remove()
    downgrade(revision="0014")
    assert read("SELECT language FROM announcement") == [("en",)]


def test_announcement_that_begins_with_a_line_of_marks_has_a_title(unmigrated_app):
    publish_announcement(body="***\nRapat warga", language="id")
    assert db.session.query(ProcessNews).one().title == "Kabar"
