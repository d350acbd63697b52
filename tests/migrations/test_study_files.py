"""Files of the sources of studies come with their table, and sources recorded before stay."""

from flask_migrate import downgrade, upgrade

from deliberate.database import db
from deliberate.models import StudySource
from tests.migrations import schema_0001

SOURCE = r"""
INSERT INTO study_source (id, process_id, kind, number, title, institution, place, dated, pages,
  link, consent, public_text, private_text, salt, added_by_id, added_at)
VALUES (3, 1, 'document', 1, 'Laporan', '', '', '2026-03-01', '', '', 'not_needed', '', '',
  'ssssssssssssssss', 1, '2026-03-05 01:00:00')
"""
FILE = r"""
INSERT INTO study_file (id, source_id, name, kind, size, added_by_id, added_at)
VALUES (4, 3, 'a.pdf', 'pdf', 9, 1, '2026-03-05 01:00:00')
"""


def test_table_of_files_holds_rows_and_goes_again(unmigrated_app):
    upgrade(revision="0001")
    schema_0001.insert_rows()
    upgrade(revision="0019")
    schema_0001.execute(SOURCE)
    upgrade()
    schema_0001.execute(FILE)
    source = db.session.query(StudySource).one()
    assert [(file.name, file.size) for file in source.files] == [("a.pdf", 9)]
    db.session.remove()
    downgrade(revision="0019")
    assert schema_0001.read("SELECT title FROM study_source") == [("Laporan",)]
