// XML as S3 writes and reads it: elements in order, without attributes but the namespace; and the few request documents
// picked apart by element name, which is enough for what an SDK sends.

/** A name may carry attributes, as `Grantee xsi:type="…"`. */
export type XmlElement = readonly [name: string, content: string | number | boolean | readonly XmlElement[]];

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A whole document. Errors carry no namespace, all else does. */
export function xmlDocument(root: XmlElement, options: { readonly namespace: boolean }): string {
  const [name, content] = root;
  const attribute = options.namespace ? ` xmlns="${NAMESPACE}"` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${attribute}>${inner(content)}</${name}>`;
}

function inner(content: XmlElement[1]): string {
  if (typeof content !== 'object') return escapeText(String(content));
  return content.map(([name, child]) => `<${name}>${inner(child)}</${name.split(' ', 1)[0]}>`).join('');
}

// A bare carriage return would be read as a line feed.
function escapeText(text: string): string {
  return text.replaceAll(/[&<>"]/g, (mark) => ESCAPES[mark] ?? mark).replaceAll('\r', '&#13;');
}

/** The inner XML of each element of that name, in order. Elements of one name must not be nested. */
export function xmlElements(document: string, name: string): readonly string[] {
  return [...document.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map(
    ([, content]) => content ?? '',
  );
}

/** The text of the first element of that name, with its entities resolved. */
export function xmlText(document: string, name: string): string | undefined {
  return xmlElements(document, name)[0]?.replaceAll(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, entity: string) => {
    if (entity.startsWith('#x')) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    if (entity.startsWith('#')) return String.fromCodePoint(Number.parseInt(entity.slice(1), 10));
    return ENTITIES[entity] ?? whole;
  });
}
