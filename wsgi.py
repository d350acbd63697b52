"""What the server runs."""

from deliberate import create_app

app = create_app()
