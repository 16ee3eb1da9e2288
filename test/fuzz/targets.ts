// All fuzz targets, by name.
import { answersTarget } from './targets/answers.ts';
import { documentsTarget } from './targets/documents.ts';
import { fileTargets } from './targets/files.ts';
import { inputTargets } from './targets/input.ts';
import { namesTarget } from './targets/names.ts';
import { parserTargets } from './targets/parsers.ts';
import { textTargets } from './targets/text.ts';
import type { FuzzTarget } from './target.ts';

export const targets: readonly FuzzTarget[] = [
  ...parserTargets,
  ...textTargets,
  documentsTarget,
  answersTarget,
  namesTarget,
  ...inputTargets,
  ...fileTargets,
];
