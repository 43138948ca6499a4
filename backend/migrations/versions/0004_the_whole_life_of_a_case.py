"""The whole life of a case: sources, filing, several hands, requests, clocks that follow from the history."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _case()
    _report()
    _photo()
    _assignment()


# What every case has, and what those that are there already begin with.
COUNTED: dict[str, tuple[Any, str]] = {
    "source": (sa.String(32), "staff"),
    "tier": (sa.Integer(), "2"),
    "self_handled": (sa.Boolean(), "false"),
    "send_back_count": (sa.Integer(), "0"),
    "extension_count": (sa.Integer(), "0"),
    "suspension_count": (sa.Integer(), "0"),
    "reopened_count": (sa.Integer(), "0"),
}
PERHAPS: dict[str, Any] = {
    "grid_duty": sa.String(32),
    "extension_asked_by": sa.Uuid(),
    "suspension_asked_by": sa.Uuid(),
    "void_asked_by": sa.Uuid(),
    "resume_on": sa.Date(),
    "reply_by": TIME,
    "merged_into": sa.Uuid(),
    "merged_from": sa.String(32),
    "filed_at": TIME,
    "clock_kind": sa.String(32),
    "warn_at": TIME,
    "answer_until": TIME,
    "satisfaction": sa.String(32),
}


def _case() -> None:
    for name, (kind, default) in COUNTED.items():
        op.add_column("case", sa.Column(name, kind, nullable=False, server_default=default))
        op.alter_column("case", name, server_default=None)
    for name, kind in PERHAPS.items():
        op.add_column("case", sa.Column(name, kind, nullable=True))
    op.alter_column("case", "reporter_id", nullable=True)
    op.create_index(
        "ix_case_county_merged_into",
        "case",
        ["county", "merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    # Until now every report was a case at once, and of a clock four fifths were the time to look at it.
    op.execute(
        """UPDATE "case" SET filed_at = opened_at,
            clock_kind = CASE status WHEN 'pending_dispatch' THEN 'accept' WHEN 'pending_inspection' THEN 'inspect'
                WHEN 'closed' THEN NULL ELSE 'handle' END,
            warn_at = CASE WHEN status <> 'closed' THEN clock_started_at + (due_at - clock_started_at) * 0.8 END,
            clock_started_at = CASE WHEN status <> 'closed' THEN clock_started_at END"""
    )


def _report() -> None:
    op.alter_column("report", "reporter_id", nullable=True)
    op.add_column("report", sa.Column("source", sa.String(32), nullable=False, server_default="staff"))
    op.alter_column("report", "source", server_default=None)
    op.create_index("ix_report_county_reporter_id", "report", ["county", "reporter_id"])


def _photo() -> None:
    op.alter_column("photo", "uploaded_by", nullable=True)


def _assignment() -> None:
    op.add_column("assignment", sa.Column("kind", sa.String(32), nullable=False, server_default="lead"))
    op.alter_column("assignment", "kind", server_default=None)
    op.add_column("assignment", sa.Column("words", sa.String(), nullable=False, server_default=""))
    op.alter_column("assignment", "words", server_default=None)
    op.add_column("assignment", sa.Column("grid_duty", sa.String(32), nullable=True))
    op.add_column("assignment", sa.Column("arrive_by", TIME, nullable=True))
    op.alter_column("assignment", "squad_code", nullable=True)
    op.create_check_constraint(
        op.f("ck_assignment_one_holder"), "assignment", "(squad_code IS NULL) <> (grid_duty IS NULL)"
    )
    op.drop_index("uq_assignment_open", "assignment")
    op.create_index(
        "uq_assignment_open",
        "assignment",
        ["county", "case_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND kind = 'lead'"),
    )
    op.create_index(
        "uq_assignment_open_part",
        "assignment",
        ["county", "case_id", "squad_code"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND kind <> 'lead'"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a downgrade would drop cases")
