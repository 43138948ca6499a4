"""How apps are set up: the links that they understand, and addresses under which what they send is read."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
import segno

from backend.patrols.devices.cards import SetUpCard, set_up_cards
from backend.patrols.devices.protocols import Protocol
from tests.backend.patrols.devices.deliveries import TOKEN

BASE = "https://suozi.example/"


def cards(protocol: Protocol) -> tuple[SetUpCard, ...]:
    return set_up_cards(protocol, BASE, TOKEN, "我的手机 & 1")


def opened(card: SetUpCard) -> dict[str, str]:
    """What the app finds in the card's link."""
    assert card.link
    return {name: values[0] for name, values in parse_qs(urlsplit(card.link).query).items()}


@pytest.mark.parametrize("protocol", list(Protocol))
def test_every_protocol_has_a_card_with_the_whole_address(protocol: Protocol) -> None:
    for card in cards(protocol):
        assert card.address.startswith(f"https://suozi.example/in/{protocol}/{TOKEN}")
        assert card.steps.zh
        assert card.steps.en
        assert (card.qr is None) == (card.link is None)
        assert card.qr is None or card.qr.startswith("data:image/svg+xml")


def test_traccar_client_takes_the_address_and_its_wishes_from_one_link() -> None:
    card = cards(Protocol.OSMAND)[0]
    assert card.link
    assert card.link.partition("?")[0] == card.address
    wishes = opened(card)
    assert (wishes["interval"], wishes["buffer"], wishes["id"]) == ("15", "true", "我的手机 & 1")


def test_traccar_client_is_opened_by_its_own_scheme_and_others_by_what_is_scanned() -> None:
    traccar, osmand = cards(Protocol.OSMAND)
    assert traccar.opens
    assert traccar.link
    parts = urlsplit(traccar.opens)
    said = parse_qs(parts.query)
    assert (parts.scheme, said.pop("url")) == ("org.traccar.client", [traccar.address])
    assert said == parse_qs(urlsplit(traccar.link).query)
    assert osmand.opens is None
    for protocol in (Protocol.OVERLAND, Protocol.OWNTRACKS, Protocol.COLOTA):
        assert cards(protocol)[0].opens == cards(protocol)[0].link


def test_what_is_scanned_is_the_link() -> None:
    for protocol in Protocol:
        for card in cards(protocol):
            if card.link:
                drawn = segno.make(card.link, error="m", micro=False)
                assert card.qr == drawn.svg_data_uri(scale=4, border=2, omitsize=True)


def test_overland_takes_the_token_by_itself() -> None:
    link = opened(cards(Protocol.OVERLAND)[0])
    assert link == {"url": "https://suozi.example/in/overland", "token": TOKEN, "device_id": "我的手机 & 1"}


def test_owntracks_takes_a_configuration() -> None:
    inline = json.loads(base64.b64decode(opened(cards(Protocol.OWNTRACKS)[0])["inline"]))
    assert (inline["_type"], inline["mode"]) == ("configuration", 3)
    assert inline["url"] == f"https://suozi.example/in/owntracks/{TOKEN}"


def test_colota_takes_a_configuration() -> None:
    config = json.loads(base64.b64decode(opened(cards(Protocol.COLOTA)[0])["config"]))
    assert config["endpoint"] == f"https://suozi.example/in/colota/{TOKEN}"


def test_gpslogger_is_told_to_send_everything_and_osmand_no_speed() -> None:
    assert cards(Protocol.GPSLOGGER)[0].address.endswith("?%ALL")
    assert "speed" not in cards(Protocol.OSMAND)[1].address


def test_opengts_is_told_host_port_and_path_apart() -> None:
    steps = cards(Protocol.OPENGTS)[0].steps.en
    for part in ("suozi.example", "443", f"/in/opengts/{TOKEN}"):
        assert part in steps
