"""Kinds of acts on research releases."""

from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import INTERNAL, PUBLIC, Event


class ReleaseBuilt(Event, kind="release.built", visibility=PUBLIC):
    """A research release was built."""

    rows: int = detail("number of log rows in it")
    manifest: str = detail("SHA-256 of its manifest.json, which has those of all files")


class StudyRegistered(Event, kind="study.registered", visibility=PUBLIC, has_text=True):
    """A study plan was registered, or a new version of one."""

    version: int = detail("number of the version of the plan")
    first: int = detail("id of the first version of the plan")


class ReleaseRemoved(Event, kind="release.removed", visibility=INTERNAL):
    """A research release was removed."""


class ReleaseRequested(Event, kind="release.requested", visibility=INTERNAL):
    """A researcher requested protected data."""


class RequestGranted(Event, kind="request.granted", visibility=INTERNAL):
    """An administrator granted access to protected data."""


class RequestRefused(Event, kind="request.refused", visibility=INTERNAL):
    """An administrator refused access to protected data."""


class ReleaseDownloaded(Event, kind="release.downloaded", visibility=INTERNAL):
    """A protected release was downloaded."""


KINDS_BESIDE_DATA = (ReleaseBuilt.KIND, StudyRegistered.KIND)
"""Public kinds about research, no part of the data that a study plan comes before or after."""
