"""Ticks by Celery: the message is the organization's id and nothing else.

    beat, or any task --"billcom.tick", [organization id]--> worker --app context--> billcom.tick(organization id)

A message may come late, twice, or be lost: rows decide what is due, and the next message finds what this one left. So
tasks are acknowledged when they end, and one that waited too long is dropped.

    celery = Celery("shop", broker="redis://…")
    add_tick(celery, create_app())
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask

from flask_billcom.errors import ConfigurationError

if TYPE_CHECKING:
    from celery import Celery

NAME = "billcom.tick"
EVERY_S = 60.0


def add_tick(celery: Celery, app: Flask, *, every_s: float = EVERY_S) -> Any:  # noqa: ANN401 - a Celery task, untyped upstream
    """Give a Celery app the task that ticks, and a beat that asks for it; return the task.

    :param app: the Flask app that the worker works for.
    :param every_s: seconds between two ticks; a message that waited longer is dropped.
    :raises ConfigurationError: the Flask app has no Billcom.
    """
    billcom = app.extensions.get("billcom")
    if billcom is None:
        raise ConfigurationError("this app has no Billcom; call billcom.init_app(app) before add_tick(celery, app)")
    organization_id = billcom.state_of(app).settings.organization_id

    def tick(organization_id: str) -> None:
        """Do one round of everything that is due."""
        with app.app_context():
            billcom.tick(organization_id)

    options = {"ignore_result": True, "acks_late": True, "reject_on_worker_lost": True, "serializer": "json"}
    task = celery.task(name=NAME, expires=every_s, **options)(tick)
    celery.conf.beat_schedule = {
        **(celery.conf.beat_schedule or {}),
        NAME: {"task": NAME, "schedule": every_s, "args": (organization_id,), "options": {"expires": every_s}},
    }
    return task
