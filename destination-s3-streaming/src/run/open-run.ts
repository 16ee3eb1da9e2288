// A run of several writers as the verb `commit` sees it.
import type { OpenRun } from '@s3-connectors/common/destination/shared-run/commit-run.ts';
import { onePlaceEach, throwRefused } from '@s3-connectors/common/destination/publishing/places.ts';
import { setUpRun } from '@s3-connectors/common/destination/plan/run-setup.ts';
import { openShared } from '@s3-connectors/common/destination/shared-run/shared-run.ts';

import type { StreamingConfig } from '../config/config.ts';
import { layout } from '../layout/layout.ts';
import { planStreams, type TypeTarget } from './plan.ts';

export const openRun: OpenRun<StreamingConfig> = (config, catalog, context) => {
  const plan = planStreams(config, catalog, context.log);
  const setup = setUpRun({ config, plan, layout, context }, 0);
  const places = onePlaceEach(plan.targets, throwRefused);
  return openShared<TypeTarget>(setup, { places, schemaOf: ({ schema }) => schema }, config.run);
};
