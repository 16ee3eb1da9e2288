// `ddl` on the command line, for both destinations. Its code is loaded when it is called.
import type { OperatorVerb } from '../../protocol/connector.ts';
import type { DdlConfig, DdlTables } from './ddl.ts';

/** `load`: loads the list of the destination's tables. */
export function ddlVerb<Config extends DdlConfig>(
  noun: 'type' | 'table',
  load: () => Promise<DdlTables<Config>>,
): OperatorVerb<Config> {
  return {
    name: 'ddl',
    describe: `Print the statements that make the ${noun}s readable in a query engine, with the first queries.`,
    options: {
      [noun]: { type: 'string', describe: `Print only this ${noun}.` },
      engine: {
        type: 'string',
        describe:
          'Query engine: athena (the default), glue, spark, trino, redshift-spectrum, redshift-copy, snowflake, bigquery, clickhouse or duckdb.',
      },
      location: { type: 'string', describe: 'The location of the files, if it is not s3://bucket/prefix.' },
      database: { type: 'string', describe: 'The database (schema, dataset) of the tables.' },
      access: {
        type: 'string',
        describe:
          'What lets Redshift (role), Snowflake (storage integration) or BigQuery (connection) read the bucket.',
      },
    },
    async *run(config, given, context) {
      const { ddl } = await import('./ddl.ts');
      yield* ddl(config, await load(), given, context);
    },
  };
}
