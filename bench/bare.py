"""The yardstick: a bare Flask page with one query by key on the same database and server."""

import os

from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from portal.models import Case

# Compiled once, as templates are: `render_template_string` would compile it for each request, and
# a yardstick that slow would flatter every page measured with it.
PAGES = {"bare.html": "<!doctype html><title>Bare</title><h1>{{ case.number }}</h1>"}


def create_app() -> Flask:
    """A page that shows one row."""
    app = Flask(__name__)
    app.jinja_loader = DictLoader(PAGES)
    engine = create_engine(os.environ["BENCH_DATABASE_URL"])

    @app.get("/<number>")
    def show(number: str) -> str:
        with Session(engine) as session:
            case = session.scalar(select(Case).where(Case.number == number))
            return render_template("bare.html", case=case)

    return app
