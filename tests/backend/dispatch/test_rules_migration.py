"""A county that had routing rules before there were sets keeps them as its first set, in force, and its decisions name it."""

import os

import psycopg
from psycopg import sql

from backend.dispatch.rule_schemas import RuleIn
from backend.migrations.runner import migrate

URL = os.environ.get("SUOZI_TEST_DATABASE_URL", "")


def _at(name: str) -> str:
    head, _, query = URL.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def _conninfo(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


OLDER = """
INSERT INTO routing_rule VALUES
    ('320281', 'R2', 2, '本辖区', '{*}', '{*}', 'jurisdiction', 'all_round'),
    ('320281', 'R1', 1, '特急', '{*}', '{emergency,urgent}', 'town', 'all_round'),
    ('320281', 'R3', 2, '部门', '{E01,E0201}', '{*}', 'town', 'department'),
    ('320282', 'R1', 7, '邻县', '{*}', '{*}', 'jurisdiction', 'all_round');
SET session_replication_role = replica;
INSERT INTO routing_decision (county, id, case_id, decided_at, rule_code, sentence_zh, sentence_en, inputs, candidates)
VALUES ('320281', gen_random_uuid(), gen_random_uuid(), '2026-03-01T00:00+08:00', 'R2', '派', 'sent', '{}', '[]'),
    ('320281', gen_random_uuid(), gen_random_uuid(), '2026-04-01T00:00+08:00', NULL, '等', 'waits', '{}', '[]')
"""


def test_older_rules_become_the_first_set_in_force() -> None:
    name = sql.Identifier(f"test_rules_migration_{os.getpid()}")
    with psycopg.connect(_conninfo(URL), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            _migrate_and_look(_at(f"test_rules_migration_{os.getpid()}"))
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _migrate_and_look(url: str) -> None:
    migrate(url, "0003")
    with psycopg.connect(_conninfo(url)) as older:
        older.execute(OLDER)
    migrate(url)
    with psycopg.connect(_conninfo(url)) as newer:
        sets = newer.execute(
            "SELECT county, number, status, rules, in_force_from FROM rule_set ORDER BY county"
        ).fetchall()
        decisions = newer.execute(
            "SELECT rule_code, rule_set, rule_name, shortfalls FROM routing_decision ORDER BY decided_at"
        ).fetchall()
    assert [row[:3] for row in sets] == [("320281", 1, "in_force"), ("320282", 1, "in_force")]
    rules = [RuleIn.model_validate(rule) for rule in sets[0][3]]
    assert [(r.code, r.priority, r.target.kind, r.matters, r.severities) for r in rules] == [
        ("R1", 1, "town_squads", ["*"], ["emergency", "urgent"]),
        ("R2", 2, "own_squads", ["*"], []),
        ("R3", 3, "department", ["E01", "E0201"], []),
    ]
    assert sets[0][4].isoformat() == "2026-02-28T16:00:00+00:00"
    assert decisions == [("R2", 1, "本辖区", []), (None, None, None, [])]
