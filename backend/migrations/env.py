"""What Alembic runs: our tables only; PostGIS's, procrastinate's and partitions are other people's."""

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine, pool, text
from sqlalchemy.dialects.postgresql.base import ischema_names

from backend.live.models import Xid8
from backend.migrations.tables import METADATA

FOREIGN = text(
    "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm') AND (c.relispartition"
    " OR c.relname LIKE 'procrastinate%'"
    " OR EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))"
)


# The dialect cannot read this type back by itself.
ischema_names["xid8"] = Xid8


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    assert url is not None
    # No pool: a connection left open would keep test databases from being cloned.
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        foreign = set(connection.scalars(FOREIGN))
        connection.rollback()  # else Alembic joins this transaction and does not commit

        def ours(
            name: str | None,
            kind: str,
            _parents: object,
        ) -> bool:
            return not (kind == "table" and name in foreign)

        context.configure(
            connection=connection,
            target_metadata=METADATA,
            include_name=ours,
            compare_type=True,
            compare_server_default=True,
            render_item=alembic_helpers.render_item,
            process_revision_directives=alembic_helpers.writer,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
