"""Pages run as a reader would: their code, in order, in an empty folder outside the package."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
_NAMED = re.compile(r"# ([\w-]+\.\w+)\n")


@dataclass(frozen=True)
class Page:
    """A Markdown page with blocks of code.

    A block of Python runs; a block of text right after it is what it prints. A block that begins
    with the name of a file in a comment is that file. A block of diff changes the package.
    """

    text: str

    def blocks(self, language: str) -> list[str]:
        """Return the blocks in a language."""
        return [text for found, text in self._all() if found == language]

    def files(self) -> dict[str, str]:
        """Return the files that the page shows, by name."""
        return {named.group(1): text for _, text in self._all() if (named := _NAMED.match(text))}

    def write_files(self, folder: Path) -> None:
        """Write them into a folder."""
        for name, text in self.files().items():
            (folder / name).write_text(text, encoding="utf-8")

    def run(self, folder: Path) -> dict[str, Any]:
        """Write the files, run the code, hold what it prints against the page; return its names."""
        self.write_files(folder)
        names: dict[str, Any] = {"__name__": "__main__"}
        blocks = self._all()
        followers = [*blocks[1:], ("", "")]
        with contextlib.chdir(folder), _modules_of(folder):
            for (language, code), (next_language, said) in zip(blocks, followers, strict=True):
                if language != "python" or _NAMED.match(code):
                    continue
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    exec(compile(code, "<page>", "exec"), names)  # noqa: S102
                assert printed.getvalue() == (said if next_language == "text" else ""), code
        return names

    def change(self, package: Path) -> list[str]:
        """Apply the diffs of the page to a copy of the package; return the files they touch."""
        touched = []
        for diff in self.blocks("diff"):
            name = re.search(r"^\+\+\+ src/porelight/(.+)$", diff, re.M)
            assert name is not None, diff
            target = package / name.group(1)
            text = target.read_text("utf-8") if target.exists() else ""
            for hunk in re.split(r"^@@.*\n", diff, flags=re.M)[1:]:
                lines = hunk.splitlines(keepends=True)
                before = "".join(line[1:] or "\n" for line in lines if line[0] != "+")
                after = "".join(line[1:] or "\n" for line in lines if line[0] != "-")
                assert text.count(before) == 1 or not text, hunk
                text = text.replace(before, after) if text else after
            target.write_text(text, encoding="utf-8")
            touched.append(name.group(1))
        return touched

    def _all(self) -> list[tuple[str, str]]:
        return _FENCE.findall(self.text)


@contextlib.contextmanager
def _modules_of(folder: Path) -> Iterator[None]:
    """Let files in a folder be imported, as by a script or a notebook in it, and forget them."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for path in folder.glob("*.py"):
            sys.modules.pop(path.stem, None)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a copy of the package that a page may change; kernels compiled so far come along."""
    copy = tmp_path / "changed" / "porelight"
    shutil.copytree(ROOT / "src" / "porelight", copy)
    return copy


@pytest.fixture
def in_copy(package: Path) -> Callable[..., str]:
    """Return a function that runs Python with the copy in place of the package; what it prints."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            env={**os.environ, "PYTHONPATH": str(package.parent)},
            cwd=package.parent,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def page() -> Callable[[str], Page]:
    """Return a function that reads a page of the repository by its path."""
    return lambda path: Page((ROOT / path).read_text(encoding="utf-8"))
