-- It needs the dataset permutive and the connection aws-eu-central-1.s3_connectors (BigQuery Omni), both in aws-eu-central-1.
-- The column properties.a b is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column properties.x.y is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column matrix is omitted: BigQuery has no lists of lists.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column ünïcode is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column it's `odd`, "quoted" \ is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column a.b is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column  x is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column _TABLE_suffix is omitted: BigQuery keeps names that begin so for itself.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT `year`, `month`, `day`, count(*) AS n FROM `permutive`.`pageview_events` GROUP BY `year`, `month`, `day` ORDER BY `year`, `month`, `day`
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT `user_id`) AS users FROM `permutive`.`pageview_events` AS t, UNNEST(t.`segments`) AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m.`name` AS segment_name, count(DISTINCT e.`user_id`) AS users FROM (SELECT `user_id`, item AS segment FROM `permutive`.`pageview_events` AS t, UNNEST(t.`segments`) AS item) e JOIN `permutive`.`segment_metadata` m ON m.`number` = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE EXTERNAL TABLE `permutive`.`pageview_events` (
  `time` TIMESTAMP,
  `user_id` STRING,
  `segments` ARRAY<INT64>,
  `properties` STRUCT<`url` STRING, `order` INT64, `at` TIMESTAMP>,
  `flag` BOOL,
  `real` FLOAT64,
  `real__json` STRING,
  `born` DATE,
  `clock` TIME,
  `local` DATETIME,
  `aliases` ARRAY<STRUCT<`id` STRING, `tag` STRING>>,
  `timestamp` STRING,
  `type` STRING,
  `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` STRING
)
WITH PARTITION COLUMNS (`year` INT64, `month` INT64, `day` INT64)
WITH CONNECTION `aws-eu-central-1.s3_connectors`
OPTIONS (
  format = 'PARQUET',
  enable_list_inference = TRUE,
  uris = ['s3://publisher-data/permutive/data/pageview_events/*.snappy.parquet'],
  hive_partition_uri_prefix = 's3://publisher-data/permutive/data/pageview_events'
);

-- It needs the dataset permutive and the connection aws-eu-central-1.s3_connectors (BigQuery Omni), both in aws-eu-central-1.
-- The column properties.a b is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column properties.x.y is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column matrix is omitted: BigQuery has no lists of lists.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column ünïcode is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column it's `odd`, "quoted" \ is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column a.b is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column  x is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column _TABLE_suffix is omitted: BigQuery keeps names that begin so for itself.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT `year`, `month`, `day`, count(*) AS n FROM `permutive`.`pageview_events` GROUP BY `year`, `month`, `day` ORDER BY `year`, `month`, `day`
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT `user_id`) AS users FROM `permutive`.`pageview_events` AS t, UNNEST(t.`segments`) AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m.`name` AS segment_name, count(DISTINCT e.`user_id`) AS users FROM (SELECT `user_id`, item AS segment FROM `permutive`.`pageview_events` AS t, UNNEST(t.`segments`) AS item) e JOIN `permutive`.`segment_metadata` m ON m.`number` = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE EXTERNAL TABLE `permutive`.`pageview_events` (
  `time` TIMESTAMP,
  `user_id` STRING,
  `segments` ARRAY<INT64>,
  `properties` STRUCT<`url` STRING, `order` INT64, `at` TIMESTAMP>,
  `flag` BOOL,
  `real` FLOAT64,
  `real__json` STRING,
  `born` DATE,
  `clock` TIME,
  `local` DATETIME,
  `any` JSON,
  `aliases` ARRAY<STRUCT<`id` STRING, `tag` STRING>>,
  `timestamp` STRING,
  `type` STRING,
  `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` STRING
)
WITH PARTITION COLUMNS (`year` INT64, `month` INT64, `day` INT64)
WITH CONNECTION `aws-eu-central-1.s3_connectors`
OPTIONS (
  format = 'NEWLINE_DELIMITED_JSON',
  compression = 'GZIP',
  ignore_unknown_values = TRUE,
  uris = ['s3://publisher-data/permutive/data/pageview_events/*.json.gz'],
  hive_partition_uri_prefix = 's3://publisher-data/permutive/data/pageview_events'
);

-- It needs the dataset permutive and the connection aws-eu-central-1.s3_connectors (BigQuery Omni), both in aws-eu-central-1.
-- The column properties.a b is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column properties.x.y is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column matrix is omitted: BigQuery has no lists of lists.
-- The column aliases.Tag is omitted: another one has its name in another case.
-- The column Time is omitted: another one has its name in another case.
-- The column ünïcode is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column it's `odd`, "quoted" \ is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column a.b is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column  x is omitted: BigQuery takes only letters, digits and "_" in a name.
-- The column _TABLE_suffix is omitted: BigQuery keeps names that begin so for itself.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT `year`, `month`, `day`, count(*) AS n FROM `permutive`.`pageview_events` GROUP BY `year`, `month`, `day` ORDER BY `year`, `month`, `day`
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT `user_id`) AS users FROM `permutive`.`pageview_events` AS t, UNNEST(t.`segments`) AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m.`name` AS segment_name, count(DISTINCT e.`user_id`) AS users FROM (SELECT `user_id`, item AS segment FROM `permutive`.`pageview_events` AS t, UNNEST(t.`segments`) AS item) e JOIN `permutive`.`segment_metadata` m ON m.`number` = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE EXTERNAL TABLE `permutive`.`pageview_events` (
  `time` TIMESTAMP,
  `user_id` STRING,
  `segments` ARRAY<INT64>,
  `properties` STRUCT<`url` STRING, `order` INT64, `at` TIMESTAMP>,
  `flag` BOOL,
  `real` FLOAT64,
  `real__json` STRING,
  `born` DATE,
  `clock` TIME,
  `local` DATETIME,
  `any` JSON,
  `aliases` ARRAY<STRUCT<`id` STRING, `tag` STRING>>,
  `timestamp` STRING,
  `type` STRING,
  `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` STRING
)
WITH PARTITION COLUMNS (`year` INT64, `month` INT64, `day` INT64, `hour` INT64)
WITH CONNECTION `aws-eu-central-1.s3_connectors`
OPTIONS (
  format = 'NEWLINE_DELIMITED_JSON',
  compression = 'GZIP',
  ignore_unknown_values = TRUE,
  uris = ['s3://publisher-data/permutive/type=pageview_events/*.jsonl.gz'],
  hive_partition_uri_prefix = 's3://publisher-data/permutive/type=pageview_events'
);

-- It needs the dataset permutive and the connection aws-eu-central-1.s3_connectors (BigQuery Omni), both in aws-eu-central-1.
-- Rows:
--   SELECT count(*) AS n FROM `permutive`.`segment`
CREATE OR REPLACE EXTERNAL TABLE `permutive`.`segment` (
  `code` INT64,
  `name` STRING
)
WITH CONNECTION `aws-eu-central-1.s3_connectors`
OPTIONS (
  format = 'NEWLINE_DELIMITED_JSON',
  compression = 'GZIP',
  ignore_unknown_values = TRUE,
  uris = ['s3://publisher-data/permutive/type=segment/*.jsonl.gz']
);

