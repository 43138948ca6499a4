"""docs/lifecycle.md, written from the table: the states, every step, the conditions, the reasons and a picture. Pure."""

from collections.abc import Iterable, Iterator

from backend.cases.guards import GUARDS
from backend.cases.lifecycle import REASONS, STEPS
from backend.cases.needs import ASKED_IN
from backend.cases.terms import STATUS_WORDS, ClockEffect, Need, Photos, Status, Step
from backend.permissions import Role
from backend.staff.people_words import ROLE_WORDS

HEAD = """# The life of a case (案件流程)

Written from the code by `python -m backend.cli lifecycle`; a test holds the two together. Change the table in
`backend/cases/lifecycle.py`, not this page.

Who: a role over the case's grid; *holds it* (主办), in the squad that has the case or with the duty that has it; *has a part*
(协办、吹哨); *of the place* (辖区), in a squad responsible for the grid. `=` stays where it is. Of several rows of one action
the first whose conditions hold is taken. A *quiet* step makes nobody else's view of the case stale.
"""

CLOCK_WORDS: dict[ClockEffect, str] = {
    ClockEffect.KEEP: "",
    ClockEffect.START_ACCEPT: "the command centre's starts",
    ClockEffect.START_VERIFY: "the verifier's starts, the command centre's waits",
    ClockEffect.STOP_VERIFY: "the verifier's stops, the command centre's goes on",
    ClockEffect.HAND: "the handler's starts; the same handler's goes on",
    ClockEffect.TAKE_BACK: "the handler's waits, the command centre's starts",
    ClockEffect.FINISH: "the handler's stops, the inspector's starts",
    ClockEffect.REWORK: "the handler has a share of the limit",
    ClockEffect.REOPEN: "the handler's first goes on",
    ClockEffect.EXTEND: "the handler has the limit once more",
    ClockEffect.SUSPEND: "the handler's waits",
    ClockEffect.RESUME: "the handler's goes on",
    ClockEffect.CHANGE_LIMIT: "the handler's has another limit, from the same start",
    ClockEffect.STOP: "all stop",
}


def lifecycle_page() -> str:
    """The whole page, Markdown."""
    return "\n".join([HEAD, *_states(), *_steps(), *_conditions(), *_reasons(), *_picture()]) + "\n"


def _states() -> Iterator[str]:
    yield from ("## States", "", "| code | 状态 | state |", "|---|---|---|")
    yield from (f"| `{status}` | {say.zh} | {say.en} |" for status, say in STATUS_WORDS.items())


def _steps() -> Iterator[str]:
    yield from ("", "## Steps", "")
    yield "| action | 动作 | from | to | who | needs | conditions | clocks |"
    yield "|---|---|---|---|---|---|---|---|"
    for step in STEPS:
        guards = " ".join(f"[`{guard}`](#conditions)" for guard in step.guards)
        yield (
            f"| `{step.action}` {step.label.en} | {step.label.zh} | {_places(step.sources)} | {_target(step)} "
            f"| {_who(step)} | {_needs(step)} | {guards} | {CLOCK_WORDS[step.clock]} |"
        )


def _places(statuses: Iterable[Status]) -> str:
    wanted = set(statuses)
    return " ".join(f"`{status}`" for status in Status if status in wanted) or "–"


def _target(step: Step) -> str:
    target = f"`{step.target}`" if step.target else "="
    return f"{target}, quiet" if step.quiet else target


def _who(step: Step) -> str:
    held = {"": step.grid, " (holds it)": step.lead, " (has a part)": step.side, " (of the place)": step.local}
    said = [f"{_roles(roles)}{how}" for how, roles in held.items() if roles]
    said += ["the system"] * step.system + ["the resident"] * step.resident
    return "; ".join(said)


def _roles(roles: frozenset[Role]) -> str:
    return ", ".join(ROLE_WORDS[role].en for role in Role if role in roles)


def _needs(step: Step) -> str:
    needs = [ASKED_IN[ask][0] for ask in sorted(step.asks)]
    if step.words != Need.NONE:
        needs.append("words" if step.words == Need.REQUIRED else "words?")
    if step.photos != Photos.NONE:
        needs.append("photos?" if step.photos == Photos.OPTIONAL else "photos as the matter asks")
    return ", ".join(needs)


def _conditions() -> Iterator[str]:
    yield from ("", "## Conditions", "", "What one is told when a condition does not hold.", "")
    yield from ("| condition | problem | 提示 | message |", "|---|---|---|---|")
    yield from (
        f"| `{guard}` | `{rule.code}` | {rule.sentence.zh} | {rule.sentence.en} |" for guard, rule in GUARDS.items()
    )


def _reasons() -> Iterator[str]:
    yield from ("", "## Reasons", "", "| action | code | 原因 | reason |", "|---|---|---|---|")
    for action, reasons in REASONS.items():
        yield from (f"| `{action}` | `{code}` | {say.zh} | {say.en} |" for code, say in reasons.items())


def _picture() -> Iterator[str]:
    """The moves between states; several actions between the same two stand on one line."""
    moves: dict[tuple[str, str], list[str]] = {}
    for step in STEPS:
        for source in [str(s) for s in Status if s in step.sources] or ["[*]"]:
            if step.target and step.target != source:
                labels = moves.setdefault((source, step.target), [])
                labels += [step.label.zh] * (step.label.zh not in labels)
    yield from ("", "## Picture", "", "```mermaid", "stateDiagram-v2")
    yield from (f"    {status} : {say.zh} {say.en}" for status, say in STATUS_WORDS.items())
    yield from (f"    {source} --> {target} : {' / '.join(labels)}" for (source, target), labels in moves.items())
    yield "```"
