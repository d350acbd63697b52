"""Every public column is in the read API, or it is written down why not; nothing else is."""

import pytest

from deliberate import models
from deliberate.api.resources import RESOURCES
from deliberate.api.resources.resource import Resource
from deliberate.exports.columns import FILES

EVERY = pytest.mark.parametrize("resource", RESOURCES.values(), ids=list(RESOURCES))
ADDED_BY_FILES = {"id", "proposal_id", "version", "process_id"}


def columns_of(resource: Resource) -> set[str]:
    names = {column.key for column in getattr(models, resource.model).__mapper__.column_attrs}
    return {"hidden_at" if name == "hidden_since" else name for name in names}


@EVERY
def test_every_column_of_the_table_is_shown_or_left_out_with_a_reason(resource):
    shown = {column for one in resource.fields for column in one.columns}
    computed = {"commitment_status"}
    of_steps_and_parts = {name for name in resource.left_out if name not in columns_of(resource)}
    assert columns_of(resource) - shown - set(resource.left_out) - computed == set()
    assert all(resource.left_out.values())
    assert of_steps_and_parts <= {column.name for column in FILES.get(resource.file, ())}


@EVERY
def test_every_field_shows_a_column_that_exists(resource):
    shown = {column for one in resource.fields for column in one.columns}
    assert shown - columns_of(resource) == set()


@EVERY
def test_every_column_of_a_release_is_a_field_too(resource):
    names = {column.name for column in FILES.get(resource.file, ())}
    fields = set(resource.field_names)
    missing = {n for n in names if resource.renamed.get(n, n) not in fields}
    assert missing - set(resource.left_out) == set()


@EVERY
def test_fields_have_a_meaning_and_one_name_each(resource):
    assert len(set(resource.field_names)) == len(resource.fields)
    assert all(one.meaning for one in resource.fields)


def test_every_file_of_the_open_releases_with_rows_of_a_subject_has_a_resource():
    subjects = {"proposals.csv", "comments.csv", "responses.csv", "polls.csv", "scores.csv"}
    subjects |= {"documents.csv", "units.csv", "amendments.csv", "answers.csv"}
    assert subjects == {one.file for one in RESOURCES.values() if one.file}
    assert subjects <= set(FILES)
