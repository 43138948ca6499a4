"""Whether the phone's page works in WebKit at all: signed in, a report with a photo, and a start without the server."""

import base64
import re
import time

import pytest

from backend.main import create_app
from backend.settings import Settings
from tests.browser.cases import BEFORE
from tests.browser.conftest import PASSWORD, SCREENSHOTS, phone_of
from tests.browser.webkit import WebKit, until, webkit, webkit_browser
from tests.people import HUANGTANG_3, PLACES
from tests.served import served

# The browser has no place of its own; everything else of the page is as it is.
STAND_AT = """
const [longitude, latitude] = arguments
navigator.geolocation.getCurrentPosition = (found) =>
  found({ timestamp: Date.now(), coords: { longitude, latitude, accuracy: 12 } })
"""


def report(phone: WebKit) -> None:
    """From the home screen to 提交, at a person's pace: what is written is kept 400 ms after the last change."""
    phone.run(STAND_AT, *PLACES[HUANGTANG_3])
    phone.type("//input[@type='file'][@capture]", str(BEFORE))
    phone.click("//button[normalize-space()='暴露生活垃圾']")
    time.sleep(1)
    phone.click("//button[normalize-space()='提交']")


def shoot_webkit(phone: WebKit, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(phone.ask("GET", "/screenshot")))


@pytest.mark.nightly
@pytest.mark.skipif(webkit_browser() is None, reason="WebKit is not installed: apt-get install webkit2gtk-driver xvfb")
def test_a_report_is_filed_and_the_page_starts_without_the_server(loaded_town: Settings) -> None:
    browser = webkit_browser()
    assert browser is not None
    with webkit(browser) as phone:
        with served(create_app(loaded_town)) as port:
            phone.go(f"http://127.0.0.1:{port}/")
            phone.type("//input[@type='tel' or @autocomplete='username']", phone_of("worker", "璜塘村第3网格"))
            phone.type("//input[@type='password']", PASSWORD)
            phone.click("//button[normalize-space()='登录']")
            phone.await_text("拍照上报")
            report(phone)
            phone.await_text("已派给综合执法一中队")
            until(lambda: phone.run("return !!navigator.serviceWorker.controller"), "the service worker has taken over")
        phone.go(f"http://127.0.0.1:{port}/")
        phone.await_text("拍照上报")
        phone.await_text("离线")
        shoot_webkit(phone, "webkit-1-started-without-server")
        report(phone)
        # A Blob in IndexedDB would be lost here, and the report with it.
        until(lambda: re.search("存.*手机", phone.text()), "the report is kept on the phone")
        shoot_webkit(phone, "webkit-2-kept")
