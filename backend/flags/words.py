"""Flags in words: facts, in the reader's language, without a verdict."""

from collections.abc import Callable

from backend.errors import Say
from backend.flags.models import FlagKind
from backend.flags.rules import Facts
from backend.photos.likeness import Likeness

# How a photo, a step or another case is called in them is up to the reader's rights: `other` is what they may know.


def words_of(kind: FlagKind, facts: Facts, other: Say) -> Say:
    """One sentence. `other` is how the other case is called, if there is one."""
    return _WORDS[kind](facts, other)


def _same_photo(_facts: Facts, other: Say) -> Say:
    return Say(f"这张照片和{other.zh}的一张照片完全相同", f"This photo is the same file as one of {other.en}")


def _like_photo(facts: Facts, other: Say) -> Say:
    zh, en = {
        Likeness.COPY: ("", ""),
        Likeness.MIRRORED: ("（镜像）", " (mirrored)"),
        Likeness.PART: ("（裁剪）", " (cropped)"),
    }[Likeness(facts["how"])]
    return Say(f"这张照片和{other.zh}的照片很像{zh}", f"This photo looks very much like one of {other.en}{en}")


SAID_BY = {
    "report": Say("上报位置", "the reported place"),
    "step": Say("这一步提交的位置", "the place sent with this step"),
    "case": Say("案件位置", "the place of the case"),
}


def _photo_place(facts: Facts, _other: Say) -> Say:
    place, apart = SAID_BY[facts["from"]], _distance(facts["away_m"])
    return Say(f"照片自带的位置离{place.zh} {apart.zh}", f"The position in the photo is {apart.en} from {place.en}")


def _datum(facts: Facts, _other: Say) -> Say:
    place, apart = SAID_BY[facts["from"]], _distance(facts["away_m"])
    return Say(
        f"照片自带的位置离{place.zh} {apart.zh}，正好是地图坐标（GCJ-02）的偏移，可能只是坐标没有换算",
        f"The position in the photo is {apart.en} from {place.en}, just the shift of Chinese maps (GCJ-02): perhaps only a"
        " coordinate that was not converted",
    )


def _photo_time(facts: Facts, _other: Say) -> Say:
    before_s = facts["before_s"]
    zh, en = ("上报", "the report") if facts["from"] == "report" else ("这一步", "this step")
    apart = _duration(abs(before_s))
    if before_s > 0:
        return Say(f"照片拍摄时间比{zh}早 {apart.zh}", f"The photo says it was taken {apart.en} before {en}")
    return Say(f"照片拍摄时间比{zh}晚 {apart.zh}", f"The photo says it was taken {apart.en} after {en}")


def _phone_clock(facts: Facts, _other: Say) -> Say:
    off = _duration(abs(facts["ahead_s"]))
    if facts["ahead_s"] > 0:
        return Say(f"手机时间比服务器快 {off.zh}", f"The phone's clock is {off.en} ahead of the server's")
    return Say(f"手机时间比服务器慢 {off.zh}", f"The phone's clock is {off.en} behind the server's")


def _speed(facts: Facts, other: Say) -> Say:
    apart, took = _distance(facts["apart_m"]), _duration(facts["apart_s"])
    return Say(
        f"和上一次上报（{other.zh}）相距 {apart.zh}，相隔 {took.zh}，相当于每小时 {facts['speed_kmh']} 公里",
        f"{apart.en} from the report before ({other.en}) in {took.en}: {facts['speed_kmh']} km/h would be needed",
    )


def _same_place(facts: Facts, _other: Say) -> Say:
    return Say(
        f"同一人当天 {facts['times']} 次上报的坐标完全相同（精确到 7 位小数）",
        f"{facts['times']} reports of one person on this day have the same coordinates to 7 decimals",
    )


def _accuracy(facts: Facts, _other: Say) -> Say:
    accuracy_m, times = facts["accuracy_m"], facts["times"]
    if times == 1:
        return Say(f"定位精度是 {accuracy_m:g} 米", f"The accuracy of the position is {accuracy_m:g} m")
    return Say(
        f"连续 {times} 次上报的定位精度都是 {accuracy_m:g} 米",
        f"The accuracy of the position was {accuracy_m:g} m in {times} reports running",
    )


_WORDS: dict[FlagKind, Callable[[Facts, Say], Say]] = {
    FlagKind.SAME_PHOTO: _same_photo,
    FlagKind.LIKE_PHOTO: _like_photo,
    FlagKind.PHOTO_PLACE: _photo_place,
    FlagKind.DATUM: _datum,
    FlagKind.PHOTO_TIME: _photo_time,
    FlagKind.PHONE_CLOCK: _phone_clock,
    FlagKind.SPEED: _speed,
    FlagKind.SAME_PLACE: _same_place,
    FlagKind.ACCURACY: _accuracy,
}


def _distance(metres: float) -> Say:
    if metres < 1000:
        return Say(f"{metres:.0f} 米", f"{metres:.0f} m")
    return Say(f"{metres / 1000:.1f} 公里", f"{metres / 1000:.1f} km")


def _duration(seconds: float) -> Say:
    for unit_s, zh, en in ((86_400, "天", "day"), (3_600, "小时", "hour"), (60, "分钟", "minute")):
        if seconds >= unit_s:
            count = round(seconds / unit_s)
            return Say(f"{count} {zh}", f"{count} {en}{'' if count == 1 else 's'}")
    return Say(f"{seconds:.0f} 秒", f"{seconds:.0f} s")
