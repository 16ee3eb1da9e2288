-- ClickHouse has dates and times from 1900 to 2299 only.
-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT `year`, `month`, `day`, count(*) AS n FROM `pageview_events` GROUP BY `year`, `month`, `day` ORDER BY `year`, `month`, `day`
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT `user_id`) AS users FROM `pageview_events` ARRAY JOIN `segments` AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m.`name` AS segment_name, count(DISTINCT e.`user_id`) AS users FROM (SELECT `user_id`, item AS segment FROM `pageview_events` ARRAY JOIN `segments` AS item) e JOIN `segment_metadata` m ON m.`number` = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE VIEW `pageview_events` AS
SELECT * FROM s3('s3://publisher-data/permutive/data/pageview_events/year=*/month=*/day=*/*.snappy.parquet', 'Parquet', '`time` Nullable(DateTime64(6, \'UTC\')), `user_id` Nullable(String), `segments` Array(Nullable(Int64)), `properties` Tuple(`url` Nullable(String), `order` Nullable(Int64), `a b` Nullable(Int64), `x.y` Nullable(String), `at` Nullable(DateTime64(6, \'UTC\'))), `flag` Nullable(Bool), `real` Nullable(Float64), `real__json` Nullable(String), `born` Nullable(Date32), `clock` Nullable(DateTime64(6, \'UTC\')), `local` Nullable(DateTime64(6, \'UTC\')), `matrix` Array(Array(Nullable(Int64))), `aliases` Array(Tuple(`id` Nullable(String), `tag` Nullable(String), `Tag` Nullable(String))), `timestamp` Nullable(String), `Time` Nullable(String), `ünïcode` Nullable(String), `it\'s \\`odd\\`, "quoted" \\\\` Nullable(String), `a.b` Nullable(String), ` x` Nullable(String), `_TABLE_suffix` Nullable(String), `type` Nullable(String), `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` Nullable(String), `year` Int32, `month` Int32, `day` Int32')
SETTINGS use_hive_partitioning = 1, input_format_parquet_allow_missing_columns = 1;

-- The column Day is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT `year`, `month`, `day`, count(*) AS n FROM `pageview_events` GROUP BY `year`, `month`, `day` ORDER BY `year`, `month`, `day`
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT `user_id`) AS users FROM `pageview_events` ARRAY JOIN `segments` AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m.`name` AS segment_name, count(DISTINCT e.`user_id`) AS users FROM (SELECT `user_id`, item AS segment FROM `pageview_events` ARRAY JOIN `segments` AS item) e JOIN `segment_metadata` m ON m.`number` = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE VIEW `pageview_events` AS
SELECT * FROM s3('s3://publisher-data/permutive/data/pageview_events/year=*/month=*/day=*/*.json.gz', 'JSONEachRow', '`time` Nullable(String), `user_id` Nullable(String), `segments` Array(Nullable(Int64)), `properties` Tuple(`url` Nullable(String), `order` Nullable(Int64), `a b` Nullable(Int64), `x.y` Nullable(String), `at` Nullable(String)), `flag` Nullable(Bool), `real` Nullable(Float64), `real__json` Nullable(String), `born` Nullable(String), `clock` Nullable(String), `local` Nullable(String), `any` Nullable(String), `matrix` Array(Array(Nullable(Int64))), `aliases` Array(Tuple(`id` Nullable(String), `tag` Nullable(String), `Tag` Nullable(String))), `timestamp` Nullable(String), `Time` Nullable(String), `ünïcode` Nullable(String), `it\'s \\`odd\\`, "quoted" \\\\` Nullable(String), `a.b` Nullable(String), ` x` Nullable(String), `_TABLE_suffix` Nullable(String), `type` Nullable(String), `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` Nullable(String), `year` Int32, `month` Int32, `day` Int32')
SETTINGS use_hive_partitioning = 1, input_format_skip_unknown_fields = 1;

-- The column Day is omitted: a folder has its name.
-- The column type is omitted: a folder has its name.
-- The column line\u{a}end is omitted: SQL cannot show the characters of its name.
-- Events by day:
--   SELECT `year`, `month`, `day`, count(*) AS n FROM `pageview_events` GROUP BY `year`, `month`, `day` ORDER BY `year`, `month`, `day`
-- Users by segment:
--   SELECT item AS segment, count(DISTINCT `user_id`) AS users FROM `pageview_events` ARRAY JOIN `segments` AS item GROUP BY 1 ORDER BY 2 DESC
-- Users by name of segment, from segment_metadata:
--   SELECT m.`name` AS segment_name, count(DISTINCT e.`user_id`) AS users FROM (SELECT `user_id`, item AS segment FROM `pageview_events` ARRAY JOIN `segments` AS item) e JOIN `segment_metadata` m ON m.`number` = e.segment GROUP BY 1 ORDER BY 2 DESC
CREATE OR REPLACE VIEW `pageview_events` AS
SELECT * FROM s3('s3://publisher-data/permutive/type=pageview_events/year=*/month=*/day=*/hour=*/*.jsonl.gz', 'JSONEachRow', '`time` Nullable(String), `user_id` Nullable(String), `segments` Array(Nullable(Int64)), `properties` Tuple(`url` Nullable(String), `order` Nullable(Int64), `a b` Nullable(Int64), `x.y` Nullable(String), `at` Nullable(String)), `flag` Nullable(Bool), `real` Nullable(Float64), `real__json` Nullable(String), `born` Nullable(String), `clock` Nullable(String), `local` Nullable(String), `any` Nullable(String), `matrix` Array(Array(Nullable(Int64))), `aliases` Array(Tuple(`id` Nullable(String), `tag` Nullable(String), `Tag` Nullable(String))), `timestamp` Nullable(String), `Time` Nullable(String), `ünïcode` Nullable(String), `it\'s \\`odd\\`, "quoted" \\\\` Nullable(String), `a.b` Nullable(String), ` x` Nullable(String), `_TABLE_suffix` Nullable(String), `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` Nullable(String), `year` Int32, `month` Int32, `day` Int32, `hour` Int32')
SETTINGS use_hive_partitioning = 1, input_format_skip_unknown_fields = 1;

-- Rows:
--   SELECT count(*) AS n FROM `segment`
CREATE OR REPLACE VIEW `segment` AS
SELECT * FROM s3('s3://publisher-data/permutive/type=segment/*.jsonl.gz', 'JSONEachRow', '`code` Nullable(Int64), `name` Nullable(String)')
SETTINGS input_format_skip_unknown_fields = 1;

