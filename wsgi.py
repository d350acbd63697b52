"""WSGI entry point for application servers."""

import sys

from deliberate import create_app
from deliberate.config import InvalidSetting
from deliberate.logging import configure_logging

configure_logging()
try:
    app = create_app()
except InvalidSetting as error:
    sys.exit("\n".join(f"deliberate: {line}" for line in str(error).splitlines()))
