"""The locked packages: each extra is in a lock, and the bill of materials names every package."""

import importlib.util
import re
import tomllib

from tests.structure.source_tree import ROOT


def load_sbom():
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "docs" / "sbom.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_runtime_extra_is_locked_with_hashes():
    sbom = load_sbom()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    packages = sbom.read_lock(sbom.EXTRAS_LOCK)
    locked = {package.name for package in packages}
    direct = [line for name, lines in extras.items() if name != "dev" for line in lines]
    direct += project["dependencies"]
    for requirement in direct:
        name = re.match(r"[A-Za-z0-9_-]+", requirement)[0].lower().replace("_", "-")
        assert name in locked, requirement
    assert all(package.hashes for package in packages)


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
