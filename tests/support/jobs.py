"""Small programs that a shop without a port runs."""

WORKER = """\
import os, sys, time
from pathlib import Path
MODE, LABEL = (Path(name).read_text().strip() for name in ("mode", "label"))
print(f"worker {LABEL} ({MODE})", flush=True)
if MODE == "dies":
    time.sleep(0.3)
    sys.exit("cannot work")
Path("beat").write_text(f"{LABEL} {os.getpid()} {os.environ['FRAISIER_VERSION']} {os.environ.get('PORT')}")
while True:
    time.sleep(0.2)
"""
