"""What source-s3 should make of CSV, by Python's csv module, with the options of the source's config."""

import csv
import io

from stored_text import text_of

csv.field_size_limit(1 << 30)


def schema_of(_path):
    return None


def unique(header):
    """As the source's WARN says: the second column of a name gets `_2`, one without a name `column_` and its place."""
    names = []
    for place, name in enumerate(header):
        found, count = name or f"column_{place + 1}", 1
        while found in names or (found != name and found in header):
            count += 1
            found = f"{name or f'column_{place + 1}'}_{count}"
        names.append(found)
    return names


def rows_of(path, data_format):
    quote, escape = data_format.get("quote", '"'), data_format.get("escape")
    text = text_of(path, {"utf-8": "utf-8-sig"}.get(data_format.get("encoding", "utf-8"), data_format.get("encoding")))
    text = "".join(text.splitlines(keepends=True)[data_format.get("skip_rows", 0) :])
    delimiter = data_format.get("delimiter", ",").replace("\\t", "\t")
    header = text.partition("\n")[0]
    if ".tsv" in path.suffixes and "\t" in header and "," not in header:
        delimiter = "\t"
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        escapechar=escape if escape != quote else None,
        doublequote=escape is None or escape == quote,
        strict=True,
    )
    records = [record for record in reader if record]
    names = data_format.get("column_names") or unique(records.pop(0))
    nulls = data_format.get("null_values", [""])
    return [{name: None if field in nulls else field for name, field in zip(names, record, strict=True)} for record in records]
