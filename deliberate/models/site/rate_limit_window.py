"""How much was written of late from one account or one network: the counters of limits."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.database import TransientBase, UtcDateTime
from deliberate.database.personal_data import keep_for, not_personal


class RateLimitWindow(TransientBase):
    """One counter until it ends; its key is a keyed hash, so no name and no address is stored."""

    __tablename__ = "rate_limit_window"
    personal_data = not_personal(
        "key count ends_at", retention=keep_for(0, "ends_at", "rate limit counters")
    )

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
