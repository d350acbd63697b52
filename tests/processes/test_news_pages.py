"""News of a process: published on its page and in feeds, sent to its followers, withdrawn."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, Notice, Person
from deliberate.notifications.channels import mail as mail_channel
from deliberate.notifications.delivery import send_due
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.smtp import Mailer
from deliberate.operations.processes.news import publish_news, withdraw_news
from deliberate.operations.proposals.follows import follow_subject
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.processes.news import PER_WEEK, list_news
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.notices.mail_server import running_mail_server

NEWS = {"headline": "Uji coba dimulai", "body": "Mulai **Senin**. <script>alert(1)</script>"}
ENGLISH = {"headline_en": "The trial begins", "body_en": "From *Monday*."}


@pytest.fixture
def office(app, clock):
    return factories.create_institution("air")


@pytest.fixture
def process(office):
    return factories.create_process(office)


@pytest.fixture
def officer(office):
    return factories.create_staff(office)


@pytest.fixture
def client(app, officer, process):
    return signed_in_client(app, officer)


@pytest.fixture
def form(process):
    return f"/en/desk/processes/{process.slug}/news"


def test_news_are_published_in_both_languages_with_a_feed_and_withdrawn(
    app, client, process, form, log
):
    log()
    half = submit_form(client, form, form, **NEWS, headline_en="The trial")
    assert half.status_code == 422 and "Uji coba dimulai" in half.text
    assert submit_form(client, form, form, **NEWS, **ENGLISH).status_code == 303
    reader, page = anonymous_client(app), f"processes/{process.slug}"
    for path in (page, f"{page}/news"):
        english, indonesian = reader.get(f"/en/{path}").text, reader.get(f"/id/{path}").text
        assert "The trial begins" in english and "<strong>Senin</strong>" in indonesian
        assert "<script>alert" not in indonesian
    for feed in (f"/{page}/feed.atom?lang=en", "/feed.atom?lang=en"):
        assert "The trial begins" in reader.get(feed).text
    withdraw = re.search(rf"{form}/\d+/withdraw", client.get(form).text).group()
    assert submit_form(client, withdraw).status_code == 303
    assert submit_form(client, withdraw).status_code == 409
    for path in (f"/en/{page}/news", f"/{page}/feed.atom?lang=en"):
        assert "The trial begins" not in reader.get(path).text
    assert "withdrawn" in reader.get(f"/en/{page}/news").text
    assert [row.kind for row in log()] == ["news.published", "news.withdrawn"]


def test_follower_is_notified_of_news_in_the_account_with_a_link_to_them(app, officer, process):
    follower = factories.create_resident()
    follow_subject(follower, process)
    news = publish_news(officer, process, ("Uji coba", "The trial"), ("Senin", "From *Monday*"))
    fan_out()
    page = signed_in_client(app, follower).get("/en/account/messages").text
    assert "The trial. From Monday" in page
    link = re.search(r'href="(/en/processes/[^"]+/news)#(news-\d+)"', page)
    assert link.group(2) == f"news-{news.id}"
    assert f'id="{link.group(2)}"' in anonymous_client(app).get(link.group(1)).text


def test_text_of_withdrawn_news_is_not_in_the_account_of_a_follower(app, officer, process):
    follower = factories.create_resident()
    follow_subject(follower, process)
    news = publish_news(officer, process, ("Rahasia", ""), ("Keliru", ""))
    fan_out()
    withdraw_news(officer, news)
    page = signed_in_client(app, follower).get("/en/account/messages").text
    assert "these news were withdrawn" in page and "Rahasia" not in page


def test_news_that_are_withdrawn_before_they_are_sent_notify_nobody(app, officer, process):
    follow_subject(factories.create_resident(), process)
    withdraw_news(officer, publish_news(officer, process, ("Rahasia", ""), ("Keliru", "")))
    assert fan_out() == 0
    assert db.session.scalars(select(Notice.done_at)).all() != [None]


def test_mail_of_news_that_are_withdrawn_while_it_waits_is_not_sent(
    app, officer, process, monkeypatch
):
    monkeypatch.setattr(mail_channel, "is_mail_configured", lambda: True)
    follower = factories.create_resident()
    with unrecorded("test address") as session:
        session.get(Person, follower.id).email_confirmed_at = now()
    follow_subject(follower, process)
    news = publish_news(officer, process, ("Rahasia", ""), ("Keliru", ""))
    choose_mail = select(Delivery).where(Delivery.channel == "mail")
    fan_out()
    assert len(db.session.scalars(choose_mail).all()) == 1
    withdraw_news(officer, news)
    with running_mail_server([]) as server:
        assert send_due(Mailer(f"smtp://127.0.0.1:{server.port}?tls=no")) == 0
    db.session.rollback()
    (mail,) = db.session.scalars(choose_mail)
    assert mail.sent_at is not None and mail.error == "withdrawn"


def test_news_beyond_the_limit_of_the_week_keep_their_text_and_notify_nobody(
    clock, client, officer, process, form
):
    for _number in range(PER_WEEK):
        assert submit_form(client, form, form, **NEWS).status_code == 303
    refused = submit_form(client, form, form, **NEWS)
    assert refused.status_code == 422 and NEWS["headline"] in refused.text
    assert "had its news of the week" in refused.text
    db.session.rollback()
    assert len(db.session.scalars(select(Notice)).all()) == PER_WEEK
    clock.shift(timedelta(days=7))
    publish_news(officer, process, ("Judul", ""), ("Isi", ""))


def test_news_need_a_title_and_a_text(officer, process):
    for titles, bodies in ((("", ""), ("Isi", "")), (("Judul", ""), (" ", ""))):
        with pytest.raises(InvalidInput):
            publish_news(officer, process, titles, bodies)


def test_only_administrators_and_institutions_of_the_process_publish_news(app, process, form):
    stranger = factories.create_staff(factories.create_institution("listrik"))
    for person, status in (
        (factories.create_staff(role=Role.ADMIN), 200),
        (stranger, 403),
        (factories.create_staff(role=Role.MODERATOR), 403),
    ):
        assert signed_in_client(app, person).get(form).status_code == status
        if status == 403:
            with pytest.raises(Refused):
                publish_news(person, process, ("Judul", ""), ("Isi", ""))


def test_list_of_news_goes_on_after_an_item_by_its_time(clock, officer, process):
    published = []
    for _number in range(3):
        published.append(publish_news(officer, process, ("Judul", ""), ("Isi", "")))
        clock.move_to(now() + timedelta(days=7))
    newest_first = published[::-1]
    assert list(list_news(process)) == newest_first
    assert list(list_news(process, before=newest_first[0])) == newest_first[1:]


def test_news_of_another_institution_are_withdrawn_only_by_the_lead_and_administrators(
    app, office, process, officer, form
):
    other = factories.create_institution("listrik")
    factories.add_institution(process, other, "consulted")
    colleague = factories.create_staff(other)
    news = publish_news(officer, process, ("Judul", ""), ("Isi", ""))
    assert "/withdraw" not in signed_in_client(app, colleague).get(form).text
    with pytest.raises(Refused):
        withdraw_news(colleague, news)
    own = publish_news(colleague, process, ("Judul", ""), ("Isi", ""))
    assert f"{own.id}/withdraw" in signed_in_client(app, colleague).get(form).text
    withdraw_news(colleague, own)
    withdraw_news(factories.create_staff(role=Role.ADMIN), news)
