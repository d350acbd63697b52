"""What the server runs."""

from deliberate import create_app
from deliberate.logging import keep_journal

keep_journal()
app = create_app()
