"""Processes with their own connections to the database of a test."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from flask import Flask

from deliberate.database import db


def in_another_process(
    app: Flask, function: Callable[..., None], *arguments: object
) -> BaseProcess:
    """Start a function in a forked process."""

    def run() -> None:
        db.engine.dispose(close=False)
        with app.app_context():
            function(*arguments)

    db.session.rollback()
    db.session.remove()
    process = multiprocessing.get_context("fork").Process(target=run, daemon=True)
    process.start()
    return process
