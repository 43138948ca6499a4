"""A decision as it is kept: its inputs and candidates as plain JSON, complete enough to be read long after."""

from backend.dispatch.routing import Candidate, Question


def inputs_of(asked: Question) -> dict[str, object]:
    """The question as it is kept with the decision."""
    inputs: dict[str, object] = {
        name: value for name, value in vars(asked).items() if name not in {"moment", "within", "sent_back_by"}
    }
    inputs |= {"within": list(asked.within), "sent_back_by": list(asked.sent_back_by)}
    if asked.moment:
        inputs |= {"local_time": asked.moment.local.isoformat(), "day_off": asked.moment.day_off}
    return inputs


def candidate_kept(candidate: Candidate) -> dict[str, object]:
    """A candidate as it is kept with the decision."""
    squad, person, reason = candidate.squad, candidate.person, candidate.reason
    kept: dict[str, object] = {
        "rule_code": candidate.rule_code,
        "verdict": candidate.verdict.value,
        "reason_zh": reason.zh,
        "reason_en": reason.en,
    }
    if squad:
        return kept | {
            "squad_code": squad.code,
            "squad_name": squad.name,
            "open_cases": squad.open_cases,
            "on_duty": squad.on_duty,
            "free": squad.free,
            "members_on_duty": squad.members_on_duty,
            "distance_m": None if squad.distance_m is None else round(squad.distance_m),
            "position_age_s": squad.position_age_s,
        }
    assert person
    return kept | {
        "staff_id": str(person.id),
        "staff_name": person.name,
        "duty": person.duty.value,
        "grid_name": person.grid_name,
    }
