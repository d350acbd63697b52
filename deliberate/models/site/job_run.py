"""The last run of each periodic job, for metrics and health checks."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.database import TransientBase, UtcDateTime
from deliberate.database.personal_data import not_personal


class JobRun(TransientBase):
    """The last run of a job on any host."""

    __tablename__ = "job_run"
    personal_data = not_personal("name started_at succeeded_at failed_at")

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """End of the last successful run."""
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """End of the last failed run, None once a later run has succeeded."""
