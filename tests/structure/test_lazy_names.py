"""Packages that import their names when they are first used: every name is there."""

from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.structure.source_tree import ROOT


def _lazy_packages() -> Iterator[str]:
    for path in sorted((ROOT / "deliberate").rglob("__init__.py")):
        if "lazy_names(" in path.read_text(encoding="utf-8"):
            yield ".".join(path.parent.relative_to(ROOT).parts)


@pytest.mark.parametrize("package", list(_lazy_packages()))
def test_every_name_that_is_imported_at_its_first_use_is_there(package: str) -> None:
    module = import_module(package)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
