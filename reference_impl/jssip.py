"""JsSIP as the browser needs it: npm's package has no browser file, so esbuild makes one ES module of it."""

import os
import tempfile
from pathlib import Path

from widget_conformance.fixtures.node import NodePackagesMissing, run_node


def bundle(node_home: Path) -> Path:
    """Make `jssip.mjs` in `node_home`, unless it is newer than the packages it comes from; return its path.

    Raises `NodePackagesMissing` before set-up, `NodeFailed` when esbuild fails.
    """
    source = node_home / "node_modules" / "jssip"
    esbuild = node_home / "node_modules" / "esbuild"
    for package in (source, esbuild):
        if not (package / "package.json").is_file():
            raise NodePackagesMissing(f"{package.name} is not in {package.parent}; run set-up first (./certify does)")
    made = node_home / "jssip.mjs"
    newest = max((package / "package.json").stat().st_ctime for package in (source, esbuild))
    if made.is_file() and made.stat().st_mtime >= newest:
        return made
    # A folder of its own and one rename: of two processes that bundle at once, neither serves half a file.
    with tempfile.TemporaryDirectory(dir=node_home) as folder:
        fresh = Path(folder) / made.name
        entry = source / "lib" / "JsSIP.js"
        run_node(
            [
                esbuild / "bin" / "esbuild",
                entry,
                "--bundle",
                "--minify",
                "--format=esm",
                "--log-level=error",
                f"--outfile={fresh}",
            ],
            cwd=node_home,
            seconds=60,
        )
        os.replace(fresh, made)
    return made
