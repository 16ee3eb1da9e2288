-- The column properties.a b is omitted: Athena takes only letters, digits and "_" in the name of a member.
-- The column properties.x.y is omitted: Athena takes only letters, digits and "_" in the name of a member.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column a.b is omitted: Athena takes no "." and no ":" in the name of a column.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "pageview_events" CROSS JOIN UNNEST("segments") AS u (item) GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "pageview_events" CROSS JOIN UNNEST("segments") AS u (item)) e JOIN "segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE EXTERNAL TABLE `pageview_events` (
  `time` TIMESTAMP,
  `user_id` STRING,
  `segments` ARRAY<BIGINT>,
  `properties` STRUCT<`url`: STRING, `order`: BIGINT, `at`: TIMESTAMP>,
  `flag` BOOLEAN,
  `real` DOUBLE,
  `real__json` STRING,
  `born` DATE,
  `clock` BIGINT,
  `local` TIMESTAMP,
  `matrix` ARRAY<ARRAY<BIGINT>>,
  `aliases` ARRAY<STRUCT<`id`: STRING, `tag`: STRING>>,
  `timestamp` STRING,
  `ünïcode` STRING,
  `it's ``odd``, "quoted" \` STRING,
  ` x` STRING,
  `_TABLE_suffix` STRING,
  `type` STRING,
  `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` STRING
)
PARTITIONED BY (`year` INT, `month` INT, `day` INT)
STORED AS PARQUET
LOCATION 's3://publisher-data/permutive/data/pageview_events/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.year.type' = 'integer',
  'projection.year.range' = '2026,2100',
  'projection.month.type' = 'integer',
  'projection.month.range' = '1,12',
  'projection.day.type' = 'integer',
  'projection.day.range' = '1,31',
  'storage.location.template' = 's3://publisher-data/permutive/data/pageview_events/year=${year}/month=${month}/day=${day}/'
);

-- The column properties.a b is omitted: Athena takes only letters, digits and "_" in the name of a member.
-- The column properties.x.y is omitted: Athena takes only letters, digits and "_" in the name of a member.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column a.b is omitted: Athena takes no "." and no ":" in the name of a column.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "pageview_events" CROSS JOIN UNNEST("segments") AS u (item) GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "pageview_events" CROSS JOIN UNNEST("segments") AS u (item)) e JOIN "segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE EXTERNAL TABLE `pageview_events` (
  `time` STRING,
  `user_id` STRING,
  `segments` ARRAY<BIGINT>,
  `properties` STRUCT<`url`: STRING, `order`: BIGINT, `at`: STRING>,
  `flag` BOOLEAN,
  `real` DOUBLE,
  `real__json` STRING,
  `born` STRING,
  `clock` STRING,
  `local` STRING,
  `any` STRING,
  `matrix` ARRAY<ARRAY<BIGINT>>,
  `aliases` ARRAY<STRUCT<`id`: STRING, `tag`: STRING>>,
  `timestamp` STRING,
  `ünïcode` STRING,
  `it's ``odd``, "quoted" \` STRING,
  ` x` STRING,
  `_TABLE_suffix` STRING,
  `type` STRING,
  `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` STRING
)
PARTITIONED BY (`year` INT, `month` INT, `day` INT)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'false', 'mapping._table_suffix' = '_TABLE_suffix')
LOCATION 's3://publisher-data/permutive/data/pageview_events/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.year.type' = 'integer',
  'projection.year.range' = '2026,2100',
  'projection.month.type' = 'integer',
  'projection.month.range' = '1,12',
  'projection.day.type' = 'integer',
  'projection.day.range' = '1,31',
  'storage.location.template' = 's3://publisher-data/permutive/data/pageview_events/year=${year}/month=${month}/day=${day}/'
);

-- Athena asks for every hour of the projected years: let each query name the year, and better the month and the day.
-- The column properties.a b is omitted: Athena takes only letters, digits and "_" in the name of a member.
-- The column properties.x.y is omitted: Athena takes only letters, digits and "_" in the name of a member.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column a.b is omitted: Athena takes no "." and no ":" in the name of a column.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT "year", "month", "day", count(*) AS n FROM "pageview_events" GROUP BY "year", "month", "day" ORDER BY "year", "month", "day"
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT "user_id") AS users FROM "pageview_events" CROSS JOIN UNNEST("segments") AS u (item) GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m."name" AS segment_name, count(DISTINCT e."user_id") AS users FROM (SELECT "user_id", item AS segment FROM "pageview_events" CROSS JOIN UNNEST("segments") AS u (item)) e JOIN "segment_metadata" m ON m."number" = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE EXTERNAL TABLE `pageview_events` (
  `time` STRING,
  `user_id` STRING,
  `segments` ARRAY<BIGINT>,
  `properties` STRUCT<`url`: STRING, `order`: BIGINT, `at`: STRING>,
  `flag` BOOLEAN,
  `real` DOUBLE,
  `real__json` STRING,
  `born` STRING,
  `clock` STRING,
  `local` STRING,
  `any` STRING,
  `matrix` ARRAY<ARRAY<BIGINT>>,
  `aliases` ARRAY<STRUCT<`id`: STRING, `tag`: STRING>>,
  `timestamp` STRING,
  `ünïcode` STRING,
  `it's ``odd``, "quoted" \` STRING,
  ` x` STRING,
  `_TABLE_suffix` STRING,
  `type` STRING,
  `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` STRING
)
PARTITIONED BY (`year` INT, `month` INT, `day` INT, `hour` INT)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'false', 'mapping._table_suffix' = '_TABLE_suffix')
LOCATION 's3://publisher-data/permutive/type=pageview_events/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.year.type' = 'integer',
  'projection.year.range' = '2026,2100',
  'projection.month.type' = 'integer',
  'projection.month.range' = '1,12',
  'projection.month.digits' = '2',
  'projection.day.type' = 'integer',
  'projection.day.range' = '1,31',
  'projection.day.digits' = '2',
  'projection.hour.type' = 'integer',
  'projection.hour.range' = '0,23',
  'projection.hour.digits' = '2',
  'storage.location.template' = 's3://publisher-data/permutive/type=pageview_events/year=${year}/month=${month}/day=${day}/hour=${hour}/'
);

-- Rows:
--   SELECT count(*) AS n FROM "segment"
CREATE EXTERNAL TABLE `segment` (
  `code` BIGINT,
  `name` STRING
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://publisher-data/permutive/type=segment/';

