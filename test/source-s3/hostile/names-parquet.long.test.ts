import { registerHostileNames } from './names.ts';

registerHostileNames('Parquet');
