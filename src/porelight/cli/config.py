"""``porelight config``: an example of a course file, and its schema."""

import sys


def schema() -> int:
    """Print the JSON Schema of a course file."""
    from porelight.files.course_file import course_schema  # noqa: PLC0415

    sys.stdout.write(course_schema() + "\n")
    return 0


def example() -> int:
    """Print a course file to start from."""
    from porelight.files.course_file import EXAMPLE  # noqa: PLC0415

    sys.stdout.write(EXAMPLE)
    return 0
