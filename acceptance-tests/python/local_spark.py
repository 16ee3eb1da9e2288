"""Spark in this process, with times in UTC and a warehouse that is gone afterwards."""

import tempfile
from contextlib import contextmanager


@contextmanager
def spark_session():
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory() as work:
        builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
        settings = {"spark.sql.session.timeZone": "UTC", "spark.driver.memory": "1g", "spark.sql.warehouse.dir": work}
        for name, value in settings.items():
            builder = builder.config(name, value)
        yield builder.getOrCreate()
