"""How often one robot may be used: a token bucket, as a value to be kept and a pure step. It knows no clock and no database.

A bucket of `burst` tokens that gains `per_minute` of them lets through at most burst + per_minute in any 60 seconds, wherever
those begin. That sum is what `LIMITS` holds below the messengers' own limits.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from backend.notifications.channels.group_messages import RobotKind


@dataclass(frozen=True)
class Limit:
    """At most `burst` at once, and `per_minute` more in every minute, evenly."""

    burst: int
    per_minute: int


# DingTalk takes 20 a minute and is silent for ten after the 21st: two are kept for a test by hand and for
# what the network bunches together. WeCom takes 20 too. Feishu takes 100 a minute and 5 a second: 4 at once and one more
# each second are 5 in a second and 64 in a minute.
LIMITS: dict[RobotKind, Limit] = {
    RobotKind.DINGTALK: Limit(burst=6, per_minute=12),
    RobotKind.WECOM: Limit(burst=6, per_minute=12),
    RobotKind.FEISHU: Limit(burst=4, per_minute=60),
}
_MINUTE_S = 60.0
# Sums of fractions are a little less than they should be.
_WHOLE = 1 - 1e-9


@dataclass(frozen=True)
class Bucket:
    """What is left at `refilled_at`; nothing goes before `blocked_until`, which the messenger asked for."""

    tokens: float
    refilled_at: datetime
    blocked_until: datetime | None = None

    @classmethod
    def full(cls, limit: Limit, at: datetime) -> "Bucket":
        return cls(float(limit.burst), at)

    @classmethod
    def read(cls, kept: dict[str, Any] | None, limit: Limit, at: datetime) -> "Bucket":
        """From `kept()`; a robot that was never used has a full one."""
        if kept is None:
            return cls.full(limit, at)
        until = kept["blocked_until"]
        return cls(
            float(kept["tokens"]),
            datetime.fromisoformat(kept["refilled_at"]),
            datetime.fromisoformat(until) if until else None,
        )

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it."""
        until = self.blocked_until.isoformat() if self.blocked_until else None
        return {"tokens": self.tokens, "refilled_at": self.refilled_at.isoformat(), "blocked_until": until}


def take(bucket: Bucket, limit: Limit, at: datetime) -> tuple[Bucket, datetime | None]:
    """One token at `at`: the bucket without it and None, or the bucket as it is and when there will be one.

    A clock that went back brings nothing and takes nothing: time in which tokens come is counted once.
    """
    if bucket.blocked_until and at < bucket.blocked_until:
        return bucket, bucket.blocked_until
    since_s = max((at - bucket.refilled_at).total_seconds(), 0.0)
    tokens = min(bucket.tokens + since_s * limit.per_minute / _MINUTE_S, float(limit.burst))
    refilled_at = max(at, bucket.refilled_at)
    if tokens >= _WHOLE:
        return Bucket(max(tokens - 1, 0.0), refilled_at), None
    missing_s = (1 - tokens) * _MINUTE_S / limit.per_minute
    return Bucket(tokens, refilled_at), refilled_at + timedelta(seconds=missing_s, microseconds=1)


def blocked(bucket: Bucket, until: datetime) -> Bucket:
    """After a messenger said that it was too much: nothing goes before `until`, and a longer ban stays."""
    return replace(bucket, blocked_until=max(until, bucket.blocked_until or until))
