"""The yardstick: a bare Flask page with one query by key on the same database and server."""

import os

from flask import Flask, render_template_string
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from portal.models import Case

PAGE = "<!doctype html><title>Bare</title><h1>{{ case.number }}</h1>"


def create_app() -> Flask:
    """A page that shows one row."""
    app = Flask(__name__)
    engine = create_engine(os.environ["BENCH_DATABASE_URL"])

    @app.get("/<number>")
    def show(number: str) -> str:
        with Session(engine) as session:
            case = session.scalar(select(Case).where(Case.number == number))
            return render_template_string(PAGE, case=case)

    return app
