-- Run MSCK REPAIR TABLE again when there are new folders.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT `year`, `month`, `day`, count(*) AS n FROM `pageview_events` GROUP BY `year`, `month`, `day` ORDER BY `year`, `month`, `day`
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT `user_id`) AS users FROM `pageview_events` LATERAL VIEW explode(`segments`) u AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m.`name` AS segment_name, count(DISTINCT e.`user_id`) AS users FROM (SELECT `user_id`, item AS segment FROM `pageview_events` LATERAL VIEW explode(`segments`) u AS item) e JOIN `segment_metadata` m ON m.`number` = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE TABLE `pageview_events` (
  `time` TIMESTAMP,
  `user_id` STRING,
  `segments` ARRAY<BIGINT>,
  `properties` STRUCT<`url`: STRING, `order`: BIGINT, `a b`: BIGINT, `x.y`: STRING, `at`: TIMESTAMP>,
  `flag` BOOLEAN,
  `real` DOUBLE,
  `real__json` STRING,
  `born` DATE,
  `clock` BIGINT,
  `local` TIMESTAMP_NTZ,
  `matrix` ARRAY<ARRAY<BIGINT>>,
  `aliases` ARRAY<STRUCT<`id`: STRING, `tag`: STRING>>,
  `timestamp` STRING,
  `ünïcode` STRING,
  `it's ``odd``, "quoted" \` STRING,
  `a.b` STRING,
  ` x` STRING,
  `_TABLE_suffix` STRING,
  `type` STRING,
  `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` STRING,
  `year` INT,
  `month` INT,
  `day` INT
)
USING PARQUET
PARTITIONED BY (`year`, `month`, `day`)
LOCATION 's3://publisher-data/permutive/data/pageview_events/';

MSCK REPAIR TABLE `pageview_events`;

-- Run MSCK REPAIR TABLE again when there are new folders.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT `year`, `month`, `day`, count(*) AS n FROM `pageview_events` GROUP BY `year`, `month`, `day` ORDER BY `year`, `month`, `day`
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT `user_id`) AS users FROM `pageview_events` LATERAL VIEW explode(`segments`) u AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m.`name` AS segment_name, count(DISTINCT e.`user_id`) AS users FROM (SELECT `user_id`, item AS segment FROM `pageview_events` LATERAL VIEW explode(`segments`) u AS item) e JOIN `segment_metadata` m ON m.`number` = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE TABLE `pageview_events` (
  `time` TIMESTAMP,
  `user_id` STRING,
  `segments` ARRAY<BIGINT>,
  `properties` STRUCT<`url`: STRING, `order`: BIGINT, `a b`: BIGINT, `x.y`: STRING, `at`: TIMESTAMP>,
  `flag` BOOLEAN,
  `real` DOUBLE,
  `real__json` STRING,
  `born` DATE,
  `clock` STRING,
  `local` TIMESTAMP_NTZ,
  `any` STRING,
  `matrix` ARRAY<ARRAY<BIGINT>>,
  `aliases` ARRAY<STRUCT<`id`: STRING, `tag`: STRING>>,
  `timestamp` STRING,
  `ünïcode` STRING,
  `it's ``odd``, "quoted" \` STRING,
  `a.b` STRING,
  ` x` STRING,
  `_TABLE_suffix` STRING,
  `type` STRING,
  `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` STRING,
  `year` INT,
  `month` INT,
  `day` INT
)
USING JSON
OPTIONS (mode 'FAILFAST')
PARTITIONED BY (`year`, `month`, `day`)
LOCATION 's3://publisher-data/permutive/data/pageview_events/';

MSCK REPAIR TABLE `pageview_events`;

-- Run MSCK REPAIR TABLE again when there are new folders.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT `year`, `month`, `day`, count(*) AS n FROM `pageview_events` GROUP BY `year`, `month`, `day` ORDER BY `year`, `month`, `day`
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT `user_id`) AS users FROM `pageview_events` LATERAL VIEW explode(`segments`) u AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m.`name` AS segment_name, count(DISTINCT e.`user_id`) AS users FROM (SELECT `user_id`, item AS segment FROM `pageview_events` LATERAL VIEW explode(`segments`) u AS item) e JOIN `segment_metadata` m ON m.`number` = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE TABLE `pageview_events` (
  `time` TIMESTAMP,
  `user_id` STRING,
  `segments` ARRAY<BIGINT>,
  `properties` STRUCT<`url`: STRING, `order`: BIGINT, `a b`: BIGINT, `x.y`: STRING, `at`: TIMESTAMP>,
  `flag` BOOLEAN,
  `real` DOUBLE,
  `real__json` STRING,
  `born` DATE,
  `clock` STRING,
  `local` TIMESTAMP_NTZ,
  `any` STRING,
  `matrix` ARRAY<ARRAY<BIGINT>>,
  `aliases` ARRAY<STRUCT<`id`: STRING, `tag`: STRING>>,
  `timestamp` STRING,
  `ünïcode` STRING,
  `it's ``odd``, "quoted" \` STRING,
  `a.b` STRING,
  ` x` STRING,
  `_TABLE_suffix` STRING,
  `type` STRING,
  `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` STRING,
  `year` INT,
  `month` INT,
  `day` INT,
  `hour` INT
)
USING JSON
OPTIONS (mode 'FAILFAST')
PARTITIONED BY (`year`, `month`, `day`, `hour`)
LOCATION 's3://publisher-data/permutive/type=pageview_events/';

MSCK REPAIR TABLE `pageview_events`;

-- Rows:
--   SELECT count(*) AS n FROM `segment`
CREATE TABLE `segment` (
  `code` BIGINT,
  `name` STRING
)
USING JSON
OPTIONS (mode 'FAILFAST')
LOCATION 's3://publisher-data/permutive/type=segment/';

