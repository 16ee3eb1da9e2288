-- It needs a storage integration, here s3_connectors. Run ALTER EXTERNAL TABLE … REFRESH when there are new files.
-- The column Time is omitted: another one has its name in another case.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "YEAR", "MONTH", "DAY", count(*) AS n FROM "PAGEVIEW_EVENTS" GROUP BY "YEAR", "MONTH", "DAY" ORDER BY "YEAR", "MONTH", "DAY"
-- Users by segment:
--   SELECT u.value::NUMBER AS segment, count(DISTINCT "USER_ID") AS users FROM "PAGEVIEW_EVENTS" AS t, LATERAL FLATTEN(INPUT => t."SEGMENTS") AS u GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."NAME" AS segment_name, count(DISTINCT e."USER_ID") AS users FROM (SELECT "USER_ID", u.value::NUMBER AS segment FROM "PAGEVIEW_EVENTS" AS t, LATERAL FLATTEN(INPUT => t."SEGMENTS") AS u) e JOIN "SEGMENT_METADATA" m ON m."NUMBER" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE STAGE "PAGEVIEW_EVENTS_FILES" URL = 's3://publisher-data/permutive/data/pageview_events/' STORAGE_INTEGRATION = "S3_CONNECTORS";

CREATE OR REPLACE EXTERNAL TABLE "PAGEVIEW_EVENTS" (
  "TIME" TIMESTAMP_TZ AS (GET(VALUE, 'time')::TIMESTAMP_TZ),
  "USER_ID" VARCHAR AS (GET(VALUE, 'user_id')::VARCHAR),
  "SEGMENTS" ARRAY AS (GET(VALUE, 'segments')::ARRAY),
  "PROPERTIES" OBJECT AS (GET(VALUE, 'properties')::OBJECT),
  "FLAG" BOOLEAN AS (GET(VALUE, 'flag')::BOOLEAN),
  "REAL" DOUBLE AS (GET(VALUE, 'real')::DOUBLE),
  "REAL__JSON" VARCHAR AS (GET(VALUE, 'real__json')::VARCHAR),
  "BORN" DATE AS (GET(VALUE, 'born')::DATE),
  "CLOCK" TIME AS (GET(VALUE, 'clock')::TIME),
  "LOCAL" TIMESTAMP_NTZ AS (GET(VALUE, 'local')::TIMESTAMP_NTZ),
  "MATRIX" ARRAY AS (GET(VALUE, 'matrix')::ARRAY),
  "ALIASES" ARRAY AS (GET(VALUE, 'aliases')::ARRAY),
  "TIMESTAMP" VARCHAR AS (GET(VALUE, 'timestamp')::VARCHAR),
  "ünïcode" VARCHAR AS (GET(VALUE, 'ünïcode')::VARCHAR),
  "it's `odd`, ""quoted"" \" VARCHAR AS (GET(VALUE, 'it\'s `odd`, "quoted" \\')::VARCHAR),
  "a.b" VARCHAR AS (GET(VALUE, 'a.b')::VARCHAR),
  " x" VARCHAR AS (GET(VALUE, ' x')::VARCHAR),
  "_TABLE_SUFFIX" VARCHAR AS (GET(VALUE, '_TABLE_suffix')::VARCHAR),
  "TYPE" VARCHAR AS (GET(VALUE, 'type')::VARCHAR),
  "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN" VARCHAR AS (GET(VALUE, 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn')::VARCHAR),
  "YEAR" NUMBER(4, 0) AS (TO_NUMBER(REGEXP_SUBSTR(METADATA$FILENAME, '/year=([0-9]+)/', 1, 1, 'e', 1))),
  "MONTH" NUMBER(4, 0) AS (TO_NUMBER(REGEXP_SUBSTR(METADATA$FILENAME, '/month=([0-9]+)/', 1, 1, 'e', 1))),
  "DAY" NUMBER(4, 0) AS (TO_NUMBER(REGEXP_SUBSTR(METADATA$FILENAME, '/day=([0-9]+)/', 1, 1, 'e', 1)))
)
PARTITION BY ("YEAR", "MONTH", "DAY")
LOCATION = @"PAGEVIEW_EVENTS_FILES"
AUTO_REFRESH = FALSE
PATTERN = '.*[.]snappy[.]parquet'
FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE);

-- It needs a storage integration, here s3_connectors. Run ALTER EXTERNAL TABLE … REFRESH when there are new files.
-- The column Time is omitted: another one has its name in another case.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "YEAR", "MONTH", "DAY", count(*) AS n FROM "PAGEVIEW_EVENTS" GROUP BY "YEAR", "MONTH", "DAY" ORDER BY "YEAR", "MONTH", "DAY"
-- Users by segment:
--   SELECT u.value::NUMBER AS segment, count(DISTINCT "USER_ID") AS users FROM "PAGEVIEW_EVENTS" AS t, LATERAL FLATTEN(INPUT => t."SEGMENTS") AS u GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."NAME" AS segment_name, count(DISTINCT e."USER_ID") AS users FROM (SELECT "USER_ID", u.value::NUMBER AS segment FROM "PAGEVIEW_EVENTS" AS t, LATERAL FLATTEN(INPUT => t."SEGMENTS") AS u) e JOIN "SEGMENT_METADATA" m ON m."NUMBER" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE STAGE "PAGEVIEW_EVENTS_FILES" URL = 's3://publisher-data/permutive/data/pageview_events/' STORAGE_INTEGRATION = "S3_CONNECTORS";

CREATE OR REPLACE EXTERNAL TABLE "PAGEVIEW_EVENTS" (
  "TIME" TIMESTAMP_TZ AS (GET(VALUE, 'time')::TIMESTAMP_TZ),
  "USER_ID" VARCHAR AS (GET(VALUE, 'user_id')::VARCHAR),
  "SEGMENTS" ARRAY AS (GET(VALUE, 'segments')::ARRAY),
  "PROPERTIES" OBJECT AS (GET(VALUE, 'properties')::OBJECT),
  "FLAG" BOOLEAN AS (GET(VALUE, 'flag')::BOOLEAN),
  "REAL" DOUBLE AS (GET(VALUE, 'real')::DOUBLE),
  "REAL__JSON" VARCHAR AS (GET(VALUE, 'real__json')::VARCHAR),
  "BORN" DATE AS (GET(VALUE, 'born')::DATE),
  "CLOCK" TIME AS (GET(VALUE, 'clock')::TIME),
  "LOCAL" TIMESTAMP_NTZ AS (GET(VALUE, 'local')::TIMESTAMP_NTZ),
  "ANY" VARIANT AS (GET(VALUE, 'any')::VARIANT),
  "MATRIX" ARRAY AS (GET(VALUE, 'matrix')::ARRAY),
  "ALIASES" ARRAY AS (GET(VALUE, 'aliases')::ARRAY),
  "TIMESTAMP" VARCHAR AS (GET(VALUE, 'timestamp')::VARCHAR),
  "ünïcode" VARCHAR AS (GET(VALUE, 'ünïcode')::VARCHAR),
  "it's `odd`, ""quoted"" \" VARCHAR AS (GET(VALUE, 'it\'s `odd`, "quoted" \\')::VARCHAR),
  "a.b" VARCHAR AS (GET(VALUE, 'a.b')::VARCHAR),
  " x" VARCHAR AS (GET(VALUE, ' x')::VARCHAR),
  "_TABLE_SUFFIX" VARCHAR AS (GET(VALUE, '_TABLE_suffix')::VARCHAR),
  "TYPE" VARCHAR AS (GET(VALUE, 'type')::VARCHAR),
  "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN" VARCHAR AS (GET(VALUE, 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn')::VARCHAR),
  "YEAR" NUMBER(4, 0) AS (TO_NUMBER(REGEXP_SUBSTR(METADATA$FILENAME, '/year=([0-9]+)/', 1, 1, 'e', 1))),
  "MONTH" NUMBER(4, 0) AS (TO_NUMBER(REGEXP_SUBSTR(METADATA$FILENAME, '/month=([0-9]+)/', 1, 1, 'e', 1))),
  "DAY" NUMBER(4, 0) AS (TO_NUMBER(REGEXP_SUBSTR(METADATA$FILENAME, '/day=([0-9]+)/', 1, 1, 'e', 1)))
)
PARTITION BY ("YEAR", "MONTH", "DAY")
LOCATION = @"PAGEVIEW_EVENTS_FILES"
AUTO_REFRESH = FALSE
PATTERN = '.*[.]json[.]gz'
FILE_FORMAT = (TYPE = JSON COMPRESSION = GZIP);

-- It needs a storage integration, here s3_connectors. Run ALTER EXTERNAL TABLE … REFRESH when there are new files.
-- The column Time is omitted: another one has its name in another case.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "YEAR", "MONTH", "DAY", count(*) AS n FROM "PAGEVIEW_EVENTS" GROUP BY "YEAR", "MONTH", "DAY" ORDER BY "YEAR", "MONTH", "DAY"
-- Users by segment:
--   SELECT u.value::NUMBER AS segment, count(DISTINCT "USER_ID") AS users FROM "PAGEVIEW_EVENTS" AS t, LATERAL FLATTEN(INPUT => t."SEGMENTS") AS u GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."NAME" AS segment_name, count(DISTINCT e."USER_ID") AS users FROM (SELECT "USER_ID", u.value::NUMBER AS segment FROM "PAGEVIEW_EVENTS" AS t, LATERAL FLATTEN(INPUT => t."SEGMENTS") AS u) e JOIN "SEGMENT_METADATA" m ON m."NUMBER" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE STAGE "PAGEVIEW_EVENTS_FILES" URL = 's3://publisher-data/permutive/type=pageview_events/' STORAGE_INTEGRATION = "S3_CONNECTORS";

CREATE OR REPLACE EXTERNAL TABLE "PAGEVIEW_EVENTS" (
  "TIME" TIMESTAMP_TZ AS (GET(VALUE, 'time')::TIMESTAMP_TZ),
  "USER_ID" VARCHAR AS (GET(VALUE, 'user_id')::VARCHAR),
  "SEGMENTS" ARRAY AS (GET(VALUE, 'segments')::ARRAY),
  "PROPERTIES" OBJECT AS (GET(VALUE, 'properties')::OBJECT),
  "FLAG" BOOLEAN AS (GET(VALUE, 'flag')::BOOLEAN),
  "REAL" DOUBLE AS (GET(VALUE, 'real')::DOUBLE),
  "REAL__JSON" VARCHAR AS (GET(VALUE, 'real__json')::VARCHAR),
  "BORN" DATE AS (GET(VALUE, 'born')::DATE),
  "CLOCK" TIME AS (GET(VALUE, 'clock')::TIME),
  "LOCAL" TIMESTAMP_NTZ AS (GET(VALUE, 'local')::TIMESTAMP_NTZ),
  "ANY" VARIANT AS (GET(VALUE, 'any')::VARIANT),
  "MATRIX" ARRAY AS (GET(VALUE, 'matrix')::ARRAY),
  "ALIASES" ARRAY AS (GET(VALUE, 'aliases')::ARRAY),
  "TIMESTAMP" VARCHAR AS (GET(VALUE, 'timestamp')::VARCHAR),
  "ünïcode" VARCHAR AS (GET(VALUE, 'ünïcode')::VARCHAR),
  "it's `odd`, ""quoted"" \" VARCHAR AS (GET(VALUE, 'it\'s `odd`, "quoted" \\')::VARCHAR),
  "a.b" VARCHAR AS (GET(VALUE, 'a.b')::VARCHAR),
  " x" VARCHAR AS (GET(VALUE, ' x')::VARCHAR),
  "_TABLE_SUFFIX" VARCHAR AS (GET(VALUE, '_TABLE_suffix')::VARCHAR),
  "TYPE" VARCHAR AS (GET(VALUE, 'type')::VARCHAR),
  "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN" VARCHAR AS (GET(VALUE, 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn')::VARCHAR),
  "YEAR" NUMBER(4, 0) AS (TO_NUMBER(REGEXP_SUBSTR(METADATA$FILENAME, '/year=([0-9]+)/', 1, 1, 'e', 1))),
  "MONTH" NUMBER(4, 0) AS (TO_NUMBER(REGEXP_SUBSTR(METADATA$FILENAME, '/month=([0-9]+)/', 1, 1, 'e', 1))),
  "DAY" NUMBER(4, 0) AS (TO_NUMBER(REGEXP_SUBSTR(METADATA$FILENAME, '/day=([0-9]+)/', 1, 1, 'e', 1))),
  "HOUR" NUMBER(4, 0) AS (TO_NUMBER(REGEXP_SUBSTR(METADATA$FILENAME, '/hour=([0-9]+)/', 1, 1, 'e', 1)))
)
PARTITION BY ("YEAR", "MONTH", "DAY", "HOUR")
LOCATION = @"PAGEVIEW_EVENTS_FILES"
AUTO_REFRESH = FALSE
PATTERN = '.*[.]jsonl[.]gz'
FILE_FORMAT = (TYPE = JSON COMPRESSION = GZIP);

-- It needs a storage integration, here s3_connectors. Run ALTER EXTERNAL TABLE … REFRESH when there are new files.
-- Rows:
--   SELECT count(*) AS n FROM "SEGMENT"
CREATE OR REPLACE STAGE "SEGMENT_FILES" URL = 's3://publisher-data/permutive/type=segment/' STORAGE_INTEGRATION = "S3_CONNECTORS";

CREATE OR REPLACE EXTERNAL TABLE "SEGMENT" (
  "CODE" NUMBER(38, 0) AS (GET(VALUE, 'code')::NUMBER(38, 0)),
  "NAME" VARCHAR AS (GET(VALUE, 'name')::VARCHAR)
)
LOCATION = @"SEGMENT_FILES"
AUTO_REFRESH = FALSE
PATTERN = '.*[.]jsonl[.]gz'
FILE_FORMAT = (TYPE = JSON COMPRESSION = GZIP);

