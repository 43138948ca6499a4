"""Who is told of what, by which channel, and how far that came."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def _county() -> sa.Column[str]:
    return sa.Column("county", sa.String(length=6), nullable=False)


def upgrade() -> None:
    _notice()
    _notification()
    _delivery()
    _subscription()
    _set_by_people()
    _set_by_counties()
    _resident_message()
    # Who has read a reminder stands on its notification now.
    op.drop_column("escalation", "seen_by")


def _notice() -> None:
    op.create_table(
        "notice",
        _county(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("squad_code", sa.String(length=32), nullable=True),
        sa.Column("severity", sa.String(length=32), nullable=False),
        sa.Column("grid_path", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("rings", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("settled_at", TIME, nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("next_step_at", TIME, nullable=True),
        sa.Column("steps", postgresql.ARRAY(sa.String()), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_county_case_id", "notice", ["county", "case_id"])
    op.create_index("ix_notice_county_at", "notice", ["county", "at"])
    op.create_index(
        "ix_notice_county_next_step_at",
        "notice",
        ["county", "next_step_at"],
        postgresql_where=sa.text("next_step_at IS NOT NULL"),
    )


def _notification() -> None:
    op.create_table(
        "notification",
        _county(),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("delivered_at", TIME, nullable=True),
        sa.Column("seen_at", TIME, nullable=True),
        sa.Column("acted_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "notice_id"], ["notice.county", "notice.id"], name=op.f("fk_notification_county_notice_id")
        ),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_notification_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "notice_id", "staff_id", name=op.f("pk_notification")),
    )
    op.create_index("ix_notification_county_staff_id_at", "notification", ["county", "staff_id", "at"])
    op.create_index(
        "ix_notification_county_staff_id_unseen",
        "notification",
        ["county", "staff_id"],
        postgresql_where=sa.text("seen_at IS NULL"),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        _county(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("robot_id", sa.Uuid(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("queued_at", TIME, nullable=False),
        sa.Column("send_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("delivered_at", TIME, nullable=True),
        sa.Column("seen_at", TIME, nullable=True),
        sa.Column("acted_at", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("num_nulls(staff_id, robot_id) = 1", name=op.f("ck_delivery_one_receiver")),
        sa.ForeignKeyConstraint(
            ["county", "notice_id"], ["notice.county", "notice.id"], name=op.f("fk_delivery_county_notice_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_county_notice_id", "delivery", ["county", "notice_id"])
    op.create_index("ix_delivery_county_queued_at", "delivery", ["county", "queued_at"])
    op.create_index(
        "ix_delivery_county_send_at", "delivery", ["county", "send_at"], postgresql_where=sa.text("state = 'queued'")
    )


def _subscription() -> None:
    op.create_table(
        "push_subscription",
        _county(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("endpoint", sa.String(length=2000), nullable=False),
        sa.Column("p256dh", sa.String(length=200), nullable=False),
        sa.Column("auth", sa.String(length=100), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_push_subscription_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("county", "endpoint", name=op.f("uq_push_subscription_county_endpoint")),
    )
    op.create_index("ix_push_subscription_county_staff_id", "push_subscription", ["county", "staff_id"])


def _set_by_people() -> None:
    op.create_table(
        "notice_wish",
        _county(),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("muted", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("mail", sa.String(length=254), nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_notice_wish_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "staff_id", name=op.f("pk_notice_wish")),
    )


def _set_by_counties() -> None:
    op.create_table(
        "notice_rule",
        _county(),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("severity", sa.String(length=32), nullable=False),
        sa.Column("channels", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("wait_s", sa.Integer(), nullable=False),
        sa.Column("repeat_s", sa.Integer(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("rings", sa.Boolean(), nullable=False),
        sa.Column("wakes", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "kind", "severity", name=op.f("pk_notice_rule")),
    )
    op.create_table(
        "unseen_step",
        _county(),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("severities", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("after_s", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "code", name=op.f("pk_unseen_step")),
    )
    op.create_table(
        "robot",
        _county(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("squad_code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("bucket", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "squad_code"], ["squad.county", "squad.code"], name=op.f("fk_robot_county_squad_code")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_robot")),
    )
    op.create_index("ix_robot_county_squad_code", "robot", ["county", "squad_code"])
    op.create_table(
        "channel_health",
        _county(),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("well_at", TIME, nullable=True),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("county", "channel", "key", name=op.f("pk_channel_health")),
    )


def _resident_message() -> None:
    op.create_table(
        "resident_message",
        _county(),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("queued_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("county", "report_id", "cause_id", name=op.f("pk_resident_message")),
    )
