"""Trackers as they are shown, in the reader's language."""

from backend.errors import Say
from backend.patrols.devices.cards import SetUpCard
from backend.patrols.devices.models import TrackSource
from backend.patrols.devices.readings import Complaint
from backend.patrols.devices.schemas import SetUpCardOut, StaffTrackSource, TrackSourceOut

COMPLAINTS = {
    Complaint.ENCRYPTED: Say(
        "App 打开了加密，这里读不出来，请把加密密钥清空", "The app encrypts its messages; clear its encryption key"
    ),
    Complaint.ZONELESS: Say(
        "App 发来的时间没有时区，已按设置的时区读取，请核对", "Times come without their offset; check the zone set here"
    ),
    Complaint.UNREADABLE: Say(
        "收到的内容不是这种格式，请核对 App 里填的网址", "Messages have another form; check the address in the app"
    ),
}


def shown_to_owner(source: TrackSource, language: str) -> TrackSourceOut:
    words = complaint_words(source, language)
    return TrackSourceOut.model_validate(source.model_dump() | {"complaint_words": words})


def shown_to_desk(source: TrackSource, staff_name: str, language: str) -> StaffTrackSource:
    more = {
        "staff_name": staff_name,
        "ever_in_contact": source.last_contact_at is not None,
        "complaint_words": complaint_words(source, language),
    }
    return StaffTrackSource.model_validate(source.model_dump() | more)


def shown_card(card: SetUpCard, language: str) -> SetUpCardOut:
    return SetUpCardOut(
        app=card.app,
        steps=card.steps.in_language(language),
        address=card.address,
        link=card.link,
        qr=card.qr,
        opens=card.opens,
    )


def complaint_words(source: TrackSource, language: str) -> str | None:
    return COMPLAINTS[source.complaint].in_language(language) if source.complaint else None
