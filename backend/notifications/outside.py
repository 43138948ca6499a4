"""What this server needs to reach people outside: whom it may post to, its push key, the county's gateways."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from backend.notifications.channels.mail import MailServer, Security
from backend.notifications.channels.sms import SmsProvider
from backend.notifications.channels.web_push import VapidKey
from backend.notifications.channels.words import Subject
from backend.notifications.kinds import Channel
from backend.notifications.models import Notice
from backend.outbound import OutboundRules
from backend.settings import Settings

PUSH_KEY = "push-key.pem"


@dataclass(frozen=True)
class Outside:
    """`sms` and `mail` are None where the county has none. `public_url`: where people reach us, empty if nobody said.

    `folder` keeps the push key, `contact` is whom push services turn to.
    """

    rules: OutboundRules
    folder: Path
    contact: str
    sms: SmsProvider | None = None
    mail: MailServer | None = None
    public_url: str = ""

    @property
    def push_key(self) -> VapidKey:
        return push_key(self.folder, self.contact)


@dataclass(frozen=True)
class Parcel:
    """Notices that go to one receiver by one channel in one message; `ids` are those of their deliveries."""

    channel: Channel
    staff_id: UUID | None
    robot_id: UUID | None
    notices: Sequence[Notice]
    ids: Sequence[UUID]


def outside_of(settings: Settings) -> Outside:
    """Raises ValueError for a list or a gateway that cannot be meant."""
    sms, mail = settings.sms, settings.mail
    return Outside(
        rules=OutboundRules(hosts=frozenset(settings.outbound_hosts), origins=frozenset(settings.outbound_origins)),
        folder=settings.data_dir,
        contact=settings.push_contact,
        sms=SmsProvider(
            sms.url,
            sms.key_id,
            sms.secret,
            sms.sign_name,
            {Subject(kind): name for kind, name in sms.templates.items()},
        )
        if sms
        else None,
        mail=MailServer(mail.host, mail.port, mail.sender, Security(mail.security), mail.user, mail.password)
        if mail
        else None,
        public_url=settings.public_url.rstrip("/"),
    )


@cache
def push_key(folder: Path, contact: str) -> VapidKey:
    """The one of this installation, made when it is first asked for. All its processes share the folder."""
    path = folder / PUSH_KEY
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / f".{PUSH_KEY}.{os.getpid()}"
        made.touch(mode=0o600)
        made.write_text(VapidKey.make(contact).pem(), encoding="ascii")
        try:
            os.link(made, path)  # of two processes that start together one key stays
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return VapidKey.read(path.read_text(encoding="ascii"), contact)
