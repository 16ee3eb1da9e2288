-- Make the external schema spectrum first: CREATE EXTERNAL SCHEMA … FROM DATA CATALOG. A text has at most 65,535 bytes there.
-- Redshift finds no folders by itself: print and run the ALTER TABLE statements again when there are new ones.
-- The column properties.a b is omitted: Redshift Spectrum takes only letters, digits and "_" in the name of a member.
-- The column properties.x.y is omitted: Redshift Spectrum takes only letters, digits and "_" in the name of a member.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column a.b is omitted: Redshift Spectrum takes no "." and no ":" in the name of a column.
-- The column Day is omitted: a folder has its name.
-- The column nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn is omitted: Redshift Spectrum takes names of 127 bytes.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "spectrum"."pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "spectrum"."pageview_events" AS t, t."segments" AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "spectrum"."pageview_events" AS t, t."segments" AS item) e JOIN "spectrum"."segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE EXTERNAL TABLE "spectrum"."pageview_events" (
  "time" TIMESTAMP,
  "user_id" VARCHAR(65535),
  "segments" ARRAY<BIGINT>,
  "properties" STRUCT<"url": VARCHAR(65535), "order": BIGINT, "at": TIMESTAMP>,
  "flag" BOOLEAN,
  "real" DOUBLE PRECISION,
  "real__json" VARCHAR(65535),
  "born" DATE,
  "clock" BIGINT,
  "local" TIMESTAMP,
  "matrix" ARRAY<ARRAY<BIGINT>>,
  "aliases" ARRAY<STRUCT<"id": VARCHAR(65535), "tag": VARCHAR(65535)>>,
  "timestamp" VARCHAR(65535),
  "ünïcode" VARCHAR(65535),
  "it's `odd`, ""quoted"" \" VARCHAR(65535),
  " x" VARCHAR(65535),
  "_TABLE_suffix" VARCHAR(65535),
  "type" VARCHAR(65535)
)
PARTITIONED BY ("year" INTEGER, "month" INTEGER, "day" INTEGER)
STORED AS PARQUET
LOCATION 's3://publisher-data/permutive/data/pageview_events/';

ALTER TABLE "spectrum"."pageview_events" ADD IF NOT EXISTS
  PARTITION ("year" = 2026, "month" = 1, "day" = 5) LOCATION 's3://publisher-data/permutive/data/pageview_events/year=2026/month=1/day=5/';

-- Make the external schema spectrum first: CREATE EXTERNAL SCHEMA … FROM DATA CATALOG. A text has at most 65,535 bytes there.
-- Redshift finds no folders by itself: print and run the ALTER TABLE statements again when there are new ones.
-- The column properties.a b is omitted: Redshift Spectrum takes only letters, digits and "_" in the name of a member.
-- The column properties.x.y is omitted: Redshift Spectrum takes only letters, digits and "_" in the name of a member.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column a.b is omitted: Redshift Spectrum takes no "." and no ":" in the name of a column.
-- The column Day is omitted: a folder has its name.
-- The column nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn is omitted: Redshift Spectrum takes names of 127 bytes.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "spectrum"."pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "spectrum"."pageview_events" AS t, t."segments" AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "spectrum"."pageview_events" AS t, t."segments" AS item) e JOIN "spectrum"."segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE EXTERNAL TABLE "spectrum"."pageview_events" (
  "time" VARCHAR(65535),
  "user_id" VARCHAR(65535),
  "segments" ARRAY<BIGINT>,
  "properties" STRUCT<"url": VARCHAR(65535), "order": BIGINT, "at": VARCHAR(65535)>,
  "flag" BOOLEAN,
  "real" DOUBLE PRECISION,
  "real__json" VARCHAR(65535),
  "born" VARCHAR(65535),
  "clock" VARCHAR(65535),
  "local" VARCHAR(65535),
  "any" VARCHAR(65535),
  "matrix" ARRAY<ARRAY<BIGINT>>,
  "aliases" ARRAY<STRUCT<"id": VARCHAR(65535), "tag": VARCHAR(65535)>>,
  "timestamp" VARCHAR(65535),
  "ünïcode" VARCHAR(65535),
  "it's `odd`, ""quoted"" \" VARCHAR(65535),
  " x" VARCHAR(65535),
  "_TABLE_suffix" VARCHAR(65535),
  "type" VARCHAR(65535)
)
PARTITIONED BY ("year" INTEGER, "month" INTEGER, "day" INTEGER)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'false', 'mapping._table_suffix' = '_TABLE_suffix')
LOCATION 's3://publisher-data/permutive/data/pageview_events/';

ALTER TABLE "spectrum"."pageview_events" ADD IF NOT EXISTS
  PARTITION ("year" = 2026, "month" = 1, "day" = 5) LOCATION 's3://publisher-data/permutive/data/pageview_events/year=2026/month=1/day=5/';

-- Make the external schema spectrum first: CREATE EXTERNAL SCHEMA … FROM DATA CATALOG. A text has at most 65,535 bytes there.
-- Redshift finds no folders by itself: print and run the ALTER TABLE statements again when there are new ones.
-- The column properties.a b is omitted: Redshift Spectrum takes only letters, digits and "_" in the name of a member.
-- The column properties.x.y is omitted: Redshift Spectrum takes only letters, digits and "_" in the name of a member.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column a.b is omitted: Redshift Spectrum takes no "." and no ":" in the name of a column.
-- The column Day is omitted: a folder has its name.
-- The column nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn is omitted: Redshift Spectrum takes names of 127 bytes.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "spectrum"."pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "spectrum"."pageview_events" AS t, t."segments" AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "spectrum"."pageview_events" AS t, t."segments" AS item) e JOIN "spectrum"."segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE EXTERNAL TABLE "spectrum"."pageview_events" (
  "time" VARCHAR(65535),
  "user_id" VARCHAR(65535),
  "segments" ARRAY<BIGINT>,
  "properties" STRUCT<"url": VARCHAR(65535), "order": BIGINT, "at": VARCHAR(65535)>,
  "flag" BOOLEAN,
  "real" DOUBLE PRECISION,
  "real__json" VARCHAR(65535),
  "born" VARCHAR(65535),
  "clock" VARCHAR(65535),
  "local" VARCHAR(65535),
  "any" VARCHAR(65535),
  "matrix" ARRAY<ARRAY<BIGINT>>,
  "aliases" ARRAY<STRUCT<"id": VARCHAR(65535), "tag": VARCHAR(65535)>>,
  "timestamp" VARCHAR(65535),
  "ünïcode" VARCHAR(65535),
  "it's `odd`, ""quoted"" \" VARCHAR(65535),
  " x" VARCHAR(65535),
  "_TABLE_suffix" VARCHAR(65535),
  "type" VARCHAR(65535)
)
PARTITIONED BY ("year" INTEGER, "month" INTEGER, "day" INTEGER, "hour" INTEGER)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'false', 'mapping._table_suffix' = '_TABLE_suffix')
LOCATION 's3://publisher-data/permutive/type=pageview_events/';

ALTER TABLE "spectrum"."pageview_events" ADD IF NOT EXISTS
  PARTITION ("year" = 2026, "month" = 1, "day" = 5, "hour" = 9) LOCATION 's3://publisher-data/permutive/type=pageview_events/year=2026/month=01/day=05/hour=09/';

-- Make the external schema spectrum first: CREATE EXTERNAL SCHEMA … FROM DATA CATALOG. A text has at most 65,535 bytes there.
-- Rows:
--   SELECT count(*) AS n FROM "spectrum"."segment"
CREATE EXTERNAL TABLE "spectrum"."segment" (
  "code" BIGINT,
  "name" VARCHAR(65535)
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://publisher-data/permutive/type=segment/';

