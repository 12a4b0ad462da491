"""OpenSSL signs, we verify: the oracle is not our own code."""

import subprocess

import pytest

from fraisier.git.github import GitHub

SECRETS = ["It's a Secret to Everybody", "ünïcode", "x" * 200, "with spaces and $(id)"]
BODIES = [b"Hello, World!", b"", b"\x00\xff\r\n", '{"ref": "refs/heads/ünïcode"}'.encode(), b"x" * 1_000_000]


def openssl(secret: str, body: bytes) -> str:
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{secret.encode().hex()}"],
        input=body, capture_output=True, check=True,
    )  # fmt: skip
    return "sha256=" + done.stdout.decode().split("= ")[1].strip()


@pytest.mark.feature("GIT-01")
@pytest.mark.parametrize("secret", SECRETS)
def test_openssl_and_we_agree(secret):
    forge = GitHub({"webhook_secret": secret})
    for body in BODIES:
        signature = openssl(secret, body)
        assert forge.verify_webhook_signature(body, {"X-Hub-Signature-256": signature})
        assert not forge.verify_webhook_signature(body + b" ", {"X-Hub-Signature-256": signature})
