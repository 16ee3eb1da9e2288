"""Has the statements of `ddl` for an engine judged by a parser of others: those of AWS Glue by botocore's own model of the API, all
others by sqlglot in the engine's dialect.

Usage: judge_statements.py <engine>   (what `ddl` printed, on stdin)
Prints [{"table", "columns"}] in the order of the tables, without the names of databases. Exits with 1 and the reason for a statement that is refused, or
that the parser does not understand.
"""

import json
import re
import sys

DIALECTS = {
    "athena": "athena",
    "spark": "spark",
    "trino": "trino",
    "redshift-spectrum": "redshift",
    "redshift-copy": "redshift",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "clickhouse": "clickhouse",
    "duckdb": "duckdb",
}
# What sqlglot has no grammar for, in the exact form of each engine's documentation. All else that it takes for an unknown command fails.
UNKNOWN = re.compile(
    r"MSCK REPAIR TABLE \S+"
    r"|CALL system\.sync_partition_metadata\('\w+', '\w+', 'FULL'\)"
    r"""|ALTER TABLE "\w+"\."\w+" ADD IF NOT EXISTS(\s+PARTITION \(("\w+" = (\d+|'([^']|'')*')(, )?)+\) LOCATION '([^']|'')*')+"""
)
FOLDERS = re.compile(r"^WITH PARTITION COLUMNS \(`\w+` (INT64|STRING)(, `\w+` (INT64|STRING))*\)\n", re.MULTILINE)
CONNECTION = re.compile(r"^WITH CONNECTION `[\w.-]+`\n", re.MULTILINE)
engine = sys.argv[1]
text = sys.stdin.read()


def by_botocore():
    import botocore.session
    from botocore.validate import ParamValidator

    shape = botocore.session.Session().get_service_model("glue").operation_model("CreateTable").input_shape
    tables = []
    for line in text.splitlines():
        given = json.loads(line)
        report = ParamValidator().validate(given, shape)
        if report.has_errors():
            sys.exit(report.generate_report())
        table = given["TableInput"]
        columns = [column["Name"] for column in table["StorageDescriptor"]["Columns"] + table.get("PartitionKeys", [])]
        tables.append({"table": table["Name"], "columns": columns})
    return tables


def by_sqlglot():
    import logging

    import sqlglot
    from sqlglot import exp

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # It tells of each command.
    tables = []
    known = CONNECTION.sub("", FOLDERS.sub("", text)) if engine == "bigquery" else text
    for statement in sqlglot.parse(known, dialect=DIALECTS[engine], error_level=sqlglot.ErrorLevel.RAISE):
        if statement is None or isinstance(statement, exp.Semicolon):
            continue
        if isinstance(statement, exp.Command):
            rest = statement.expression
            command = f"{statement.this} {(rest if isinstance(rest, str) else rest.name).strip()}"
            if not UNKNOWN.fullmatch(command):
                sys.exit(f"sqlglot does not know\n{command[:2000]}")
        if isinstance(statement, exp.Create) and statement.kind in ("TABLE", "VIEW"):
            schema = statement.this
            found = schema.expressions if isinstance(schema, exp.Schema) else []
            tables.append({"table": statement.find(exp.Table).name, "columns": [column.name for column in found]})
    return tables


print(json.dumps(by_botocore() if engine == "glue" else by_sqlglot()))
