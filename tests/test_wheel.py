"""The wheel, which a vendor installs, holds what a checkout holds."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("commands", "features", "fixtures", "reference_impl", "reports", "steps")


def test_the_wheel_holds_every_file_of_every_package_and_nothing_at_the_top(tmp_path: Path) -> None:
    source = tmp_path / "source"  # setuptools writes into the folder that it builds from
    for name in FOLDERS:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source / name)
    words = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(source)]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    files = [file for name in FOLDERS for file in (ROOT / name).rglob("*") if file.is_file()]
    wanted = {f"widget_conformance/{f.relative_to(ROOT).as_posix()}" for f in files if "__pycache__" not in f.parts}
    assert wanted - packed == set()
    assert {name.split("/")[0] for name in packed if ".dist-info/" not in name} == {"widget_conformance"}
