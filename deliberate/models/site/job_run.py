"""The periodic work as its watchers see it: when each job last began, ended well, or failed."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.database import Moment, TransientBase


class JobRun(TransientBase):
    """The last run of a job, whichever process or host it ran in."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it last ended well."""
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it last failed, if it has not ended well since."""
