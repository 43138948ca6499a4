"""The process that opens untrusted files of grids, so that a hostile one can at worst kill this process.

Run as `python -I child.py` in a folder of its own that holds the file (`upload`) and the net around it (`net.json`). It
reads one JSON question from standard input, writes one JSON answer to standard output (see intake.py for their shapes, or
{"refused": code, "values": …, "detail": …}) and ends. It has no wall clock: whoever asks kills it when it takes too long.
"""

import json
import os
import resource
import sys
import warnings
from pathlib import Path
from typing import Any

ADDRESS_SPACE_BYTES = 4 * 2**30
CPU_S = 170
FILE_BYTES = 500 * 2**20


def main() -> None:
    question = json.loads(sys.stdin.buffer.read())
    # The answer has the pipe to itself: whatever a C library prints goes to standard error.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    warnings.simplefilter("ignore")
    with answer:
        answer.write(_answered(question))


def _answered(question: dict[str, Any]) -> bytes:
    # In isolated mode the path to our own packages has to be given; they are imported under the limits above.
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    # pyogrio takes these along where they are installed, which is where tests run; nothing here has a use for them.
    for unused in ("geopandas", "pandas", "pyarrow"):
        sys.modules[unused] = None  # type: ignore[assignment]  # which is how an import is forbidden
    from backend.grids.imports import asked  # noqa: PLC0415
    from backend.grids.imports.unpacking import Refused  # noqa: PLC0415

    try:
        said = asked.JOBS[question["job"]](question, Path.cwd())
    except Refused as error:
        said = {"refused": error.code, "values": error.values, "detail": error.detail}
    except MemoryError:
        said = {"refused": "file_too_large", "values": {"what": "too_much"}, "detail": "MemoryError"}
    return json.dumps(said, separators=(",", ":"), allow_nan=False).encode()


if __name__ == "__main__":
    main()
