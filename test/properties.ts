// Loaded before each test file: a list or text whose longest length a property names may be as long. By default fast-check
// makes ten items at most, so that what holds only of longer ones would never be tried.
import * as fc from 'fast-check';

export const longLists = { defaultSizeToMaxWhenMaxSpecified: true } as const;

fc.configureGlobal(longLists);
