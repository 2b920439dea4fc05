"""The extensions of the shop, made once and given an app by the factory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from flask_billcom import Billcom


class Base(DeclarativeBase):
    """The shop's declarative base; named constraints let migrations change them later."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)
billcom = Billcom(db)
migrate = Migrate(render_as_batch=True)
login = LoginManager()
csrf = CSRFProtect()

if TYPE_CHECKING:

    class Model(Base):
        """What `db.Model` is to a type checker."""

        __abstract__ = True
else:
    Model = db.Model
