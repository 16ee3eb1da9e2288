// Builds HTML safely: every inserted text is escaped, unless this module made it.

declare const made: unique symbol;

/** Made by the tag of `htmlWith`. */
export type Html = { readonly [made]: true; readonly text: string };

type Value = string | number | Html | readonly Html[];
export type HtmlTag = (parts: TemplateStringsArray, ...values: readonly Value[]) => Html;

/** `clean` changes each text before it is escaped, for example to hide secrets. */
export function htmlWith(clean: (text: string) => string): HtmlTag {
  const textOf = (value: Value): string => {
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string') return escaped(clean(value));
    return 'text' in value ? value.text : value.map(({ text }) => text).join('');
  };
  return (parts, ...values) => {
    const text = parts.map((part, at) => part + (at < values.length ? textOf(values[at] ?? '') : '')).join('');
    return { text } as Html;
  };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (char) => entities[char] ?? char);
}
