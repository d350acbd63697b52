"""The locked packages: each extra is in a lock, and the bill of materials names every package."""

import importlib.util
import re
import tomllib

import pytest

from tests.structure.source_tree import ROOT, project_files


def load_sbom():
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "docs" / "sbom.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = sorted(PROJECT["optional-dependencies"].keys() - {"dev", "postgres"})
"""The extras with a lock file of their own; requirements.lock contains the extra postgres."""
INSTALLED = re.compile(r"pip install((?: +--?[a-z-]+(?: [\w/{}-]+\.lock)?)*) *([^\s`&;|)<\"]*)")
"""What a printed command installs: options with lock files, then a package or folder."""
NO_PACKAGE_OF_OURS = {"", ".", "./source", "cryptography", "isso"}
"""Folders, what the stand-alone verifier needs, and a platform that a benchmark compares."""


def direct_requirements(extra):
    lines = PROJECT["optional-dependencies"][extra] + PROJECT["dependencies"]
    return {re.match(r"[A-Za-z0-9_-]+", line)[0].lower().replace("_", "-") for line in lines}


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_runtime_extra_has_a_lock_with_hashes_and_the_same_versions(extra):
    sbom = load_sbom()
    packages = sbom.read_lock(ROOT / f"requirements-{extra}.lock")
    assert direct_requirements(extra) <= {package.name for package in packages}
    assert all(package.hashes for package in packages)
    versions = {package.name: package.version for package in sbom.read_lock(sbom.EXTRAS_LOCK)}
    assert {package.name: package.version for package in packages}.items() <= versions.items()


PRINTED = {".py", ".md", ".html", ".po", ".yml", ".cff"}


def printed_installations():
    for path in project_files():
        if path.suffix in PRINTED and "tests" not in path.parts:
            for match in INSTALLED.finditer(path.read_text(encoding="utf-8")):
                yield path.relative_to(ROOT).as_posix(), match[2].strip("'")


def test_printed_commands_install_from_lock_files_or_the_source():
    installations = list(printed_installations())
    others = [(path, name) for path, name in installations if name not in NO_PACKAGE_OF_OURS]
    assert (others, len(installations) > 8) == ([], True)


def test_bill_of_materials_has_the_form_of_cyclonedx():
    bill = load_sbom().bill_of_materials()
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["serialNumber"])
    references = [component["bom-ref"] for component in bill["components"]]
    references.append(bill["metadata"]["component"]["bom-ref"])
    assert len(set(references)) == len(references) > 40
    for component in bill["components"]:
        assert component["type"] == "library" and component["scope"] in {"required", "optional"}
        assert re.fullmatch(r"pkg:pypi/[a-z0-9.-]+@[\w.+]+", component["purl"])
        assert all(re.fullmatch(r"[0-9a-f]{64}", h["content"]) for h in component["hashes"])
    listed = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    assert set(listed) == set(references)
    assert {ref for refs in listed.values() for ref in refs} <= set(references)
    platform = listed[bill["metadata"]["component"]["bom-ref"]]
    assert any(ref.startswith("pkg:pypi/flask@") for ref in platform)
