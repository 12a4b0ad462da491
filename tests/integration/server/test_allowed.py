"""Where deliveries may come from, how many, and without a signature."""

import pytest

from fraisier.config import FraisierConfig
from fraisier.database import Database
from tests.support.door import CONFIG, SECRET, A, B, opened, push
from tests.support.forges import SENDERS, encoded


@pytest.fixture
def opening(tmp_path, monkeypatch):
    """A door for the usual configuration and some more of it."""
    monkeypatch.setenv("FRAISIER_WEBHOOK_SECRET", SECRET)
    monkeypatch.delenv("FRAISIER_GIT_PROVIDER", raising=False)

    def at(more):
        (tmp_path / "fraises.yaml").write_text(CONFIG.format(folder=tmp_path) + more)
        return opened(FraisierConfig(tmp_path / "fraises.yaml"), Database(tmp_path / "fraisier.db"))

    return at


ELSEWHERE = "git: {github: {allow_from: 192.0.2.0/24}}\n"
PROXY = "server: {trusted_proxies: [127.0.0.1]}\n"


@pytest.mark.feature("GIT-07")
@pytest.mark.parametrize(
    ("more", "forwarded", "status"),
    [
        (ELSEWHERE, None, 403),
        (ELSEWHERE, "192.0.2.7", 403),
        (ELSEWHERE + PROXY, "192.0.2.7", 202),
        (ELSEWHERE + PROXY, "192.0.2.7, 198.51.100.1", 403),
        ("git: {github: {allow_from: [127.0.0.0/8]}}\n", "198.51.100.1", 202),
    ],
)
async def test_a_well_signed_delivery_from_elsewhere_is_refused(opening, more, forwarded, status):
    async with opening(more) as door:
        answer = await door.send(push(), headers={"X-Forwarded-For": forwarded} if forwarded else {})
        assert answer.status_code == status
        assert len(door.requests) == (status == 202)
        expected = forwarded if PROXY in more else "127.0.0.1"
        assert door.events[0]["source_ip"] == (expected or "").rpartition(", ")[2]


@pytest.mark.feature("GIT-07")
async def test_the_allow_list_is_no_signature(opening):
    async with opening("git: {github: {allow_from: 127.0.0.1}}\n") as door:
        assert (await door.send(push(), secret="wrong")).status_code == 401
        assert (await door.send(push(), headers={"X-Hub-Signature-256": ""})).status_code == 401


@pytest.mark.parametrize("sender", SENDERS[:4], ids=lambda sender: sender.name)
async def test_unsigned_deliveries_where_the_owner_wrote_so(opening, sender):
    forge = f"git: {{{sender.provider}: {{allow_unsigned: true, allow_from: 127.0.0.1}}}}\n"
    payload = sender.push("refs/heads/main", A, B)
    if sender.provider == "gitlab":
        payload["project"]["git_ssh_url"] = "git@github.com:acme/api.git"
    else:
        payload["repository"]["clone_url"] = "https://github.com/acme/api.git"
    headers = sender.headers(encoded(payload), secret="wrong")
    async with opening(forge) as door:
        wrong = await door.client.post("/webhook", content=encoded(payload), headers=headers)
        assert wrong.status_code == 401
        bare = await door.client.post(
            "/webhook", content=encoded(payload), headers=headers | {sender.signature: ""}
        )
        assert (bare.status_code, len(door.requests)) == (202, 1)


@pytest.mark.feature("HOOK-09")
async def test_a_hook_that_sends_too_much_is_told_when_to_come_back(opening):
    def moved(number):
        return push(before=f"{number:040x}", after=f"{number + 1:040x}")

    async with opening("server: {deliveries_per_minute: 3}\n") as door:
        answers = [await door.send(moved(number)) for number in range(1, 6)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 20
        other = push(repository={"full_name": "acme/other", "clone_url": "https://github.com/acme/other"})
        assert (await door.send(other)).status_code == 200
        assert len(door.requests) == 3


async def test_a_stranger_uses_up_nobodys_allowance(opening):
    async with opening("server: {deliveries_per_minute: 1}\n") as door:
        for _ in range(5):
            assert (await door.send(push(), secret="wrong")).status_code == 401
        assert (await door.send(push())).status_code == 202
