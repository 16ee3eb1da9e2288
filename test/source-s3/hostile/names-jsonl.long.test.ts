import { registerHostileNames } from './names.ts';

registerHostileNames('JSON lines');
