"""Write the software bill of materials (CycloneDX 1.6) of the locked packages.

Run by `make sbom`; the result is build/sbom.cdx.json. The lock files name each package with its
version, the hashes of its files and the packages that need it, so nothing is looked up.
"""

import json
import re
import tomllib
import uuid
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "build" / "sbom.cdx.json"
LOCK, EXTRAS_LOCK = ROOT / "requirements.lock", ROOT / "requirements-extras.lock"
PLATFORM = "deliberate-platform"
_PIN = re.compile(r"^([a-zA-Z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NEEDED_BY = re.compile(r"^    #(?: via|  ) +([^\n]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """A locked package."""

    name: str
    version: str
    hashes: tuple[str, ...]
    needed_by: tuple[str, ...] = field(default=())

    @property
    def url(self) -> str:
        """Return the package URL, which also identifies the package in the document."""
        return f"pkg:pypi/{self.name.lower().replace('_', '-')}@{self.version}"


def read_lock(path: Path) -> list[Package]:
    """Return the packages of a lock file in its order."""
    entries = re.split(r"^(?=[a-zA-Z0-9])", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [_package(entry) for entry in entries if _PIN.match(entry)]


def _package(entry: str) -> Package:
    pin = _PIN.match(entry)
    if pin is None:
        raise ValueError(f"a line of a lock file must be name==version (got {entry[:60]!r})")
    parents = [_parent(line) for line in _NEEDED_BY.findall(entry)]
    return Package(pin[1], pin[2], tuple(_HASH.findall(entry)), tuple(filter(None, parents)))


def _parent(line: str) -> str:
    """Return the package of a comment of pip-compile, empty for a constraints file."""
    return "" if line.startswith("-") else line.split(" ", maxsplit=1)[0]


def bill_of_materials() -> dict[str, object]:
    """Return the document: the platform, its packages, those of extras as optional."""
    required = read_lock(LOCK)
    names = {package.name for package in required}
    optional = [package for package in read_lock(EXTRAS_LOCK) if package.name not in names]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    platform = {
        "type": "application",
        "bom-ref": f"pkg:pypi/{PLATFORM}@{project['version']}",
        "name": PLATFORM,
        "version": project["version"],
        "licenses": [{"license": {"id": project["license"]}}],
    }
    components = [_component(package, "required") for package in required]
    components += [_component(package, "optional") for package in optional]
    content = json.dumps(components)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {"component": platform},
        "components": components,
        "dependencies": _dependencies([*required, *optional], str(platform["bom-ref"])),
    }


def _component(package: Package, scope: str) -> dict[str, object]:
    return {
        "type": "library",
        "bom-ref": package.url,
        "name": package.name,
        "version": package.version,
        "purl": package.url,
        "scope": scope,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in package.hashes],
    }


def _dependencies(packages: list[Package], platform: str) -> list[dict[str, object]]:
    references = {package.name: package.url for package in packages} | {PLATFORM: platform}
    needs: dict[str, list[str]] = {reference: [] for reference in references.values()}
    for package in packages:
        for parent in package.needed_by:
            if parent in references:
                needs[references[parent]].append(package.url)
    return [{"ref": ref, "dependsOn": sorted(set(urls))} for ref, urls in sorted(needs.items())]


if __name__ == "__main__":
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(bill_of_materials(), indent=1) + "\n", encoding="utf-8")
    print(OUTPUT)
