"""The catalogue says more of each matter, has seasons and drafts, and the stages' limits become the county's own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Of matters that were there before; components stay broken for longer than litter lies about.
MATTER_COLUMNS = (
    ("self_handle", sa.Boolean(), "false"),
    ("near_far_hint", sa.Boolean(), "false"),
    ("duplicate_radius_m", sa.Integer(), "50"),
    ("duplicate_hours", sa.Integer(), "72"),
    ("review_needed", sa.Boolean(), "false"),
)


def upgrade() -> None:
    for name, kind, default in MATTER_COLUMNS:
        op.add_column("matter", sa.Column(name, kind, nullable=False, server_default=default))
        op.alter_column("matter", name, server_default=None)
    op.execute("UPDATE matter SET duplicate_hours = 720 WHERE kind = 'component'")
    op.add_column("filing_condition", sa.Column("season_from", sa.String(length=5), nullable=True))
    op.add_column("filing_condition", sa.Column("season_to", sa.String(length=5), nullable=True))
    op.add_column("filing_condition", sa.Column("season_amount", sa.Integer(), nullable=True))
    op.add_column("filing_condition", sa.Column("season_unit", sa.String(length=32), nullable=True))
    op.create_check_constraint(
        op.f("ck_filing_condition_whole_season"),
        "filing_condition",
        "num_nulls(season_from, season_to, season_amount, season_unit) IN (0, 4)",
    )
    op.add_column("catalogue", sa.Column("title", sa.String(), nullable=False, server_default=""))
    op.alter_column("catalogue", "title", server_default=None)
    op.add_column("catalogue", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("catalogue", sa.Column("published_by", sa.Uuid(), nullable=True))
    op.add_column("catalogue", sa.Column("published_by_name", sa.String(), nullable=True))
    op.create_table(
        "stage_limit",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "stage", name=op.f("pk_stage_limit")),
    )
    # A county that has a catalogue begins with what was fixed in the code until now.
    op.execute(
        "INSERT INTO stage_limit (county, stage, amount, unit)"
        " SELECT c.county, s.* FROM (SELECT DISTINCT county FROM catalogue) c, (VALUES"
        " ('accept', 0.25, 'urgent_hour'), ('verify', 0.5, 'urgent_hour'), ('inspect', 4, 'work_hour'))"
        " AS s (stage, amount, unit)"
    )
    op.create_table(
        "catalogue_draft",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_catalogue_draft")),
    )


def downgrade() -> None:
    op.drop_table("catalogue_draft")
    op.drop_table("stage_limit")
    for name in ("published_by_name", "published_by", "published_at", "title"):
        op.drop_column("catalogue", name)
    op.drop_constraint(op.f("ck_filing_condition_whole_season"), "filing_condition")
    for name in ("season_unit", "season_amount", "season_to", "season_from"):
        op.drop_column("filing_condition", name)
    for name, _kind, _default in reversed(MATTER_COLUMNS):
        op.drop_column("matter", name)
