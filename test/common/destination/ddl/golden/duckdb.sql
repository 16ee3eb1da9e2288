-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "pageview_events" AS t, UNNEST(t."segments") AS u (item) GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "pageview_events" AS t, UNNEST(t."segments") AS u (item)) e JOIN "segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE VIEW "pageview_events" AS
SELECT * FROM read_parquet('s3://publisher-data/permutive/data/pageview_events/year=*/month=*/day=*/*.snappy.parquet', union_by_name = true, hive_partitioning = true, hive_types = {'year': 'BIGINT', 'month': 'BIGINT', 'day': 'BIGINT'});

-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "pageview_events" AS t, UNNEST(t."segments") AS u (item) GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "pageview_events" AS t, UNNEST(t."segments") AS u (item)) e JOIN "segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE VIEW "pageview_events" AS
SELECT * FROM read_json('s3://publisher-data/permutive/data/pageview_events/year=*/month=*/day=*/*.json.gz', format = 'newline_delimited', compression = 'gzip', auto_detect = false, columns = {'time': 'TIMESTAMPTZ', 'user_id': 'VARCHAR', 'segments': 'BIGINT[]', 'properties': 'STRUCT("url" VARCHAR, "order" BIGINT, "a b" BIGINT, "x.y" VARCHAR, "at" TIMESTAMPTZ)', 'flag': 'BOOLEAN', 'real': 'DOUBLE', 'real__json': 'VARCHAR', 'born': 'DATE', 'clock': 'TIME', 'local': 'TIMESTAMP', 'any': 'JSON', 'matrix': 'BIGINT[][]', 'aliases': 'STRUCT("id" VARCHAR, "tag" VARCHAR)[]', 'timestamp': 'VARCHAR', 'ünïcode': 'VARCHAR', 'it''s `odd`, "quoted" \': 'VARCHAR', 'a.b': 'VARCHAR', ' x': 'VARCHAR', '_TABLE_suffix': 'VARCHAR', 'type': 'VARCHAR', 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn': 'VARCHAR'}, hive_partitioning = true, hive_types = {'year': 'BIGINT', 'month': 'BIGINT', 'day': 'BIGINT'});

-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column Day is omitted: a folder has its name.
-- The column type is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "pageview_events" AS t, UNNEST(t."segments") AS u (item) GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "pageview_events" AS t, UNNEST(t."segments") AS u (item)) e JOIN "segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE VIEW "pageview_events" AS
SELECT * FROM read_json('s3://publisher-data/permutive/type=pageview_events/year=*/month=*/day=*/hour=*/*.jsonl.gz', format = 'newline_delimited', compression = 'gzip', auto_detect = false, columns = {'time': 'TIMESTAMPTZ', 'user_id': 'VARCHAR', 'segments': 'BIGINT[]', 'properties': 'STRUCT("url" VARCHAR, "order" BIGINT, "a b" BIGINT, "x.y" VARCHAR, "at" TIMESTAMPTZ)', 'flag': 'BOOLEAN', 'real': 'DOUBLE', 'real__json': 'VARCHAR', 'born': 'DATE', 'clock': 'TIME', 'local': 'TIMESTAMP', 'any': 'JSON', 'matrix': 'BIGINT[][]', 'aliases': 'STRUCT("id" VARCHAR, "tag" VARCHAR)[]', 'timestamp': 'VARCHAR', 'ünïcode': 'VARCHAR', 'it''s `odd`, "quoted" \': 'VARCHAR', 'a.b': 'VARCHAR', ' x': 'VARCHAR', '_TABLE_suffix': 'VARCHAR', 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn': 'VARCHAR'}, hive_partitioning = true, hive_types = {'year': 'BIGINT', 'month': 'BIGINT', 'day': 'BIGINT', 'hour': 'BIGINT'});

-- Rows:
--   SELECT count(*) AS n FROM "segment"
CREATE OR REPLACE VIEW "segment" AS
SELECT * FROM read_json('s3://publisher-data/permutive/type=segment/*.jsonl.gz', format = 'newline_delimited', compression = 'gzip', auto_detect = false, columns = {'code': 'BIGINT', 'name': 'VARCHAR'});

