"""A real S3 server for tests: a process of its own that speaks HTTP and wants signed requests.

It is moto's, in the environment that ./suozi test makes in .suozi/s3-server; what it keeps is gone with it. It verifies
keys and signatures and asks the key's policy. What it does not prove: consistency between nodes, durability, quotas, and
the ways of one vendor's server.
"""

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from backend.settings import ROOT

PROGRAM = ROOT / ".suozi" / "s3-server" / "bin" / "moto_server"
REGION = "cn-north-1"
START_TIMEOUT_S = 60
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


@dataclass(frozen=True)
class S3Server:
    """Where it listens, and the one key that it takes."""

    port: int
    key: str
    secret: str

    def environment(self, *, port: int | None = None, **changes: str) -> dict[str, str]:
        """The variables by which an operator points a Suozi at it (README.md), perhaps through another port."""
        return {
            "AWS_ENDPOINT": f"http://127.0.0.1:{port or self.port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
        } | changes

    def new_bucket(self) -> str:
        """The name of an empty bucket."""
        name = f"evidence-{uuid4().hex}"
        with _unguarded(self.port) as client:
            client.put(f"/{name}", content=_location(), headers=_claiming("s3")).raise_for_status()
        return name


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A server on a free port for the block."""
    if not PROGRAM.exists():
        pytest.fail("the S3 server is not installed: run ./suozi test, which installs it")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [PROGRAM, "-H", "127.0.0.1", "-p", str(port)],
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, port)
        yield S3Server(port, *_make_key(port))
    finally:
        process.kill()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < until:
        try:
            httpx.get(f"http://127.0.0.1:{port}/moto-api/", trust_env=False, timeout=START_TIMEOUT_S)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the S3 server does not start")


def _make_key(port: int) -> tuple[str, str]:
    """A key that may do everything with buckets; from then on the server takes no other."""
    with _unguarded(port) as client:

        def ask(action: str, **more: str) -> str:
            form = {"Action": action, "Version": "2010-05-08", "UserName": "suozi", **more}
            return client.post("/", data=form, headers=_claiming("iam")).raise_for_status().text

        ask("CreateUser")
        ask("PutUserPolicy", PolicyName="buckets", PolicyDocument=json.dumps(EVERYTHING))
        made = ask("CreateAccessKey")
    key, secret = (re.search(f"<{name}>(.+?)</{name}>", made) for name in ("AccessKeyId", "SecretAccessKey"))
    assert key is not None, made
    assert secret is not None, made
    return key[1], secret[1]


@contextmanager
def _unguarded(port: int) -> Iterator[httpx.Client]:
    """A client whose requests need no signature; before and after it, all of them do."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=START_TIMEOUT_S) as client:
        _guard_after(client, "inf")
        yield client
        _guard_after(client, "0")


def _guard_after(client: httpx.Client, requests: str) -> None:
    headers = {"Content-Type": "text/plain"}
    client.post("/moto-api/reset-auth", content=requests, headers=headers).raise_for_status()


def _claiming(service: str) -> dict[str, str]:
    """The server sees from the claimed scope which service is meant."""
    scope = f"Credential=nobody/20260101/{REGION}/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none"}


def _location() -> str:
    return f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
