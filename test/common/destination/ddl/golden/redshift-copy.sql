-- COPY adds the rows of all files, and loads no columns for folders. To load them again, TRUNCATE "pageview_events" first; to load new ones, name their folder after FROM.
-- COPY takes the columns of Parquet files by position: it refuses older files without the newest columns. Redshift Spectrum reads them.
-- The column Time is called column_14: another one has its name in another case.
-- The column nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn is called column_22: Redshift takes names of 127 bytes.
-- The column line\u{a}end is called column_23: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT TRUNC("time") AS day, count(*) AS n FROM "pageview_events" GROUP BY 1 ORDER BY 1
-- Users by segment:
--   SELECT item::BIGINT AS segment, count(DISTINCT "user_id") AS users FROM "pageview_events" AS t, t."segments" AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item::BIGINT AS segment FROM "pageview_events" AS t, t."segments" AS item) e JOIN "segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE TABLE "pageview_events" (
  "time" TIMESTAMP,
  "user_id" VARCHAR(65535),
  "segments" SUPER,
  "properties" SUPER,
  "flag" BOOLEAN,
  "real" DOUBLE PRECISION,
  "real__json" VARCHAR(65535),
  "born" DATE,
  "clock" TIME,
  "local" TIMESTAMP,
  "matrix" SUPER,
  "aliases" SUPER,
  "timestamp" VARCHAR(65535),
  "column_14" VARCHAR(65535),
  "ünïcode" VARCHAR(65535),
  "it's `odd`, ""quoted"" \" VARCHAR(65535),
  "a.b" VARCHAR(65535),
  " x" VARCHAR(65535),
  "_TABLE_suffix" VARCHAR(65535),
  "Day" VARCHAR(65535),
  "type" VARCHAR(65535),
  "column_22" VARCHAR(65535),
  "column_23" VARCHAR(65535)
);

COPY "pageview_events"
FROM 's3://publisher-data/permutive/data/pageview_events/'
IAM_ROLE default
FORMAT AS PARQUET SERIALIZETOJSON;

-- COPY adds the rows of all files, and loads no columns for folders. To load them again, TRUNCATE "pageview_events" first; to load new ones, name their folder after FROM.
-- The column Time is omitted: another one has its name in another case.
-- The column nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn is omitted: Redshift takes names of 127 bytes.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT TRUNC("time") AS day, count(*) AS n FROM "pageview_events" GROUP BY 1 ORDER BY 1
-- Users by segment:
--   SELECT item::BIGINT AS segment, count(DISTINCT "user_id") AS users FROM "pageview_events" AS t, t."segments" AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item::BIGINT AS segment FROM "pageview_events" AS t, t."segments" AS item) e JOIN "segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE TABLE "pageview_events" (
  "time" TIMESTAMPTZ,
  "user_id" VARCHAR(65535),
  "segments" SUPER,
  "properties" SUPER,
  "flag" BOOLEAN,
  "real" DOUBLE PRECISION,
  "real__json" VARCHAR(65535),
  "born" DATE,
  "clock" TIME,
  "local" TIMESTAMP,
  "any" SUPER,
  "matrix" SUPER,
  "aliases" SUPER,
  "timestamp" VARCHAR(65535),
  "ünïcode" VARCHAR(65535),
  "it's `odd`, ""quoted"" \" VARCHAR(65535),
  "a.b" VARCHAR(65535),
  " x" VARCHAR(65535),
  "_TABLE_suffix" VARCHAR(65535),
  "Day" VARCHAR(65535),
  "type" VARCHAR(65535)
);

COPY "pageview_events"
FROM 's3://publisher-data/permutive/data/pageview_events/'
IAM_ROLE default
FORMAT AS JSON 'auto ignorecase' GZIP TIMEFORMAT 'auto' REGION 'eu-central-1';

-- COPY adds the rows of all files, and loads no columns for folders. To load them again, TRUNCATE "pageview_events" first; to load new ones, name their folder after FROM.
-- The column Time is omitted: another one has its name in another case.
-- The column nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn is omitted: Redshift takes names of 127 bytes.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT TRUNC("time") AS day, count(*) AS n FROM "pageview_events" GROUP BY 1 ORDER BY 1
-- Users by segment:
--   SELECT item::BIGINT AS segment, count(DISTINCT "user_id") AS users FROM "pageview_events" AS t, t."segments" AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item::BIGINT AS segment FROM "pageview_events" AS t, t."segments" AS item) e JOIN "segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE TABLE "pageview_events" (
  "time" TIMESTAMPTZ,
  "user_id" VARCHAR(65535),
  "segments" SUPER,
  "properties" SUPER,
  "flag" BOOLEAN,
  "real" DOUBLE PRECISION,
  "real__json" VARCHAR(65535),
  "born" DATE,
  "clock" TIME,
  "local" TIMESTAMP,
  "any" SUPER,
  "matrix" SUPER,
  "aliases" SUPER,
  "timestamp" VARCHAR(65535),
  "ünïcode" VARCHAR(65535),
  "it's `odd`, ""quoted"" \" VARCHAR(65535),
  "a.b" VARCHAR(65535),
  " x" VARCHAR(65535),
  "_TABLE_suffix" VARCHAR(65535),
  "Day" VARCHAR(65535),
  "type" VARCHAR(65535)
);

COPY "pageview_events"
FROM 's3://publisher-data/permutive/type=pageview_events/'
IAM_ROLE default
FORMAT AS JSON 'auto ignorecase' GZIP TIMEFORMAT 'auto' REGION 'eu-central-1';

-- COPY adds the rows of all files, and loads no columns for folders. To load them again, TRUNCATE "segment" first; to load new ones, name their folder after FROM.
-- Rows:
--   SELECT count(*) AS n FROM "segment"
CREATE TABLE "segment" (
  "code" BIGINT,
  "name" VARCHAR(65535)
);

COPY "segment"
FROM 's3://publisher-data/permutive/type=segment/'
IAM_ROLE default
FORMAT AS JSON 'auto ignorecase' GZIP TIMEFORMAT 'auto' REGION 'eu-central-1';

