"""The releases as a DCAT catalogue, and the entry point for programs."""

import re
from copy import deepcopy

import pytest

from deliberate import sealing
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.releases.releases import publish_release, remove_release
from deliberate.vocabulary import Role
from tests import factories
from tests.api.linked_data import list_violations
from tests.client import anonymous_client

pytestmark = pytest.mark.sqlite


def test_catalogue_lists_the_available_releases_with_their_files(app):
    proposal, folder = factories.create_proposal(), app.config["SETTINGS"].data_path / "releases"
    release = publish_release(None, proposal.process, folder)
    client = anonymous_client(app)
    answer = client.get("/api/v1/catalogue")
    assert answer.mimetype == "application/ld+json"
    catalogue = answer.json
    assert catalogue["@type"] == "dcat:Catalog"
    (dataset,) = catalogue["dcat:dataset"]
    addresses = [one["dcat:downloadURL"]["@id"] for one in dataset["dcat:distribution"]]
    for address in addresses:
        path = address.removeprefix(app.config["SETTINGS"].base_url)
        assert client.get(path).status_code == 200, path
    remove_release(factories.create_staff(role=Role.ADMIN), release, "Perintah pengadilan.")
    assert client.get("/api/v1/catalogue").json["dcat:dataset"] == []


def test_catalogue_has_pages_and_no_release_is_missing(app, monkeypatch):
    monkeypatch.setattr("deliberate.api.catalogue.MAX_RELEASES", 2)
    folder = app.config["SETTINGS"].data_path / "releases"
    built = [publish_release(None, factories.create_proposal().process, folder) for _ in range(5)]
    client, found, address = anonymous_client(app), [], "/api/v1/catalogue"
    while address:
        answer = client.get(address)
        found += [one["dct:identifier"] for one in answer.json["dcat:dataset"]]
        link = re.match(r'<[^>]*?(/api/[^>]+)>; rel="next"', answer.headers.get("Link", ""))
        address = link[1] if link else ""
    assert found == [f"{row.process.slug}/{row.stamp}" for row in built]


@pytest.fixture
def catalogue(app) -> dict:
    folder = app.config["SETTINGS"].data_path / "releases"
    publish_release(None, factories.create_proposal().process, folder)
    return anonymous_client(app).get("/api/v1/catalogue").json


@pytest.mark.parametrize("language", ["id", "en"])
def test_catalogue_is_valid_by_the_rules_of_dcat_ap(app, catalogue, language):
    address = f"/api/v1/catalogue?language={language}"
    document = anonymous_client(app).get(address).json
    assert document["dct:description"]["@language"] == language
    assert list_violations(document, "dcat_ap") == ""


def test_catalogue_with_a_fault_is_not_valid(catalogue):
    for part, name, value in (
        (("dcat:dataset", 0), "dct:title", None),
        (("dcat:dataset", 0), "dct:description", None),
        (("dcat:dataset", 0), "dct:issued", "2026-03-02"),
        (("dcat:dataset", 0), "dcat:distribution", []),
        (("dcat:dataset", 0, "dcat:distribution", 1), "dcat:accessURL", None),
        (("dcat:dataset", 0, "dcat:distribution", 0), "dcat:mediaType", "application/zip"),
        (("dcat:service",), "dcat:endpointURL", None),
        ((), "dct:publisher", None),
        ((), "dct:description", None),
    ):
        document = deepcopy(catalogue)
        node = document
        for step in part:
            node = node[step]
        node[name] = value
        assert name.split(":")[1] in list_violations(document, "dcat_ap"), (part, name)


def test_every_prefix_of_the_catalogue_is_declared(app):
    catalogue = anonymous_client(app).get("/api/v1/catalogue").json

    def names(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value) | set().union(*map(names, value.values()), set())
        return set().union(*map(names, value), set()) if isinstance(value, list) else set()

    prefixes = {name.split(":")[0] for name in names(catalogue["dcat:service"]) if ":" in name}
    assert prefixes <= set(catalogue["@context"])


def test_entry_point_leads_to_description_and_documentation(app):
    client = anonymous_client(app)
    answer = client.get("/.well-known/api-catalog")
    assert answer.mimetype == "application/linkset+json"
    (api,) = answer.json["linkset"]
    for relation in ("service-desc", "service-doc", "service-meta"):
        path = api[relation][0]["href"].removeprefix(app.config["SETTINGS"].base_url)
        assert client.get(path).status_code == 200


def test_dataset_says_what_is_in_it_and_what_is_withheld(app):
    proposal = factories.create_proposal()
    support_proposal(factories.create_resident(), proposal)
    sealing.seal_log(app.config["SETTINGS"])
    folder = app.config["SETTINGS"].data_path / "releases"
    release = publish_release(None, proposal.process, folder)
    (dataset,) = anonymous_client(app).get("/api/v1/catalogue").json["dcat:dataset"]
    card = dataset["dct:provenance"]["rdfs:label"]
    withheld = sum(release.manifest["withheld"].values())
    rows = release.manifest["files"]["events.csv"]["rows"]
    assert withheld > 0 and rows > 0
    assert card.startswith(f"{rows} rows of public acts")
    assert f"{withheld} rows of private acts are withheld" in card
    assert dataset["dct:temporal"]["dcat:startDate"]["@value"] == release.manifest["period"][0]
