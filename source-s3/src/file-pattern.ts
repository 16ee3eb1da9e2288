// `file_pattern`: a glob on the path below a table as a regular expression. S3 keys are not file names: case always counts,
// and a backslash only ever escapes, which is why the platform's own glob does not serve.

/**
 * `*` and `?` stay inside a folder, `**` crosses folders, `[a-z]`, `[!a]` and `{csv,tsv}` as in a shell, `\` escapes. A
 * pattern without a slash is for the file's name, in whatever folder.
 * @throws SyntaxError for a range that runs backwards, as `[z-a]`.
 */
export function globPattern(glob: string): RegExp {
  const anchored = glob.includes('/') ? glob.replace(/^\//u, '') : `**/${glob}`;
  return new RegExp(`^${translate(anchored)}$`, 'su');
}

const token =
  /(?<folders>(?<=^|\/)\*\*\/)|(?<rest>(?<=^|\/)\*\*$)|(?<star>\*+)|\\(?<escaped>.)|\[(?<not>[!^]?)(?<set>\][^\]/]*|[^\]/]+)\]|(?<other>.)/gsu;

function translate(glob: string): string {
  const choices = matchingBraces(glob);
  let depth = 0;
  let pattern = '';
  for (const { groups = {}, index } of glob.matchAll(token)) {
    const { folders, rest, star, escaped, not, set, other } = groups;
    if (folders !== undefined) pattern += '(?:.*/)?';
    else if (rest !== undefined) pattern += '.*';
    else if (star !== undefined) pattern += '[^/]*';
    else if (escaped !== undefined) pattern += literally(escaped);
    else if (set !== undefined) pattern += `[${not === '' ? '' : '^/'}${set.replace(/[\\[\]^&]/gu, String.raw`\$&`)}]`;
    else if (other === '?') pattern += '[^/]';
    else if (choices.has(index)) {
      depth += other === '{' ? 1 : -1;
      pattern += other === '{' ? '(?:' : ')';
    } else pattern += other === ',' && depth > 0 ? '|' : literally(other ?? '');
  }
  return pattern;
}

/** Places of the braces that have their counterpart; any other brace stands for itself. */
function matchingBraces(glob: string): ReadonlySet<number> {
  const matching = new Set<number>();
  const open: number[] = [];
  for (const { groups = {}, index } of glob.matchAll(token)) {
    if (groups['other'] === '{') open.push(index);
    const start = groups['other'] === '}' ? open.pop() : undefined;
    if (start !== undefined) matching.add(start).add(index);
  }
  return matching;
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
}
