"""Every column of both stores is marked: personal or not, whose, what erasure does, how long."""

import pytest
from sqlalchemy import Column, String, Text

from deliberate.database import Base, Json, TransientBase, UtcDateTime
from deliberate.database.personal_data import OFFICIAL, Category
from deliberate.database.personal_rows import (
    column_mark,
    downloaded_columns,
    list_models,
    marked_columns,
)
from deliberate.operations.accounts.retention import list_retention_rules

MODELS = [model for base in (Base, TransientBase) for model in list_models(base)]
KEPT_WORDS = {"poll_option.label", "unit_contribution.quoted"}
"""Words that erasure keeps: statements that others voted on, and quoted words of a draft text."""
CODE_LENGTH = 64
"""Longest text that is a code or a hash; longer columns may hold words."""


def test_every_table_has_a_model():
    tables = {*Base.metadata.tables, *TransientBase.metadata.tables}
    assert {model.__table__.name for model in MODELS} == tables


def test_every_column_is_marked_once():
    unmarked, twice, unknown = [], [], []
    for model in MODELS:
        columns = {column.name for column in model.__table__.columns}
        by_table = model.personal_data.columns
        by_column = {column.name for column, _ in marked_columns(model)}
        unmarked += [f"{model.__name__}.{name}" for name in columns - by_table - by_column]
        twice += [f"{model.__name__}.{name}" for name in by_table & by_column]
        unknown += [f"{model.__name__}.{name}" for name in by_table - columns]
    assert (unmarked, twice, unknown) == ([], [], [])


def test_columns_for_words_have_a_mark_of_their_own():
    unmarked = [
        f"{model.__name__}.{column.name}"
        for model in MODELS
        if model.personal_data.is_personal and model.personal_data.kept != OFFICIAL
        for column in model.__table__.columns
        if may_hold_words(column) and column_mark(column) is None
    ]
    assert unmarked == []


def may_hold_words(column: Column) -> bool:
    if isinstance(column.type, String) and not isinstance(column.type, Text):
        return (column.type.length or CODE_LENGTH + 1) > CODE_LENGTH and column.name != "area"
    return isinstance(column.type, Text | Json)


def test_table_that_refers_to_a_person_is_personal():
    unmarked = [
        f"{model.__name__}.{column.name}"
        for model in MODELS
        for column in model.__table__.columns
        if refers_to_person(column) and not model.personal_data.is_personal
    ]
    assert unmarked == []


def refers_to_person(column: Column) -> bool:
    keys = {key.target_fullname for key in column.foreign_keys}
    return column.name == "person_id" or "person.id" in keys


def test_paths_lead_to_a_person():
    wrong = [
        f"{model.__name__}: {path}"
        for model in MODELS
        for paths in (model.personal_data.owners, *(m.owners for _, m in marked_columns(model)))
        for path in paths
        if not leads_to_person(model.__table__, path.split("."))
    ]
    assert wrong == []


def leads_to_person(table, path: list[str]) -> bool:
    first, *rest = path
    if first == "subject":
        return {"subject_type", "subject_id"} <= set(table.columns.keys()) and rest == ["author_id"]
    if rest:
        (key,) = table.c[first].foreign_keys
        return leads_to_person(key.column.table, rest)
    return (table.name, first) == ("person", "id") or refers_to_person(table.c[first])


def test_words_are_erased():
    kept = {
        f"{model.__tablename__}.{column.name}"
        for model in MODELS
        for column, mark in marked_columns(model)
        if mark.category is Category.WORDS and mark.kept
    }
    assert kept == KEPT_WORDS


def test_credentials_are_never_downloaded():
    downloaded = [
        f"{model.__name__}.{column.name}"
        for model in MODELS
        for column in downloaded_columns(model)
        if (mark := column_mark(column)) and mark.category is Category.CREDENTIAL
    ]
    assert downloaded == []


def test_tables_have_different_names_in_the_download():
    names = [model.personal_data.name for model in MODELS if model.personal_data.is_personal]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("base", [Base, TransientBase])
def test_retention_begins_at_a_date_of_the_table(base):
    for rule in list_retention_rules(base):
        column = rule.model.__table__.c[rule.period.begins]
        assert isinstance(column.type, UtcDateTime), str(rule)
