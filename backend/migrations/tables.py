"""Every table of the system in one metadata, for Alembic and for tests."""

from sqlmodel import SQLModel

from backend.assessment import models as assessment
from backend.cases import escalation_models as escalation
from backend.cases import models as cases
from backend.command_centre import saved_view_models as saved_views
from backend.command_centre.exports import models as exports
from backend.dispatch import models as dispatch
from backend.flags import models as flags
from backend.grids import models as grids
from backend.live import models as live
from backend.matters import models as matters
from backend.notifications import models as notifications
from backend.patrols import models as patrols
from backend.patrols.devices import models as trackers
from backend.photos import models as photos
from backend.residents import models as residents
from backend.staff import models as staff

DOMAINS = (
    grids,
    staff,
    matters,
    photos,
    dispatch,
    live,
    cases,
    notifications,
    escalation,
    flags,
    patrols,
    trackers,
    residents,
    exports,
    saved_views,
    assessment,
)
METADATA = SQLModel.metadata
