"""Writes two tables as Parquet: `flights` by month (ZSTD) and `airports`, one file without partitions.

Usage: make_tables.py <folder of vega-datasets' data> <folder to write to>
"""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

data, target = Path(sys.argv[1]), Path(sys.argv[2])

flights = pq.read_table(data / "flights-3m.parquet")
# 100,000 flights around the ends of months.
flights = pa.concat_tables([flights.slice(0, 40_000), flights.slice(500_000, 40_000), flights.slice(960_000, 20_000)])
flights = flights.append_column("flight_month", pc.strftime(flights["date"], "%Y-%m"))
pq.write_to_dataset(flights, target / "flights", partition_cols=["flight_month"], compression="zstd")

airports = pyarrow.csv.read_csv(data / "airports.csv")
(target / "airports").mkdir(parents=True)
pq.write_table(airports, target / "airports" / "airports.parquet", compression="zstd")
