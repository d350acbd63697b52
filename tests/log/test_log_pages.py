"""The public log's pages: what was given out, and what a receipt or a number is answered with."""

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
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.log import receipt_of
from deliberate.sealing import verifier
from deliberate.vocabulary import Kind, Stance
from tests import factories
from tests.client import send, signed_in, visitor


@pytest.fixture
def settings(app, clock):
    return app.config["SETTINGS"]


def give_out(settings) -> None:
    """Seal what waits, and let the hour come."""
    sealing.seal_log(settings)
    sealing.publish_heads(until=now() + timedelta(hours=1))


def entry_of(kind: Kind) -> Interaction:
    db.session.rollback()
    rows = db.session.query(Interaction).filter_by(kind=kind.value)
    return rows.order_by(Interaction.id.desc()).first()


def check(app, written: str, language: str = "en") -> str:
    answer = visitor(app).get(f"/{language}/log?check={quote(written)}")
    assert answer.status_code == 200
    return answer.text


def test_the_page_shows_what_was_given_out_and_nothing_younger(app, settings):
    assert "No head has been given out yet" in visitor(app).get("/en/log").text
    factories.a_proposal()
    give_out(settings)
    shown = sealing.latest_head(db.session)
    factories.a_proposal()
    sealing.seal_log(settings)
    page = visitor(app).get("/en/log").text
    assert shown.root[:16] in page
    assert sealing.latest_head(db.session).root[:16] not in page


def test_a_receipt_is_answered_with_a_sentence_and_a_proof(app, settings):
    proposal, voter = factories.a_proposal(), factories.resident()
    proposal_operations.support_proposal(voter, proposal)
    receipt = receipt_of(entry_of(Kind.SUPPORT_GIVEN).id)
    assert "given out on the hour" in check(app, receipt.code)
    give_out(settings)
    page = check(app, receipt.code)
    assert "a person supported a proposal, done as resident" in page
    assert "09.00" in page and f"/en/proposals/{proposal.id}" in page
    assert "seseorang mendukung usulan" in check(app, receipt.code, "id")
    broken_by_mail = receipt.code.replace("a", "a\n")
    assert "a person supported a proposal" in check(app, broken_by_mail)


def test_a_receipt_that_was_changed_is_told_so(app, settings):
    factories.a_proposal()
    receipt = receipt_of(entry_of(Kind.PROPOSAL_SUBMITTED).id)
    give_out(settings)
    page = check(app, receipt.code.replace('"actor_role":"resident"', '"actor_role":"admin"'))
    assert "The receipt does not fit the log" in page
    assert "a proposal was published" not in page
    assert "no such entry" in check(app, receipt.code.replace(receipt.entry, "0" * 32))


@pytest.mark.parametrize(
    "written", ["hello", "{}", "[]", '{"public":1,"private":2,"entry":3}', "[" * 9999]
)
def test_what_is_no_receipt_is_told_so(app, settings, written):
    assert "no receipt and no number" in check(app, written)


def test_a_number_gets_a_proof_and_no_words(app, settings):
    factories.a_proposal()
    give_out(settings)
    page = check(app, "3")
    assert "A number alone proves" in page and "a proposal was published" not in page
    assert "No head given out covers this number" in check(app, "4")
    factories.resident()
    sealing.seal_log(settings)
    assert "No head given out covers this number" in check(app, "4")


def test_two_heads_are_proven_to_be_one_log(app, settings):
    factories.a_proposal()
    give_out(settings)
    assert "begins with that of 2" in visitor(app).get("/en/log?first=2&second=4").text
    for wrong in ("first=4&second=2", "first=2&second=9", "first=x&second=y", "first=0&second=1"):
        assert "There are no two such heads" in visitor(app).get(f"/en/log?{wrong}").text


def test_proofs_heads_and_leaves_are_files(app, settings):
    factories.a_proposal()
    give_out(settings)
    sealing.write_leaves(settings.log_path)
    client = visitor(app)
    proof = client.get("/log/entries/2.json").get_json()
    assert verifier.check_proof(proof)["size"] == 4
    assert client.get("/log/entries/4.json").status_code == 404
    assert client.get("/log/consistency/1/4.json").get_json()["path"]
    assert client.get("/log/consistency/1/5.json").status_code == 404
    (head,) = client.get("/log/heads.jsonl").text.splitlines()
    assert verifier.is_signed(json.loads(head))
    (name,) = client.get("/log/leaves.txt").text.split()
    leaves = [bytes.fromhex(line) for line in client.get(f"/log/leaves/{name}").text.split()]
    assert verifier.roots_over(leaves, ())[0].hex() == json.loads(json.loads(head)["body"])["root"]
    assert client.get("/log/leaves/..%2Fsigning.pem").status_code == 404
    assert client.get("/log/verify.py").text == sealing.verifier_program()


def test_after_an_act_one_finds_its_receipt(app, settings):
    proposal, voter = factories.a_proposal(), factories.resident()
    client = signed_in(app, voter)
    page = f"/en/proposals/{proposal.id}"
    shown = send(client, client.get(page).location or page, f"{page}/support")
    entry = entry_of(Kind.SUPPORT_GIVEN).id
    entry = entry_of(Kind.SUPPORT_GIVEN).id
    assert f"/en/log/receipts/{entry}" in client.get(shown.location).text
    receipt = client.get(f"/en/log/receipts/{entry}")
    assert "a person supported a proposal" in receipt.text
    kept = client.get(f"/log/receipts/{entry}.json").get_json()
    assert verifier.leaf_of(kept["public"], kept["private"]) == entry_of(Kind.SUPPORT_GIVEN).leaf


def test_a_receipt_is_given_only_to_whoever_acted(app, settings):
    factories.a_proposal()
    entry = entry_of(Kind.PROPOSAL_SUBMITTED).id
    other = signed_in(app, factories.resident())
    assert other.get(f"/en/log/receipts/{entry}").status_code == 404
    assert other.get(f"/log/receipts/{entry}.json").status_code == 404
    assert "passphrase" in visitor(app).get(f"/en/log/receipts/{entry}").text.lower()


# --- receipts of public acts ---------------------------------------------------------------------


def receipts_on(page: str) -> list[str]:
    return [unescape(code) for code in re.findall(r"<code>(\{.*?\})</code>", page)]


def test_a_proposals_page_leads_to_the_receipts_of_its_public_acts(app, settings):
    proposal = factories.a_proposal()
    comment_operations.post_comment(
        factories.resident(), proposal, "Karena teduh.", stance=Stance.FOR
    )
    proposal_operations.support_proposal(factories.resident(), proposal)
    give_out(settings)
    shown = visitor(app).get(f"/en/proposals/{proposal.id}-{proposal.slug}").text
    assert f'href="/en/log/proposals/{proposal.id}"' in shown
    page = visitor(app).get(f"/en/log/proposals/{proposal.id}").text
    kinds = [json.loads(code)["public"]["kind"] for code in receipts_on(page)]
    assert kinds == ["proposal.submitted", "comment.posted"]
    for code in receipts_on(page):
        assert "It is in the log and was not changed" in check(app, code)
        number = json.loads(code)["entry"]
        proof = visitor(app).get(f"/log/entries/{number}.json").get_json()
        verifier.check_proof(proof, json.loads(code))


def test_a_public_receipt_tells_no_id_no_pseudonym_and_no_minute(app, settings, clock):
    clock.shift(433)
    proposal = factories.a_proposal()
    give_out(settings)
    entry = entry_of(Kind.PROPOSAL_SUBMITTED)
    page = visitor(app).get(f"/en/log/proposals/{proposal.id}").text
    moment = entry.occurred_at.strftime("%H:%M:%S")
    for secret in (entry.id, entry.actor_id, entry.salt.hex(), moment):
        assert secret not in page


def test_what_no_head_given_out_covers_has_no_public_receipt(app, settings):
    proposal = factories.a_proposal()
    sealing.seal_log(settings)
    page = visitor(app).get(f"/en/log/proposals/{proposal.id}").text
    assert (receipts_on(page), "The first one" in page) == ([], False)
    assert "No head given out covers an act on it yet" in page
    assert visitor(app).get("/en/log/proposals/999").status_code == 404


def test_a_changed_public_receipt_does_not_fit(app, settings):
    proposal = factories.a_proposal()
    give_out(settings)
    (code,) = receipts_on(visitor(app).get(f"/en/log/proposals/{proposal.id}").text)
    forged = json.loads(code)
    forged["public"]["actor_role"] = "staff"
    assert "does not fit" in check(app, json.dumps(forged))
    forged["entry"] = 10**9
    assert "No head given out covers" in check(app, json.dumps(forged))


def test_long_lists_of_public_receipts_have_pages(app, settings, monkeypatch):
    monkeypatch.setattr("deliberate.views.log.log.PAGE", 2)
    proposal = factories.a_proposal()
    for _ in range(3):
        comment_operations.post_comment(
            factories.resident(), proposal, "Karena teduh.", stance=Stance.FOR
        )
    give_out(settings)
    seen, at = [], f"/en/log/proposals/{proposal.id}"
    while at:
        page = visitor(app).get(at).text
        seen += [json.loads(code)["entry"] for code in receipts_on(page)]
        following = re.search(r'class="pager.*?href="([^"]*after=[^"]*)"', page, re.DOTALL)
        at = unescape(following[1]) if following else ""
    assert len(seen) == len(set(seen)) == 4 and seen == sorted(seen)
