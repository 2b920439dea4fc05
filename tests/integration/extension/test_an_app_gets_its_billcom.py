from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from flask_billcom import Billcom, ConfigurationError, current_billcom
from flask_billcom.settings import defaults, describe
from tests.support.shop import SETTINGS

OTHER = "00801OTHERORGANIZTN1"


@pytest.fixture
def db() -> SQLAlchemy:
    return SQLAlchemy()


def app_for(db: SQLAlchemy, **settings: Any) -> Flask:
    app = Flask("app")
    app.config.update({"SQLALCHEMY_DATABASE_URI": "sqlite://", **SETTINGS, **settings})
    app.testing = True
    db.init_app(app)
    return app


@pytest.fixture(autouse=True)
def _closed(db: SQLAlchemy) -> Iterator[None]:
    yield
    for engines in db._app_engines.values():
        for engine in engines.values():
            engine.dispose()


def test_it_is_found_in_the_extensions_and_by_the_proxy(db: SQLAlchemy) -> None:
    billcom, app = Billcom(db), app_for(db)

    billcom.init_app(app)

    assert app.extensions["billcom"] is billcom
    with app.app_context():
        assert current_billcom._get_current_object() is billcom  # type: ignore[attr-defined]
        assert current_billcom.models.Settlement.__tablename__ == "billcom_settlement"


def test_it_adds_no_route_and_no_hook(db: SQLAlchemy) -> None:
    billcom, app = Billcom(db), app_for(db)
    before = [*app.url_map.iter_rules()], dict(app.before_request_funcs), list(app.teardown_appcontext_funcs)

    billcom.init_app(app)

    assert ([*app.url_map.iter_rules()], dict(app.before_request_funcs), list(app.teardown_appcontext_funcs)) == before
    assert not app.blueprints


def test_settings_left_out_are_filled_in_and_others_stay(db: SQLAlchemy) -> None:
    billcom, app = Billcom(db), app_for(db, BILLCOM_DUE_DAYS="30")

    billcom.init_app(app)

    assert app.config["BILLCOM_DUE_DAYS"] == "30"
    assert {key for key in defaults() if key not in app.config} == set()
    assert billcom.state_of(app).settings.due_days == 30


def test_its_docstring_names_every_setting() -> None:
    documented = Billcom.init_app.__doc__ or ""

    assert [each.key for each in describe() if f"`{each.key}`" not in documented] == []


def test_a_second_one_on_an_app_is_refused_with_advice(db: SQLAlchemy) -> None:
    billcom, app = Billcom(db), app_for(db)
    billcom.init_app(app)

    with pytest.raises(ConfigurationError, match=r"make one Billcom\(db\) and import it"):
        billcom.init_app(app)


def test_a_second_one_on_a_db_is_refused_with_advice(db: SQLAlchemy) -> None:
    Billcom(db)

    with pytest.raises(ConfigurationError, match=r"make one Billcom\(db\) and import it"):
        Billcom(db)


def test_an_app_that_it_does_not_know_is_refused_with_the_likely_causes(db: SQLAlchemy) -> None:
    billcom, app = Billcom(db), app_for(db)

    with (
        app.app_context(),
        pytest.raises(ConfigurationError, match=r"init_app\(app\) was not called, or there"),
    ):
        billcom.settle(object())
    with app.app_context(), pytest.raises(ConfigurationError, match="this app has no Billcom"):
        current_billcom.settle(object())


def test_db_comes_first(db: SQLAlchemy) -> None:
    app = Flask("app")
    app.config.update(SETTINGS)

    with pytest.raises(ConfigurationError, match=r"call db\.init_app\(app\) before"):
        Billcom(db).init_app(app)


def test_another_db_than_the_apps_is_refused(db: SQLAlchemy) -> None:
    with pytest.raises(ConfigurationError, match="another db than the app's"):
        Billcom(SQLAlchemy()).init_app(app_for(db))


def test_a_bind_that_is_not_there_is_named(db: SQLAlchemy) -> None:
    with pytest.raises(ConfigurationError, match="no database bind 'books'"):
        Billcom(db, bind_key="books").init_app(app_for(db))


def test_a_dialect_that_cannot_carry_the_guarantee_is_refused_with_the_reason(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    billcom, app = Billcom(db), app_for(db)
    with app.app_context():
        monkeypatch.setattr(db.engine.dialect, "name", "mysql")

    with pytest.raises(ConfigurationError, match=r"SQLite or PostgreSQL \(partial unique indexes.*not mysql"):
        billcom.init_app(app)


def test_missing_settings_are_all_named_at_once(db: SQLAlchemy) -> None:
    app = app_for(db, BILLCOM_ENVIRONMENT=None, BILLCOM_PASSWORD="")

    with pytest.raises(ConfigurationError, match="BILLCOM_ENVIRONMENT is missing; BILLCOM_PASSWORD is missing"):
        Billcom(db).init_app(app)


def test_it_keeps_no_app_alive(db: SQLAlchemy) -> None:
    billcom, app = Billcom(db), app_for(db)
    billcom.init_app(app)
    with app.app_context():
        db.engine.dispose()
    gone = weakref.ref(app)

    app.extensions.clear()
    del app
    gc.collect()

    assert gone() is None
    assert len(billcom._states) == 0


def test_an_app_works_for_its_own_organization_only(db: SQLAlchemy) -> None:
    billcom, app = Billcom(db), app_for(db)
    billcom.init_app(app)

    with app.app_context(), pytest.raises(ConfigurationError, match="another organization"):
        billcom.tick(OTHER)
