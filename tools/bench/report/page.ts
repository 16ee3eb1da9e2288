// docs/benchmarks.md: an introduction, and a section for each case, replaced when that case is measured again.

const introduction = `# Benchmarks

Written by \`npm run bench -- --write\`, a section for each case. Each figure was printed by the command below it. Programs
are the built bundles, whole processes from start to end, on loopback against the tests' S3 server as a process of its own;
all share the machine's cores. A case and its reference run in turn; the ratio is the median of the pairs. Peak memory is
the kernel's figure for the whole process (VmHWM, read at its end; elsewhere than on Linux getrusage), in MiB; CPU seconds
are those of all its threads. The figures of two sections compare only if machine and date do.
`;

const heading = /^## (?=\S)/mu;

/** The page with these sections, by case, in the place of their earlier ones. `order`: the names of all cases. */
export function pageWith(page: string, sections: ReadonlyMap<string, string>, order: readonly string[]): string {
  const known = new Map<string, string>();
  for (const text of page.split(heading).slice(1))
    known.set(text.slice(0, text.indexOf('\n')), `## ${text.trimEnd()}\n`);
  for (const [name, section] of sections) known.set(name, section);
  return [introduction, ...order.flatMap((name) => known.get(name) ?? [])].join('\n');
}
