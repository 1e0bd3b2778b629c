"""The application, for servers started from a checkout."""

from portal.app import create_app

app = create_app()
