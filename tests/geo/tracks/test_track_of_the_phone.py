"""The bytes against which the phone's reader of tracks is tested are what the server writes and reads."""

import base64
import json

import numpy as np

from backend.settings import ROOT
from geo.tracks.wire import decode

FIXTURE = ROOT / "pwa" / "src" / "lib" / "track_wire.fixture.json"


def test_the_phones_fixture_is_a_track_of_the_present_format() -> None:
    kept = json.loads(FIXTURE.read_text(encoding="utf-8"))
    replay = decode(base64.b64decode(kept["track"]))
    columns = np.column_stack([replay.at_s, replay.lng, replay.lat, replay.gone_m])
    np.testing.assert_allclose(columns, np.array(kept["points"]), rtol=0, atol=1e-7)
    assert replay.run_points.tolist() == kept["run_points"]
    assert [list(stay) for stay in replay.stays] == kept["stays"]
