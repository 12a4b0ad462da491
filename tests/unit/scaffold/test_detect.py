"""What the files of an application tell about it."""

import pytest

from fraisier.scaffold.detect import detect, safe_name

SHELL = ("sh", "-c")


@pytest.mark.parametrize(
    ("files", "language", "command", "build", "port"),
    [
        ({"app.py": ""}, "Python", ("python3", "app.py"), None, 8000),
        (
            {"main.py": "api = FastAPI()", "requirements.txt": "fastapi\nuvicorn\n"},
            "Python",
            (*SHELL, "exec .venv/bin/uvicorn main:api --host 127.0.0.1 --port $PORT"),
            (*SHELL, "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"),
            8000,
        ),
        (
            {"app.py": "app = Flask(__name__)"},
            "Python",
            (*SHELL, "exec flask --app app run --port $PORT"),
            None,
            8000,
        ),
        (
            {"manage.py": "", "requirements.txt": "django"},
            "Python",
            (*SHELL, "exec .venv/bin/python3 manage.py runserver 127.0.0.1:$PORT"),
            (*SHELL, "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"),
            8000,
        ),
        (
            {"package.json": '{"scripts": {"start": "node .", "build": "tsc"}}', "package-lock.json": "{}"},
            "Node.js",
            ("npm", "start"),
            (*SHELL, "npm ci && npm run build"),
            3000,
        ),
        (
            {"package.json": "not JSON", "server.js": ""},
            "Node.js",
            ("node", "server.js"),
            (*SHELL, "npm install"),
            3000,
        ),
        ({"go.mod": "module x"}, "Go", ("bin/app",), ("go", "build", "-o", "bin/app", "."), 8080),
        (
            {"Cargo.toml": '[package]\nname = "my-api"'},
            "Rust",
            ("target/release/my-api",),
            ("cargo", "build", "--release", "--locked"),
            8080,
        ),
        (
            {"Gemfile": "", "config.ru": ""},
            "Ruby",
            (*SHELL, "exec bundle exec rackup --host 127.0.0.1 --port $PORT"),
            ("bundle", "install"),
            9292,
        ),
        ({"index.php": ""}, "PHP", (*SHELL, "exec php -S 127.0.0.1:$PORT -t ."), None, 8000),
        ({"notes.txt": ""}, "", (), None, 8000),
    ],
)
def test_each_language_has_its_usual_way(files, language, command, build, port):
    found = detect(files)
    assert (found.language, found.command, found.build, found.port) == (language, command, build, port)


def test_what_the_application_says_itself_wins():
    found = detect(
        {
            "app.py": '@app.get("/healthz")\nport = os.environ.get("PORT", 9001)',
            "requirements.txt": "flask",
            "build.sh": "",
            "Procfile": "release: x\nweb: gunicorn -b :${PORT:-5000} app:app\n",
        }
    )
    assert found.command == (*SHELL, "exec gunicorn -b :$PORT app:app")
    assert found.build is None
    assert (found.port, found.health) == (9001, "/healthz")
    assert detect({"app.py": "", "Dockerfile": "FROM x\nEXPOSE 8443/tcp\n"}).port == 8443
    assert detect({"app.py": 'int(os.environ["PORT"])  # 99999'}).port == 8000


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("git@github.com:acme/My-API.git", "my_api"),
        ("https://host/a/shop.git/", "shop"),
        ("/srv/git/api", "api"),
        ("///", "my_api"),
        ("höhe", "h_he"),
    ],
)
def test_names_are_safe(text, name):
    assert safe_name(text) == name
