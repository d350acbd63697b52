"""HTTP: read the request, call one operation or some queries, answer."""

from flask import Flask

from deliberate.views import (
    account,
    administration,
    answering,
    answers,
    assessments,
    attachments,
    backing,
    coding,
    comparing,
    data,
    desk,
    errors,
    feeds,
    files,
    frame,
    home,
    institutions,
    judged,
    languages,
    leaving,
    log,
    log_files,
    machines,
    measuring,
    merging,
    messages,
    moderation,
    office,
    pacing,
    pages,
    poll_desk,
    polls,
    processes,
    proposals,
    provider,
    rating,
    recovering,
    requests,
    responses,
    revising,
    sanctions,
    scores,
    searching,
    second_factor,
    setting_up,
    short,
    tallies,
    threads,
    watching,
    writing,
)

ROOMS = (
    home,
    processes,
    proposals,
    writing,
    revising,
    merging,
    attachments,
    backing,
    threads,
    moderation,
    polls,
    poll_desk,
    tallies,
    responses,
    institutions,
    desk,
    answering,
    office,
    administration,
    assessments,
    rating,
    judged,
    setting_up,
    coding,
    comparing,
    scores,
    searching,
    data,
    requests,
    files,
    log,
    log_files,
    account,
    leaving,
    recovering,
    second_factor,
    provider,
    sanctions,
    pages,
    short,
    feeds,
    machines,
    watching,
    messages,
)


def register(app: Flask) -> None:
    """Hang every room of pages on the app."""
    measuring.init_app(app)
    frame.init_app(app)
    pacing.init_app(app)
    languages.init_app(app)
    answers.init_app(app)
    errors.init_app(app)
    for house_room in ROOMS:
        app.register_blueprint(house_room.room)
    app.register_blueprint(messages.ways_out)
    app.register_blueprint(provider.doors)
