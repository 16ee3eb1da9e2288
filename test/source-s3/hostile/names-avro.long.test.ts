import { registerHostileNames } from './names.ts';

registerHostileNames('Avro');
