import { registerHostileNames } from './names.ts';

registerHostileNames('CSV');
