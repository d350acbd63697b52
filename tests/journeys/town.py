"""A town in which journeys take place: people with accounts and mailboxes, a clock and its jobs."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import time_machine
from flask import Flask

from deliberate import jobs
from deliberate.clock import now
from deliberate.models import Institution, Person
from deliberate.operations.accounts.email_addresses import change_email, confirm_email
from deliberate.sealing import seal_log
from deliberate.vocabulary import Role
from tests import factories
from tests.journeys.walker import Walker
from tests.notices.mail_server import Server

MORNING = 1
"""The hour in UTC at which days begin in a journey: nine in the morning in the town."""


@dataclass
class Town:
    """The application, its clock, its mail server and the people of a journey."""

    app: Flask
    clock: time_machine.Traveller
    mail_server: Server
    _read: int = 0

    def staff(self, institution: Institution | None = None, role: Role = Role.STAFF) -> Person:
        """Return an account with a role whose address is confirmed."""
        person = factories.create_staff(institution, role)
        return self._with_address(person)

    def resident(self) -> Person:
        """Return an account of a resident whose address is confirmed."""
        return self._with_address(factories.create_resident())

    def _with_address(self, person: Person) -> Person:
        address = f"{person.sign_in_name}@example.org"
        change_email(person, address)
        confirm_email(person.id, address)
        return person

    def sign_in(self, person: Person) -> Walker:
        """Return a person's visit that begins at the home page, signed in."""
        walker = Walker(self.app).follow("Sign in")
        return walker.press(
            "Sign in", sign_in_name=person.sign_in_name, passphrase=factories.PASSPHRASE
        )

    def visit(self) -> Walker:
        """Return the visit of a stranger that begins at the home page."""
        return Walker(self.app)

    def run_jobs(self) -> None:
        """Run what the program does by itself each minute."""
        settings = self.app.config["SETTINGS"]
        for job in (
            seal_log,
            jobs.run_minutely,
            jobs.shuffle_ballot_storage,
            jobs.refresh_protected_releases,
        ):
            with self.app.app_context():
                job(settings)

    def run_night(self) -> None:
        """Run what the program does by itself each night."""
        settings = self.app.config["SETTINGS"]
        for job in (jobs.publish_tree_heads, jobs.run_nightly):
            with self.app.app_context():
                job(settings)

    def wait_until(self, day: date) -> None:
        """Let the days pass until the morning of a day, with the jobs of each."""
        while now().date() < day:
            self.clock.move_to(
                datetime.combine(now().date() + timedelta(days=1), datetime.min.time(), UTC)
                + timedelta(hours=MORNING)
            )
            self.run_jobs()

    def new_mails(self) -> list[tuple[str, str]]:
        """Return (name of the account, subject) of the mails that arrived since the last call."""
        self.run_jobs()
        mails = self.mail_server.mails[self._read :]
        self._read = len(self.mail_server.mails)
        return [(address.partition("@")[0], mail["Subject"]) for address, mail in mails]

    def link_in_mail(self, name: str) -> str:
        """Return the first link in the newest mail to an account."""
        self.run_jobs()
        address = f"{name}@example.org"
        mail = [mail for to, mail in self.mail_server.mails if to == address][-1]
        return re.findall(r"https?://[^\s<>]+", mail.get_body(("plain",)).get_content())[0]

    def told(self) -> set[str]:
        """Return the names of the accounts that got a mail since the last call."""
        return {name for name, _subject in self.new_mails()}
