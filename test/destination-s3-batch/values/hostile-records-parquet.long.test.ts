import { registerHostileRecords } from '../support/hostile-records.ts';

registerHostileRecords('parquet');
