"""The ladder of escalation and which of its steps have been taken. Counties that exist get the usual ladder."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
USUAL = """
INSERT INTO escalation_step (county, code, clock, at_percent, after_minutes_unacknowledged, severities, receiver, action,
    ignores_duty_hours, words_zh, words_en)
SELECT c.county, l.code, l.clock, l.percent, l.minutes, CASE WHEN l.minutes IS NULL
        THEN ARRAY['emergency', 'urgent', 'normal', 'minor'] ELSE ARRAY['emergency'] END,
    l.receiver, l.action, l.minutes IS NOT NULL, l.zh, l.en
FROM (SELECT DISTINCT county FROM catalogue) AS c CROSS JOIN (VALUES
    ('accept-red', 'accept', 100, NULL::int, 'operator', 'escalate', '受理超时', 'Waiting for the desk too long'),
    ('verify-yellow', 'verify', 80, NULL, 'holder', 'remind', '催核实', 'Verification is due soon'),
    ('verify-red', 'verify', 100, NULL, 'operator', 'escalate', '核实超时', 'Verification is late'),
    ('handle-yellow', 'handle', 80, NULL, 'holder', 'remind', '催办', 'Due soon'),
    ('handle-red-leader', 'handle', 100, NULL, 'squad_leader', 'escalate', '处置超时', 'Handling is late'),
    ('handle-red-desk', 'handle', 100, NULL, 'operator', 'escalate', '处置超时', 'Handling is late'),
    ('handle-command', 'handle', 150, NULL, 'operator', 'escalate', '严重超时，请指挥督办',
        'Very late, command is asked to step in'),
    ('emergency-squad', 'handle', NULL, 10, 'whole_squad', 'escalate', '特急案件无人接单',
        'Nobody has accepted this emergency'),
    ('emergency-duty-leader', 'handle', NULL, 10, 'operator', 'escalate', '特急案件无人接单，请值班领导处理',
        'Nobody has accepted this emergency; the duty leader is asked to act'),
    ('inspect-yellow', 'inspect', 80, NULL, 'holder', 'remind', '催核查', 'Inspection is due soon'),
    ('inspect-red', 'inspect', 100, NULL, 'operator', 'escalate', '核查超时', 'Inspection is late')
) AS l (code, clock, percent, minutes, receiver, action, zh, en)
"""


def upgrade() -> None:
    op.create_table(
        "escalation_step",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("clock", sa.String(length=32), nullable=False),
        sa.Column("at_percent", sa.Integer(), nullable=True),
        sa.Column("after_minutes_unacknowledged", sa.Integer(), nullable=True),
        sa.Column("severities", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("receiver", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("ignores_duty_hours", sa.Boolean(), nullable=False),
        sa.Column("words_zh", sa.String(), nullable=False),
        sa.Column("words_en", sa.String(), nullable=False),
        sa.CheckConstraint(
            "num_nulls(at_percent, after_minutes_unacknowledged) = 1", name=op.f("ck_escalation_step_one_mark")
        ),
        sa.CheckConstraint("action IN ('remind', 'escalate')", name=op.f("ck_escalation_step_pressing")),
        sa.PrimaryKeyConstraint("county", "code", name=op.f("pk_escalation_step")),
    )
    op.create_table(
        "escalation",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("clock_started_at", TIME, nullable=False),
        sa.Column("step_code", sa.String(length=32), nullable=False),
        sa.Column("fired_at", TIME, nullable=False),
        sa.Column("send_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("cancelled_at", TIME, nullable=True),
        sa.Column("receivers", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("seen_by", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("left_s", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("county", "case_id", "clock_started_at", "step_code", name=op.f("pk_escalation")),
        sa.ForeignKeyConstraint(
            ["county", "case_id"], ["case.county", "case.id"], name=op.f("fk_escalation_county_case_id")
        ),
    )
    op.create_index(
        "ix_escalation_county_send_at",
        "escalation",
        ["county", "send_at"],
        postgresql_where=sa.text("sent_at IS NULL AND cancelled_at IS NULL"),
    )
    op.create_index("ix_escalation_county_sent_at", "escalation", ["county", "sent_at"])
    op.execute(USUAL)
