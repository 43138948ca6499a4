"""Figures: outcomes worked out from histories, the scheme, bulletins, objections."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def _whether(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _when(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, TIME, nullable=True) for name in names]


def _numbers(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "case_change",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_case_change")),
    )
    # The outcomes of what is there already are worked out by the worker.
    op.execute('INSERT INTO case_change (county, id, case_id) SELECT county, gen_random_uuid(), id FROM "case"')
    op.create_table(
        "case_outcome",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("body", sa.String(length=32), nullable=False),
        sa.Column("grid_path", sa.String(), nullable=False),
        sa.Column("matter_kind", sa.String(length=32), nullable=False),
        sa.Column("major_code", sa.String(length=8), nullable=False),
        sa.Column("matter_code", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("touched_at", TIME, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        *_when("verify_at", "dispatch_at", "given_at", "handle_at", "closed_at", "inspect_at", "answered_at"),
        *_whether("settled", "filed", "found", "declined", "voided", "merged"),
        *_whether("verify_in_time", "dispatch_in_time", "astray", "handled", "handle_in_time"),
        *_whether("closed", "forced", "inspect_in_time", "satisfied", "exempt"),
        *_numbers("handle_s", "used_percent", "away_m", nullable=True),
        *_numbers("reworks", "send_backs", "extensions", "suspensions"),
        sa.PrimaryKeyConstraint("county", "case_id", "level", "body", name=op.f("pk_case_outcome")),
    )
    op.create_index("ix_case_outcome_county_level_touched_at", "case_outcome", ["county", "level", "touched_at"])
    op.create_index(
        "ix_case_outcome_county_level_grid_path",
        "case_outcome",
        ["county", "level", "grid_path", "touched_at"],
        postgresql_ops={"grid_path": "text_pattern_ops"},
    )
    op.create_index("ix_case_outcome_county_level_body", "case_outcome", ["county", "level", "body", "touched_at"])
    op.create_table(
        "assessment_scheme",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("county", "version", name=op.f("pk_assessment_scheme")),
    )
    op.create_table(
        "bulletin",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("grid_path", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("content", JSONB(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("issued_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_bulletin")),
    )
    op.create_table(
        "figure_objection",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("squad_code", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "case_id"], ["case.county", "case.id"], name=op.f("fk_figure_objection_county_case_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_figure_objection")),
    )
    op.create_index("uq_figure_objection_case", "figure_objection", ["county", "case_id", "squad_code"], unique=True)
