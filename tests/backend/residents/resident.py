"""A resident in the tests: a browser without scripts that opens a form, fills it in and sends it as it is."""

import re
from html import unescape
from typing import Any

import httpx

from tests.people import HUANGTANG_3

VILLAGE = "320281104206"
Files = list[tuple[str, bytes]]


class Form:
    """The form of a page as a browser holds it: hidden fields, what is chosen and typed, and files to come."""

    def __init__(self, html: str) -> None:
        self.fields: list[tuple[str, str]] = []
        for tag in re.findall(r"<input [^>]*>", html):
            name, value, kind = (_attribute(tag, each) for each in ("name", "value", "type"))
            if name and kind != "file" and (kind not in {"radio", "checkbox"} or " checked" in tag):
                self.fields.append((name, value))
        for name, words in re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>([^<]*)</textarea>', html):
            self.fields.append((name, unescape(words)))
        for name, options in re.findall(r'<select [^>]*name="(\w+)">(.*?)</select>', html, re.DOTALL):
            self.fields.append((name, "".join(re.findall(r'value="([^"]*)" selected', options))))

    def fill(self, **typed: str) -> "Form":
        self.fields = [pair for pair in self.fields if pair[0] not in typed] + list(typed.items())
        return self

    def __getitem__(self, name: str) -> str:
        return dict(self.fields)[name]

    def parts(self, photos: list[bytes]) -> list[tuple[str, tuple[str | None, bytes]]]:
        """The multipart body; an empty file field is sent too, as browsers do."""
        files = [("photo", (f"{i}.jpg", data)) for i, data in enumerate(photos)] or [("photo", ("", b""))]
        return [(name, (None, value.encode())) for name, value in self.fields] + files


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


class Resident:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self.http = client

    async def open_form(self, at: str = HUANGTANG_3) -> Form:
        answer = await self.http.get("/r/new", params={"at": at} if at else {})
        assert answer.status_code == 200, answer.text
        return Form(answer.text)

    async def send(self, form: Form, photos: list[bytes] | None = None, **headers: str) -> httpx.Response:
        return await self.http.post("/r/new", files=form.parts(photos or []), headers=headers)

    async def report(self, photos: list[bytes] | None = None, **typed: str) -> str:
        """Report at the notice board of a grid; the code of the case."""
        form = (await self.open_form()).fill(**({"matter": "E0110"} | typed))
        answer = await self.send(form, photos)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].partition("?")[0].removeprefix("/r/")

    async def page(self, code: str, **headers: str) -> str:
        answer = await self.http.get(f"/r/{code}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def answer(self, code: str, said: str, *, form_id: str = "", **more: Any) -> httpx.Response:
        """Press one of the two buttons of the page as it is now, or of one opened before (`form_id`)."""
        form_id = form_id or answer_id(await self.page(code))
        parts: list[Any] = [("id", (None, form_id.encode())), ("answer", (None, said.encode()))]
        parts += [(name, (None, value.encode())) for name, value in more.items() if name != "photo"]
        parts += [("photo", ("now.jpg", more["photo"]))] if "photo" in more else []
        return await self.http.post(f"/r/{code}/answer", files=parts)


def answer_id(html: str) -> str:
    """The hidden id of the two buttons; the page must have them."""
    found = re.search(r'name="id" value="([0-9a-f-]{36})"><input type="hidden" name="answer"', html)
    assert found, html
    return found[1]


def fault(html: str, field: str) -> str:
    """The sentence at a field, empty if nothing is wrong there."""
    found = re.search(rf'data-fault="{field}">([^<]*)</p>', html)
    return unescape(found[1]) if found else ""
