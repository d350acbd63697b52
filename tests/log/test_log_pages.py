"""Pages of the public log: published heads, checks of receipts and positions, log files."""

import json
import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest

from deliberate import sealing
from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Interaction
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.log.receipts import get_receipt
from deliberate.sealing import verifier
from deliberate.vocabulary import Stance
from deliberate.vocabulary.events.proposals import ProposalSubmitted, SupportGiven
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form


@pytest.fixture
def settings(app, clock):
    return app.config["SETTINGS"]


def seal_and_publish(settings) -> None:
    """Seal all entries and publish the tree head."""
    sealing.seal_log(settings)
    sealing.publish_heads(until=now() + timedelta(hours=1))


def latest_entry(kind: str) -> Interaction:
    db.session.rollback()
    rows = db.session.query(Interaction).filter_by(kind=kind)
    return rows.order_by(Interaction.id.desc()).first()


def check_on_page(app, text: str, language: str = "en") -> str:
    response = anonymous_client(app).get(f"/{language}/log?check={quote(text)}")
    assert response.status_code == 200
    return response.text


def test_log_page_shows_published_heads_only(app, settings):
    assert "No tree head has been published yet" in anonymous_client(app).get("/en/log").text
    factories.create_proposal()
    seal_and_publish(settings)
    head = sealing.latest_tree_head(db.session)
    factories.create_proposal()
    sealing.seal_log(settings)
    page = anonymous_client(app).get("/en/log").text
    assert head.root[:16] in page
    assert sealing.latest_tree_head(db.session).root[:16] not in page


def test_receipt_check_shows_the_act_and_a_proof(app, settings):
    proposal, voter = factories.create_proposal(), factories.create_resident()
    support_proposal(voter, proposal)
    receipt = get_receipt(latest_entry(SupportGiven.KIND).id)
    assert "published on the hour" in check_on_page(app, receipt.code)
    seal_and_publish(settings)
    page = check_on_page(app, receipt.code)
    assert "a person supported a proposal, done as resident" in page
    assert "09:00" in page and f"/en/proposals/{proposal.id}" in page
    assert "seseorang mendukung usulan" in check_on_page(app, receipt.code, "id")
    broken_by_mail = receipt.code.replace("a", "a\n")
    assert "a person supported a proposal" in check_on_page(app, broken_by_mail)


def test_receipt_check_detects_a_changed_receipt(app, settings):
    factories.create_proposal()
    receipt = get_receipt(latest_entry(ProposalSubmitted.KIND).id)
    seal_and_publish(settings)
    page = check_on_page(
        app, receipt.code.replace('"actor_role":"resident"', '"actor_role":"admin"')
    )
    assert "The receipt does not match the log" in page
    assert "a proposal was published" not in page
    assert "no such entry" in check_on_page(app, receipt.code.replace(receipt.entry, "0" * 32))


@pytest.mark.parametrize(
    "text", ["hello", "{}", "[]", '{"public":1,"private":2,"entry":3}', "[" * 9999]
)
def test_receipt_check_rejects_other_text(app, settings, text):
    assert "neither a receipt nor a number" in check_on_page(app, text)


def test_receipt_check_of_a_position_shows_a_proof_only(app, settings):
    factories.create_proposal()
    seal_and_publish(settings)
    page = check_on_page(app, "3")
    assert "A number alone proves" in page and "a proposal was published" not in page
    assert "No published tree head covers this number" in check_on_page(app, "4")
    factories.create_resident()
    sealing.seal_log(settings)
    assert "No published tree head covers this number" in check_on_page(app, "4")


def test_log_page_proves_consistency_of_two_heads(app, settings):
    factories.create_proposal()
    seal_and_publish(settings)
    assert "begins with that of 2" in anonymous_client(app).get("/en/log?first=2&second=4").text
    for wrong in ("first=4&second=2", "first=2&second=9", "first=x&second=y", "first=0&second=1"):
        assert (
            "There are no two such tree heads" in anonymous_client(app).get(f"/en/log?{wrong}").text
        )


def test_log_files_of_proofs_heads_and_leaves(app, settings):
    factories.create_proposal()
    seal_and_publish(settings)
    sealing.write_leaf_file(settings.log_path)
    client = anonymous_client(app)
    proof = client.get("/log/entries/2.json").get_json()
    assert verifier.check_proof(proof)["size"] == 4
    assert client.get("/log/entries/4.json").status_code == 404
    assert client.get("/log/consistency/1/4.json").get_json()["path"]
    assert client.get("/log/consistency/1/5.json").status_code == 404
    (head,) = client.get("/log/heads.jsonl").text.splitlines()
    assert verifier.is_signed(json.loads(head))
    (name,) = client.get("/log/leaves.txt").text.split()
    leaves = [bytes.fromhex(line) for line in client.get(f"/log/leaves/{name}").text.split()]
    assert (
        verifier.compute_roots(leaves, ())[0].hex() == json.loads(json.loads(head)["body"])["root"]
    )
    assert client.get("/log/leaves/..%2Fsigning.pem").status_code == 404
    assert client.get("/log/verify.py").text == sealing.verifier_program()


def test_receipt_is_linked_after_an_act(app, settings):
    proposal, voter = factories.create_proposal(), factories.create_resident()
    client = signed_in_client(app, voter)
    page = f"/en/proposals/{proposal.id}"
    head = submit_form(client, client.get(page).location or page, f"{page}/support")
    entry = latest_entry(SupportGiven.KIND).id
    entry = latest_entry(SupportGiven.KIND).id
    assert f"/en/log/receipts/{entry}" in client.get(head.location).text
    receipt = client.get(f"/en/log/receipts/{entry}")
    assert "a person supported a proposal" in receipt.text
    receipt_file = client.get(f"/log/receipts/{entry}.json").get_json()
    assert (
        verifier.leaf_hash(receipt_file["public"], receipt_file["private"])
        == latest_entry(SupportGiven.KIND).leaf
    )


def test_receipt_is_shown_only_to_the_person_who_acted(app, settings):
    factories.create_proposal()
    entry = latest_entry(ProposalSubmitted.KIND).id
    other = signed_in_client(app, factories.create_resident())
    assert other.get(f"/en/log/receipts/{entry}").status_code == 404
    assert other.get(f"/log/receipts/{entry}.json").status_code == 404
    assert "passphrase" in anonymous_client(app).get(f"/en/log/receipts/{entry}").text.lower()


def receipts_on(page: str) -> list[str]:
    return [unescape(code) for code in re.findall(r"<code>(\{.*?\})</code>", page)]


def test_proposal_page_links_to_receipts_of_its_public_acts(app, settings):
    proposal = factories.create_proposal()
    comment_operations.post_comment(
        factories.create_resident(), proposal, "Karena teduh.", stance=Stance.FOR
    )
    support_proposal(factories.create_resident(), proposal)
    seal_and_publish(settings)
    head = anonymous_client(app).get(f"/en/proposals/{proposal.id}-{proposal.slug}").text
    assert f'href="/en/log/proposals/{proposal.id}"' in head
    page = anonymous_client(app).get(f"/en/log/proposals/{proposal.id}").text
    kinds = [json.loads(code)["public"]["kind"] for code in receipts_on(page)]
    assert kinds == ["proposal.submitted", "comment.posted"]
    for code in receipts_on(page):
        assert "It is in the log and was not changed" in check_on_page(app, code)
        number = json.loads(code)["entry"]
        proof = anonymous_client(app).get(f"/log/entries/{number}.json").get_json()
        verifier.check_proof(proof, json.loads(code))


def test_public_receipt_reveals_no_id_pseudonym_or_minute(app, settings, clock):
    clock.shift(433)
    proposal = factories.create_proposal()
    seal_and_publish(settings)
    entry = latest_entry(ProposalSubmitted.KIND)
    page = anonymous_client(app).get(f"/en/log/proposals/{proposal.id}").text
    moment = entry.occurred_at.strftime("%H:%M:%S")
    for secret in (entry.id, entry.actor_id, entry.salt.hex(), moment):
        assert secret not in page


def test_public_receipt_needs_a_published_head(app, settings):
    proposal = factories.create_proposal()
    sealing.seal_log(settings)
    page = anonymous_client(app).get(f"/en/log/proposals/{proposal.id}").text
    assert (receipts_on(page), "The first one" in page) == ([], False)
    assert "No published tree head covers an act on it yet" in page
    assert anonymous_client(app).get("/en/log/proposals/999").status_code == 404


def test_receipt_check_detects_a_changed_public_receipt(app, settings):
    proposal = factories.create_proposal()
    seal_and_publish(settings)
    (code,) = receipts_on(anonymous_client(app).get(f"/en/log/proposals/{proposal.id}").text)
    forged = json.loads(code)
    forged["public"]["actor_role"] = "staff"
    assert "does not match" in check_on_page(app, json.dumps(forged))
    forged["entry"] = 10**9
    assert "No published tree head covers" in check_on_page(app, json.dumps(forged))


def test_public_receipts_are_paginated(app, settings, monkeypatch):
    monkeypatch.setattr("deliberate.views.log.public_log.PAGE_SIZE", 2)
    proposal = factories.create_proposal()
    for _ in range(3):
        comment_operations.post_comment(
            factories.create_resident(), proposal, "Karena teduh.", stance=Stance.FOR
        )
    seal_and_publish(settings)
    positions, url = [], f"/en/log/proposals/{proposal.id}"
    while url:
        page = anonymous_client(app).get(url).text
        positions += [json.loads(code)["entry"] for code in receipts_on(page)]
        following = re.search(r'class="pagination.*?href="([^"]*after=[^"]*)"', page, re.DOTALL)
        url = unescape(following[1]) if following else ""
    assert len(positions) == len(set(positions)) == 4 and positions == sorted(positions)
