"""The built web pages: two entries, their assets, and no guessing: a missing file is a 404, not a page."""

from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from backend.access import Public

NOT_BUILT = "The web pages are not built. Run ./suozi up, which builds them.\n页面尚未构建，请运行 ./suozi up。\n"
# The API and the residents' pages: what they do not know is not the phone app's either.
SERVED_ELSEWHERE = {"api", "r"}
FOREVER = "public, max-age=31536000, immutable"


class BuiltAssets(StaticFiles):
    """Files with a hash in their name: they never change, so browsers may keep them."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed on unread
        response.headers["Cache-Control"] = FOREVER
        return response


def mount(app: FastAPI, web_dir: Path) -> None:
    """Serve the pages for every path that is not the API's."""
    app.mount("/assets", BuiltAssets(directory=web_dir / "assets", check_dir=False), name="assets")

    @app.get("/{path:path}", include_in_schema=False, dependencies=[Public])
    def page(path: str) -> Response:
        if path.partition("/")[0] in SERVED_ELSEWHERE:
            raise HTTPException(404)
        if file := _built_file(web_dir, path):
            return FileResponse(file, headers={"Cache-Control": "no-cache"})
        if "." in path.rsplit("/", 1)[-1]:
            raise HTTPException(404)
        entry = web_dir / ("desk.html" if path == "desk" or path.startswith("desk/") else "index.html")
        if not entry.is_file():
            return Response(NOT_BUILT, 503, media_type="text/plain; charset=utf-8")
        return FileResponse(entry, headers={"Cache-Control": "no-cache"})


def _built_file(web_dir: Path, path: str) -> Path | None:
    """The file of the pages under this path, if there is one; nothing outside the folder is ever found."""
    try:
        file = (web_dir / path).resolve()
        return file if file.is_file() and file.is_relative_to(web_dir.resolve()) else None
    except (ValueError, OSError):  # no file system has such a name: NUL inside, or too long
        return None
