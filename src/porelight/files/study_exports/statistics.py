"""Tables for statistics: CSV and Parquet, with a data dictionary beside them.

Every table is there once in each form: long, a row for each number, and wide, a row for each
photograph. Numbers have all their digits.
"""

from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from porelight.files.study_exports.content import StudyContent
from porelight.files.study_exports.folders import export_folder
from porelight.files.study_exports.tables import (
    ExportColumn,
    ExportTable,
    dictionary_of,
    pore_table,
    study_tables,
)

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 50_000  # that are held at once


def write_csv_tables(content: StudyContent, path: Path) -> Path:
    """Write the tables of a study as CSV files (UTF-8) into a folder.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    path : Path
        Folder to write.

    Raises
    ------
    InputFileError
        As `export_folder`.
    """
    with export_folder(content, path, "csv") as new:
        write_tables(content, new)
    return path


def write_tables(content: StudyContent, folder: Path) -> list[ExportTable]:
    """Write the tables and their dictionary into a folder that is being made; returns them."""
    tables = [*study_tables(content), pore_table(content)]
    tables.append(dictionary_of(tables))
    for one in tables:
        one.write_csv(folder)
    return tables


def write_parquet(content: StudyContent, path: Path) -> Path:
    """Write the tables of a study as Parquet files into a folder, the dictionary as CSV too.

    Each column has its meaning and unit as metadata of its field.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    path : Path
        Folder to write.

    Raises
    ------
    InputFileError
        As `export_folder`.
    """
    tables = [*study_tables(content), pore_table(content)]
    dictionary = dictionary_of(tables)
    with export_folder(content, path, "parquet") as new:
        dictionary.write_csv(new)
        for one in (*tables, dictionary):
            _write(one, new / f"{one.name}.parquet")
    return path


def _write(table: ExportTable, path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    schema = pa.schema([_field(one) for one in table.columns], {"title": table.title})
    rows = iter(table.rows)
    with pq.ParquetWriter(path, schema) as writer:
        while part := list(islice(rows, _ROWS)):
            columns = [
                pa.array([_value(one, row[i]) for row in part], _type(one))
                for i, one in enumerate(table.columns)
            ]
            writer.write_table(pa.table(columns, schema))


def _field(column: ExportColumn) -> "pa.Field":
    import pyarrow as pa  # noqa: PLC0415

    about = {"meaning": column.meaning, "unit": column.unit, "source": column.source}
    return pa.field(column.name, _type(column), metadata=about)


def _type(column: ExportColumn) -> "pa.DataType":
    import pyarrow as pa  # noqa: PLC0415

    types = {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    return types[column.kind]


def _value(column: ExportColumn, value: object) -> object:
    """Return a cell as Arrow takes it: an empty date is missing, and so is an empty text."""
    if value is None or value == "":
        return None
    return date.fromisoformat(str(value)) if column.kind == "date" else value
