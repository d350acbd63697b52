"""The notice of a release: how to cite it, whose framework and formulas are, and the licence."""

from pathlib import Path

from deliberate.days import local_today
from deliberate.models import Process

FILE = "NOTICE"

_TEXT = """\
{title}: research release

HOW TO CITE

  The data:
    {publisher}: {title}, research release of {day}, log entry {size}. Licence {licence}.

  The framework (CitiVoice), in any text that uses its criteria:
    Simonofski, A., Serral Asensio, E., De Smedt, J., Snoeck, M. (2017). Citizen participation in
    smart cities: evaluation framework proposal. IEEE 19th Conference on Business Informatics.
    Simonofski, A., Serral Asensio, E., De Smedt, J., Snoeck, M. (2019). Hearing the voice of
    citizens in smart city design: the CitiVoice framework. Business & Information Systems
    Engineering 61(6).
    Context factors: Simonofski, A., Valle, T., Serral, E., Wautelet, Y. (2021). International
    Journal of Information Management 56.

  The formulas and the software:
    The Deliberate project: Deliberate, formulas {version}.

WHOSE IS WHAT

  Of CitiVoice's authors are the three categories and the names of the criteria, as far as this
  project knew them. Of this project are the questions, the scale, the indicators, goalposts,
  minimums, weights and sentences: an operationalisation, which CitiVoice's authors neither made
  nor approved. Do not cite a score of this release as "the CitiVoice score" without saying so.

LICENCE

  Data and notebook: {licence} ({licence_url}).
  Acts in this release were done in public; do not try to find out who did those in private.
  Study plans are the words of who registered them, and may be quoted with their name as on the
  page of the plan.
"""


def write_notice(
    folder: Path,
    process: Process,
    *,
    publisher: str,
    version: str,
    size: int,
    licence: tuple[str, str],
) -> None:
    """Write NOTICE; `size` is that of the tree head, `licence` has name and address."""
    text = _TEXT.format(
        title=process.title,
        publisher=publisher,
        day=local_today(process).isoformat(),
        size=size,
        version=version,
        licence=licence[0],
        licence_url=licence[1],
    )
    (folder / FILE).write_text(text, encoding="utf-8")
