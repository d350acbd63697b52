"""Work in processes of their own, each with its own connections to the house of the test."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from flask import Flask

from deliberate.database import db


def in_another_process(app: Flask, work: Callable[..., None], *given: object) -> BaseProcess:
    """Start work in a copy of this process."""

    def run() -> None:
        db.engine.dispose(close=False)
        with app.app_context():
            work(*given)

    db.session.rollback()
    db.session.remove()
    process = multiprocessing.get_context("fork").Process(target=run, daemon=True)
    process.start()
    return process
