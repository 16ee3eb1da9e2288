// Records that repeat a member: an earlier value for a name.
import * as fc from 'fast-check';

/** A repeated member in the row or in its object `o`: none, the name of a column, or `o.i`. */
export const twin = fc.constantFrom('', '', 'i', 's', 'o', 'o.i');

/** The row with an earlier value for one of its names. @returns what `__json` of the row, or of `o`, must have. */
export function withTwin(sent: string, name: string): { readonly sent: string; readonly aside: string } {
  const [outer = '', inner] = name.split('.');
  const place = inner === undefined ? sent.indexOf('{') : sent.search(/"o":\{/u) + 4;
  const member = `"${inner ?? outer}":"earlier"`;
  if (name === '' || place < 1 === (inner !== undefined) || !sent.includes(`"${inner ?? outer}":`, place)) {
    return { sent, aside: '' };
  }
  const rest = sent.slice(place + 1);
  return { sent: `${sent.slice(0, place + 1)}${member}${rest.startsWith('}') ? '' : ','}${rest}`, aside: member };
}

/** The name, if the row has it and its value is unambiguous. */
export function isTwin(members: Readonly<Record<string, { readonly read: string }>>, name: string): string {
  const [outer = '', inner] = name.split('.');
  const value = members[outer]?.read ?? '';
  return inner === undefined ? (Object.hasOwn(members, outer) ? outer : '') : /^\{.*"i":/u.test(value) ? name : '';
}
