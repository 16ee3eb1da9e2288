// A run of several writers as the verb `commit` sees it.
import type { OpenRun } from '@s3-connectors/common/destination/shared-run/commit-run.ts';
import { throwRefused } from '@s3-connectors/common/destination/publishing/places.ts';
import { setUpRun } from '@s3-connectors/common/destination/plan/run-setup.ts';
import { openShared } from '@s3-connectors/common/destination/shared-run/shared-run.ts';

import { registeredSchema } from '../columns/registry/registry.ts';
import type { BatchConfig } from '../config/config.ts';
import { layout } from '../layout/layout.ts';
import { EarlierTables } from './earlier-tables.ts';
import { planStreams } from './plan.ts';

export const openRun: OpenRun<BatchConfig> = (config, catalog, context) => {
  const plan = planStreams(config, catalog, context.log);
  const setup = setUpRun({ config, plan, layout, context }, 0);
  const { area } = setup;
  const places = new EarlierTables({ area, targets: plan.targets, context, giveUp: throwRefused });
  const schemaOf = (_: unknown, table: string) => registeredSchema(area, table, context.signal);
  return openShared(setup, { places, schemaOf }, config.run);
};
