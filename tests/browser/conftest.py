"""A real server with the built pages and a real Chromium; phones at 390×844, desks at 1440×900.

Maps are drawn by the processor, so a phone has one pixel a point, and a page that is done with is closed.

Screenshots go to tests/browser/screenshots (not committed): look at them.
"""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from backend.main import create_app
from backend.settings import Settings
from tests.browser.cases import Field
from tests.examples import by_night
from tests.people import HUANGTANG_3, PLACES, SIGN_INS
from tests.served import served

SCREENSHOTS = Path(__file__).parent / "screenshots"
PASSWORD = "suozi-2026"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    # A camera that shows a moving pattern; a page still needs the permission.
    "--use-fake-device-for-media-stream",
    "--enable-unsafe-swiftshader",
]

expect.set_options(timeout=15_000)

# The longest files, so that two processes that take file by file end together (see ./suozi).
FIRST = ("test_the_net", "test_main_job", "test_operator_casework", "test_replay")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: FIRST.index(item.path.stem) if item.path.stem in FIRST else len(FIRST))


@pytest.fixture(scope="module")
def address(loaded_town: Settings) -> Iterator[str]:
    """Where the town is served, with its worker, on a free port."""
    if not (loaded_town.web_dir / "index.html").is_file():
        pytest.fail("the pages are not built: run ./suozi test, which builds them")
    with served(create_app(loaded_town)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Not for the whole session: while it is open its event loop runs in this thread, and asynchronous tests could not."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("Chromium is not installed: run ./suozi test, which installs it")
    browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
    yield browser
    browser.close()


Open = Callable[..., Page]
Shoot = Callable[[Page, str], None]
SignIn = Callable[..., Field]


def phone_of(role: str, note: str = "") -> str:
    """The telephone number under which somebody of the demo town signs in."""
    return next(row["phone"] for row in SIGN_INS if row["role"] == role and note in row["note"])


def sign_in(request: APIRequestContext, role: str, note: str) -> None:
    answer = request.post("/api/session", data={"phone": phone_of(role, note), "password": PASSWORD})
    assert answer.ok, answer.text()


@pytest.fixture(scope="module")
def field(playwright: Playwright, address: str) -> Iterator[SignIn]:
    """Sign somebody in, by role and note, whose screen nobody looks at; the same person again keeps their session."""
    requests: list[APIRequestContext] = []

    @cache
    def signed(role: str, note: str = "") -> Field:
        request = playwright.request.new_context(base_url=address)
        requests.append(request)
        sign_in(request, role, note)
        return Field(request)

    yield signed
    for request in requests:
        request.dispose()


def signed_in(page: Page, role: str, note: str = "", path: str = "/") -> Page:
    """The page at `path` with somebody signed in. The form itself: test_main_job, test_phone_hard_days."""
    sign_in(page.request, role, note)
    page.goto(path)
    return page


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[list[BrowserContext]]:
    contexts: list[BrowserContext] = []
    yield contexts
    for context in contexts:
        context.close()


@pytest.fixture
def phone(browser: Browser, address: str, opened: list[BrowserContext]) -> Open:
    """Open a phone standing in a grid (by code); an error that its page does not catch fails the test."""

    def open_phone(at: str = HUANGTANG_3, **more: Any) -> Page:
        lng, lat = PLACES[at]
        return _open(
            browser,
            opened,
            address,
            viewport={"width": 390, "height": 844},
            is_mobile=True,
            has_touch=True,
            geolocation={"longitude": lng, "latitude": lat, "accuracy": 12},
            permissions=["geolocation"],
            **more,
        )

    return open_phone


@pytest.fixture
def desk(browser: Browser, address: str, opened: list[BrowserContext]) -> Open:
    def open_desk(**more: Any) -> Page:
        return _open(browser, opened, address, **({"viewport": {"width": 1440, "height": 900}} | more))

    return open_desk


def _open(browser: Browser, opened: list[BrowserContext], address: str, *, hold_ms: int = 0, **options: Any) -> Page:
    context = browser.new_context(
        base_url=address,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        service_workers=options.pop("service_workers", "block"),
        # By day nobody waits for what glides: the processor draws every frame of it.
        reduced_motion=options.pop("reduced_motion", "no-preference" if by_night() else "reduce"),
        **options,
    )
    opened.append(context)
    context.add_init_script("localStorage.setItem('suozi.test', '1')")
    # Who sits here knows the desk; the tour has a journey of its own.
    context.add_init_script("localStorage.getItem('suozi.tour') ?? localStorage.setItem('suozi.tour', '*')")
    # Nobody in these stories takes a report back, except where a test says so.
    context.add_init_script(f"localStorage.setItem('suozi.hold_ms', '{hold_ms}')")
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page failed: {error}"))
    return page


@pytest.fixture
def shoot() -> Shoot:
    """Keep a screenshot under a name that says what it shows."""
    SCREENSHOTS.mkdir(exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return take


def wait_until(page: Page, condition: str) -> None:
    """`wait_for_function` needs eval, which the page's content security policy forbids."""
    for _ in range(150):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"still not: {condition}")


def wait_for_map(page: Page) -> None:
    """The map that was made last has come to rest."""
    wait_until(page, "() => window.__suoziMap?.loaded() && window.__suoziMap.areTilesLoaded()")
