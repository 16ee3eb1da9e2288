-- Run it in a catalog of the Hive connector. Its times have milliseconds, unless timestamp_precision says otherwise.
-- Run the CALL again when there are new folders.
-- The column properties.a b is omitted: Trino takes only letters, digits and "_" in the name of a member.
-- The column properties.x.y is omitted: Trino takes only letters, digits and "_" in the name of a member.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column it's `odd`, "quoted" \ is omitted: Trino takes no comma and no blank at an end of the name of a column.
-- The column a.b is omitted: Trino takes no "." and no ":" in the name of a column.
-- The column  x is omitted: Trino takes no comma and no blank at an end of the name of a column.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "default"."pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "default"."pageview_events" CROSS JOIN UNNEST("segments") AS u (item) GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "default"."pageview_events" CROSS JOIN UNNEST("segments") AS u (item)) e JOIN "default"."segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE TABLE "default"."pageview_events" (
  "time" TIMESTAMP,
  "user_id" VARCHAR,
  "segments" ARRAY(BIGINT),
  "properties" ROW("url" VARCHAR, "order" BIGINT, "at" TIMESTAMP),
  "flag" BOOLEAN,
  "real" DOUBLE,
  "real__json" VARCHAR,
  "born" DATE,
  "clock" BIGINT,
  "local" TIMESTAMP,
  "matrix" ARRAY(ARRAY(BIGINT)),
  "aliases" ARRAY(ROW("id" VARCHAR, "tag" VARCHAR)),
  "timestamp" VARCHAR,
  "ünïcode" VARCHAR,
  "_TABLE_suffix" VARCHAR,
  "type" VARCHAR,
  "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" VARCHAR,
  "year" INTEGER,
  "month" INTEGER,
  "day" INTEGER
)
WITH (
  external_location = 's3://publisher-data/permutive/data/pageview_events/',
  format = 'PARQUET',
  partitioned_by = ARRAY['year', 'month', 'day']
);

CALL system.sync_partition_metadata('default', 'pageview_events', 'FULL');

-- Run it in a catalog of the Hive connector. Its times have milliseconds, unless timestamp_precision says otherwise.
-- Run the CALL again when there are new folders.
-- The column properties.a b is omitted: Trino takes only letters, digits and "_" in the name of a member.
-- The column properties.x.y is omitted: Trino takes only letters, digits and "_" in the name of a member.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column it's `odd`, "quoted" \ is omitted: Trino takes no comma and no blank at an end of the name of a column.
-- The column a.b is omitted: Trino takes no "." and no ":" in the name of a column.
-- The column  x is omitted: Trino takes no comma and no blank at an end of the name of a column.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "default"."pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "default"."pageview_events" CROSS JOIN UNNEST("segments") AS u (item) GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "default"."pageview_events" CROSS JOIN UNNEST("segments") AS u (item)) e JOIN "default"."segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE TABLE "default"."pageview_events" (
  "time" VARCHAR,
  "user_id" VARCHAR,
  "segments" ARRAY(BIGINT),
  "properties" ROW("url" VARCHAR, "order" BIGINT, "at" VARCHAR),
  "flag" BOOLEAN,
  "real" DOUBLE,
  "real__json" VARCHAR,
  "born" VARCHAR,
  "clock" VARCHAR,
  "local" VARCHAR,
  "any" VARCHAR,
  "matrix" ARRAY(ARRAY(BIGINT)),
  "aliases" ARRAY(ROW("id" VARCHAR, "tag" VARCHAR)),
  "timestamp" VARCHAR,
  "ünïcode" VARCHAR,
  "_TABLE_suffix" VARCHAR,
  "type" VARCHAR,
  "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" VARCHAR,
  "year" INTEGER,
  "month" INTEGER,
  "day" INTEGER
)
WITH (
  external_location = 's3://publisher-data/permutive/data/pageview_events/',
  format = 'OPENX_JSON',
  partitioned_by = ARRAY['year', 'month', 'day'],
  extra_properties = MAP(ARRAY['case.insensitive', 'mapping._table_suffix'], ARRAY['false', '_TABLE_suffix'])
);

CALL system.sync_partition_metadata('default', 'pageview_events', 'FULL');

-- Run it in a catalog of the Hive connector. Its times have milliseconds, unless timestamp_precision says otherwise.
-- Run the CALL again when there are new folders.
-- The column properties.a b is omitted: Trino takes only letters, digits and "_" in the name of a member.
-- The column properties.x.y is omitted: Trino takes only letters, digits and "_" in the name of a member.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column it's `odd`, "quoted" \ is omitted: Trino takes no comma and no blank at an end of the name of a column.
-- The column a.b is omitted: Trino takes no "." and no ":" in the name of a column.
-- The column  x is omitted: Trino takes no comma and no blank at an end of the name of a column.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "default"."pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "default"."pageview_events" CROSS JOIN UNNEST("segments") AS u (item) GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "default"."pageview_events" CROSS JOIN UNNEST("segments") AS u (item)) e JOIN "default"."segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE TABLE "default"."pageview_events" (
  "time" VARCHAR,
  "user_id" VARCHAR,
  "segments" ARRAY(BIGINT),
  "properties" ROW("url" VARCHAR, "order" BIGINT, "at" VARCHAR),
  "flag" BOOLEAN,
  "real" DOUBLE,
  "real__json" VARCHAR,
  "born" VARCHAR,
  "clock" VARCHAR,
  "local" VARCHAR,
  "any" VARCHAR,
  "matrix" ARRAY(ARRAY(BIGINT)),
  "aliases" ARRAY(ROW("id" VARCHAR, "tag" VARCHAR)),
  "timestamp" VARCHAR,
  "ünïcode" VARCHAR,
  "_TABLE_suffix" VARCHAR,
  "type" VARCHAR,
  "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" VARCHAR,
  "year" INTEGER,
  "month" INTEGER,
  "day" INTEGER,
  "hour" INTEGER
)
WITH (
  external_location = 's3://publisher-data/permutive/type=pageview_events/',
  format = 'OPENX_JSON',
  partitioned_by = ARRAY['year', 'month', 'day', 'hour'],
  extra_properties = MAP(ARRAY['case.insensitive', 'mapping._table_suffix'], ARRAY['false', '_TABLE_suffix'])
);

CALL system.sync_partition_metadata('default', 'pageview_events', 'FULL');

-- Run it in a catalog of the Hive connector. Its times have milliseconds, unless timestamp_precision says otherwise.
-- Rows:
--   SELECT count(*) AS n FROM "default"."segment"
CREATE TABLE "default"."segment" (
  "code" BIGINT,
  "name" VARCHAR
)
WITH (
  external_location = 's3://publisher-data/permutive/type=segment/',
  format = 'OPENX_JSON'
);

