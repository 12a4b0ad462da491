"""Standard Webhooks, with its own vector and openssl as the oracle."""

import base64
import subprocess

import pytest

from fraisier.errors import ConfigurationError
from fraisier.events.notify.signature import sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_vector_of_the_specification():
    signature = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_openssl_says_the_same():
    body = '{"type":"deployment.failed","error":"é"}'.encode()
    key = base64.b64decode(SECRET.removeprefix("whsec_")).hex()
    digest = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key}", "-binary"],
        input=b"evt-1.1700000000." + body,
        capture_output=True,
        check=True,
    ).stdout
    assert sign(SECRET, "evt-1", 1700000000, body) == f"v1,{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize("secret", ["whsec_", "", "not base64!", "whsec_???"])
def test_a_secret_that_is_none(secret):
    with pytest.raises(ConfigurationError, match="not whsec_ and base64") as refused:
        sign(secret, "a", 1, b"")
    assert secret not in refused.value.message or not secret.removeprefix("whsec_")
