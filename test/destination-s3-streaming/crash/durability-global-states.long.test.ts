import { registerDurability } from '../support/durability.ts';

registerDurability('GLOBAL');
