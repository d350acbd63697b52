"""One-time codes that open an account without its passphrase."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import BigId, TransientBase, UtcDateTime
from deliberate.database.personal_data import Category, personal, rows


class RecoveryCode(TransientBase):
    """A recovery code of an account. The code itself is shown once, when it is created."""

    __tablename__ = "recovery_code"
    personal_data = rows(
        "recovery_codes", "Recovery codes", owner="person_id", columns="person_id created_at"
    )

    code_hash: Mapped[str] = mapped_column(
        String(64), primary_key=True, info=personal(Category.CREDENTIAL, download=False)
    )
    person_id: Mapped[int] = mapped_column(BigId, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
