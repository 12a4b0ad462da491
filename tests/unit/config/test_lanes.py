import pytest

FILE = """
fraises:
  shop:
    environments:
      a:
        app_path: /srv/a
        {a}
      b:
        app_path: /srv/b
        {b}
"""


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (
            "systemd_service: x",
            "systemd_service: x.service",
            "shop/b uses the unit x.service of shop/a on line 7",
        ),
        (
            "service: {command: x, port: 80}",
            "service: {command: y, port: 80}",
            "shop/b uses the port 80 of shop/a on line 7",
        ),
    ],
)
def test_what_two_environments_share(wrong, a, b, expected):
    (problem,) = wrong(FILE.format(a=a, b=b))
    assert (problem.line, problem.what) == (10, expected)


def test_another_machine_is_another_folder(load):
    text = FILE.format(a="systemd_service: a\n        host: web1", b="systemd_service: a\n        host: web2")
    load(text.replace("/srv/b", "/srv/a"))


def test_one_folder_in_two_spellings(wrong):
    text = FILE.format(a="systemd_service: a", b="systemd_service: b").replace("/srv/b", "/srv/x/../a/")
    (problem,) = wrong(text)
    assert (problem.line, problem.what) == (9, "shop/b uses the app_path /srv/a of shop/a on line 6")


def test_what_is_inherited_is_shared_too(wrong):
    text = """
    fraises:
      shop:
        app_path: /srv/shop
        environments:
          a: {systemd_service: a}
          b: {systemd_service: b}
          c: {systemd_service: c, app_path: /srv/c}
    """
    (problem,) = wrong(text)
    assert problem.what == "shop/b uses the app_path /srv/shop of shop/a on line 4"


def test_two_fraises(wrong):
    text = """
    fraises:
      shop: {environments: {p: {app_path: /a, systemd_service: a}}}
      cart: {environments: {p: {app_path: /a, systemd_service: b}}}
    """
    (problem,) = wrong(text)
    assert problem.what == "cart/p uses the app_path /a of shop/p on line 3"
