"""Import 100, 1,000 and 5,000 photographs, and tell time and memory of each command.

    python benchmarks/study_size.py [--sizes N ...] [--store URL]

The photographs are copies of one, each with another comment at its end: what is tried is the
keeping. Time per photograph and memory must not grow with the study, tables must stay quick.
"""

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

SIZES = (100, 1000, 5000)
N_VISITS, ZONES = 5, ("nose", "chin")
PATTERN = "{subject}/{visit}/{zone}.jpg"
COMMANDS = (
    ["study", "import", "photos", "--pattern", PATTERN, "--px-per-mm", "12.5", "--dry-run"],
    ["study", "import", "photos", "--pattern", PATTERN, "--px-per-mm", "12.5"],
    ["study", "import", "photos", "--pattern", PATTERN, "--px-per-mm", "12.5"],
    ["study", "status"],
    ["store", "check"],
    ["store", "erase", "S0003", "--why", "trial"],
)


def draw(folder: Path, n: int, n_bytes: int) -> None:
    """Write n photographs of about so many bytes."""
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG")
    content = file.getvalue()
    content += bytes(max(0, n_bytes - len(content)))
    for i in range(n):
        subject, rest = divmod(i, N_VISITS * len(ZONES))
        visit, zone = divmod(rest, len(ZONES))
        path = folder / f"S{subject:04d}" / f"v{visit}" / f"{ZONES[zone]}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content + b"%d" % i)


def timed(words: list[str], place: Path, store: str) -> tuple[float, float, float, str]:
    """Run a command; returns its time, that of the processor [s], its memory [MB], its end."""
    at = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "porelight", *words],
        cwd=place,
        env={**os.environ, "PORELIGHT_STORE": store},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = process.stdout.read() if process.stdout is not None else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    lines = [line for line in said.splitlines() if line.strip()]
    told = lines[-1].strip() if lines else ""
    return (
        time.monotonic() - at,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / 1e3,
        f"{process.returncode}: {told}",
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--kilobytes", type=float, default=60.0, help="of a photograph")
    parser.add_argument("--store", default="study.db", help="as of PORELIGHT_STORE; one size only")
    asked = parser.parse_args()
    for n in asked.sizes:
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            draw(place / "photos", n, round(1e3 * asked.kilobytes))
            timed(["study", "init", "size"], place, asked.store)
            for words in COMMANDS:
                spent, cpu, memory, told = timed(words, place, asked.store)
                print(
                    f"{n:5d} {' '.join(words[:2]):13s}{words[-1] if '--' in words[-1] else '':10s}"
                    f" {spent:7.2f} s {cpu:7.2f} s of processors, {memory:5.0f} MB, "
                    f"{1e3 * cpu / n:6.2f} ms/photograph   {told[:60]}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
