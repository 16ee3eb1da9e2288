// SQL that joins the JSON text of a nested value from the texts of its parts: for parts whose text to_json would change.
import { literal } from '@s3-connectors/common/columns/sql.ts';

/** `text`: SQL of the JSON text of an item, never null, in which `item` is the item. */
export function joinedList(list: string, item: string, text: string): string {
  return joinedItems(list, item, { text, open: '[', close: ']' });
}

/** `key`: SQL of a text. `text`: as for `joinedList`. */
export function joinedMap(
  entries: string,
  entry: string,
  { key, text }: { readonly key: string; readonly text: string },
): string {
  return joinedItems(entries, entry, { text: `to_json(${key})::VARCHAR || ':' || ${text}`, open: '{', close: '}' });
}

/** `text`: SQL of the JSON text of a member, never null. */
export function joinedObject(members: readonly { readonly name: string; readonly text: string }[]): string {
  const pairs = members.flatMap(({ name, text }, index) => {
    return [literal(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`), text];
  });
  return members.length === 0 ? "'{}'" : `concat(${pairs.join(', ')}, '}')`;
}

type Items = { readonly text: string; readonly open: string; readonly close: string };

/** Null if the list is null. */
function joinedItems(list: string, item: string, { text, open, close }: Items): string {
  return `'${open}' || array_to_string(list_transform(${list}, lambda ${item}: ${text}), ',') || '${close}'`;
}
