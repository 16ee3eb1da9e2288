"""Runs the SQL on stdin in DuckDB, in UTC, and prints the rows of the last statement as JSON."""

import json
import sys

import duckdb

connection = duckdb.connect()
connection.execute("SET TimeZone = 'UTC'")
print(json.dumps(connection.execute(sys.stdin.read()).fetchall()))
