"""The life of a case as the rules of the field have it, written by hand and by itself; the tests hold the code to it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from backend.cases.terms import CaseFacts, Standing
from backend.permissions import Role

LETTERS = dict(
    zip(
        "VFDAHSRIWCXOM",
        [
            "verifying", "pending_filing", "pending_dispatch", "pending_ack", "handling", "suspended", "pending_review",
            "pending_inspection", "rework", "closed", "declined", "voided", "merged",
        ],
        strict=True,
    )
)  # fmt: skip

# Who: `operator` and `eyes` (inspector, worker) over the case's grid; `holder` (squad member, leader, worker of the grid
# team) and `leader` among those who hold it; `side` in a squad with a part of it; `local` in a squad of the place; `resident`.
# `=` stays where it is. Of an action's rows the first counts whose conditions hold. Clock: what it does to the clocks.
TABLE = """
verify_found       | V        | F | eyes            |                               | stop_verify
verify_absent      | V        | F | eyes            |                               | stop_verify
verify_unable      | V        | F | eyes            |                               | stop_verify
waive_verification | V        | F | operator        |                               | stop_verify
send_verification  | F        | V | operator        |                               | start_verify
file               | F        | D | operator        | not_handler                   | keep
file               | DAHSRIW  | = | operator        | unfiled not_handler           | keep
decline            | VF       | X | operator        |                               | stop
dispatch           | VF       | A | operator        | emergency                     | hand
dispatch           | D        | A | operator        |                               | hand
claim              | D        | H | local           | not_acceptor                  | hand
acknowledge        | AW       | H | holder          | not_acceptor                  | keep
arrive             | H        | = | holder          | not_on_site not_acceptor      | keep
feedback           | H        | R | holder          | review not_acceptor           | keep
feedback           | H        | I | holder          | not_acceptor                  | finish
review_pass        | R        | I | leader          | not_acceptor                  | finish
review_return      | R        | H | leader          | not_acceptor                  | keep
send_back          | AHW      | D | holder          |                               | take_back
raise_tier         | DAHW     | D | operator leader | tier_above                    | take_back
pass               | I        | C | eyes            | apart filed parts_done        | stop
fail               | I        | W | eyes            | apart held                    | rework
fail               | I        | D | eyes            | apart                         | start_accept
ask_extension      | AHW      | = | holder          | may_extend                    | keep
grant_extension    | AHW      | = | operator        | extension_asked not_handler   | extend
refuse_extension   | AHW      | = | operator        | extension_asked not_handler   | keep
ask_suspension     | H        | = | holder          | may_suspend                   | keep
grant_suspension   | H        | S | operator        | suspension_asked not_handler  | suspend
refuse_suspension  | H        | = | operator        | suspension_asked not_handler  | keep
resume             | S        | H | operator leader |                               | resume
reassign           | AHSW     | A | operator        |                               | hand
remind             | VFDAHSRIW| = | operator eyes   |                               | keep
supervise          | VFDAHSRIW| = | operator        |                               | keep
reply_supervision  | VFDAHSRIW| = | holder          | supervised                    | keep
add_co_handler     | AHSRW    | = | operator        |                               | keep
whistle            | VFDAHSRIW| = | operator        |                               | keep
waive_part         | VFDAHSRIW| = | operator        | parts_open                    | keep
co_acknowledge     | VFDAHSRIW| = | side            | part_new not_acceptor         | keep
co_arrive          | VFDAHSRIW| = | side            | part_not_there not_acceptor   | keep
co_feedback        | VFDAHSRIW| = | side            | part_taken not_acceptor       | keep
recategorise       | VFDAHSW  | = | operator        |                               | change_limit
merge              | VFDA     | M | operator        |                               | stop
unmerge            | M        | V | operator        | was_verifying                 | start_verify
unmerge            | M        | F | operator        | was_unfiled                   | start_accept
unmerge            | M        | D | operator        |                               | start_accept
ask_void           | VFDAHSW  | = | operator        | no_void_asked                 | keep
confirm_void       | VFDAHSW  | O | operator        | void_asked second_person      | stop
refuse_void        | VFDAHSW  | = | operator        | void_asked                    | keep
force_close        | VFDAHSRIW| C | operator        | not_handler                   | stop
reopen             | C        | W | operator        | first_time held               | reopen
reopen             | C        | D | operator        | first_time                    | start_accept
satisfied          | C        | = | resident        | answerable                    | keep
not_satisfied      | C        | W | resident        | answerable first_time held    | reopen
not_satisfied      | C        | D | resident        | answerable first_time         | start_accept
not_satisfied      | C        | = | resident        | answerable                    | keep
"""

# Each condition as the rules of the field have it, and the code with which it is refused.
CONDITIONS: dict[str, tuple[Any, str]] = {
    "apart": (lambda c, a: not (a.has_handled or a.has_accepted), "separation_of_powers"),
    "not_handler": (lambda c, a: not a.has_handled, "separation_of_powers"),
    "not_acceptor": (lambda c, a: not a.has_accepted, "separation_of_powers"),
    "second_person": (lambda c, a: c.void_asked_by != a.staff_id, "second_person_needed"),
    "emergency": (lambda c, a: c.severity == "emergency", "not_an_emergency"),
    "held": (lambda c, a: c.held, "wrong_state"),
    "filed": (lambda c, a: c.filed, "not_filed"),
    "unfiled": (lambda c, a: not c.filed, "wrong_state"),
    "not_on_site": (lambda c, a: not c.on_site, "wrong_state"),
    "review": (lambda c, a: c.review_needed and Role.SQUAD_LEADER not in a.lead, "wrong_state"),
    "tier_above": (lambda c, a: c.tier <= 3, "no_tier_above"),
    "may_extend": (lambda c, a: not (c.overdue or c.extension_asked or c.extension_count >= 2), "no_extension"),
    "extension_asked": (lambda c, a: c.extension_asked, "nothing_asked"),
    "may_suspend": (lambda c, a: not (c.suspension_asked or c.suspension_count >= 1), "no_suspension"),
    "suspension_asked": (lambda c, a: c.suspension_asked, "nothing_asked"),
    "supervised": (lambda c, a: c.supervised, "nothing_asked"),
    "parts_open": (lambda c, a: c.open_parts >= 1, "wrong_state"),
    "parts_done": (lambda c, a: c.open_parts == 0, "parts_open"),
    "part_new": (lambda c, a: a.part == "new", "wrong_state"),
    "part_not_there": (lambda c, a: a.part in ("new", "taken"), "wrong_state"),
    "part_taken": (lambda c, a: a.part in ("taken", "on_site"), "wrong_state"),
    "was_verifying": (lambda c, a: c.merged_from == "verifying", "wrong_state"),
    "was_unfiled": (lambda c, a: c.merged_from == "pending_filing", "wrong_state"),
    "no_void_asked": (lambda c, a: c.void_asked_by is None, "already_asked"),
    "void_asked": (lambda c, a: c.void_asked_by is not None, "nothing_asked"),
    "first_time": (lambda c, a: c.reopened_count == 0, "reopened_before"),
    "answerable": (lambda c, a: c.answerable, "answer_over"),
}
PERSONS_APART = {"apart", "not_handler", "not_acceptor", "second_person"}

HELD_IN: dict[str, tuple[str, set[str]]] = {
    "operator": ("grid", {"operator"}),
    "eyes": ("grid", {"inspector", "worker"}),
    "holder": ("lead", {"squad_member", "squad_leader", "worker"}),
    "leader": ("lead", {"squad_leader"}),
    "side": ("side", {"squad_member", "squad_leader"}),
    "local": ("local", {"squad_member", "squad_leader"}),
}


class Row(NamedTuple):
    action: str
    sources: set[str]
    target: str | None
    who: list[str]
    conditions: list[str]
    clock: str

    def is_for(self, actor: Standing) -> bool:
        held = (HELD_IN[who] for who in self.who if who != "resident")
        return any({str(role) for role in getattr(actor, holding)} & roles for holding, roles in held)

    def failing(self, case: CaseFacts, actor: Standing) -> list[str]:
        return [name for name in self.conditions if not CONDITIONS[name][0](case, actor)]


def _rows() -> Iterator[Row]:
    for line in TABLE.strip().splitlines():
        action, sources, target, who, conditions, clock = (cell.strip() for cell in line.split("|"))
        yield Row(action, {LETTERS[s] for s in sources}, LETTERS.get(target), who.split(), conditions.split(), clock)


ROWS = list(_rows())
