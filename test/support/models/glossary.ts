// Words that were hard to read once and are not used again, each with what to write instead. The patterns prefer a miss to a false alarm.

const glossary: readonly (readonly [RegExp, string])[] = [
  [/\bmend(?:s|ed|ing)?\b/iu, 'fix, remedy'],
  [/\b(?:lies?|lay) (?:above|at|below|beside|between|in|on|outside|there)\b/iu, 'is, is stored'],
  [/\bstands? (?:above|around|at|behind|below|beside|between|in(?! for)|on|there)\b/iu, 'is'],
  [/\b(?:data|files?|rows?|objects?|tables?|keys?) (?:lies?|stands?)\b/iu, 'is, is stored'],
  [/\b(?:where|below) (?:it|they|the \w+) lies?\b/iu, 'is, is stored'],
  [/\b(?:is|are|was|were) told\b|\btold by\b/iu, 'reports, logs, returns, recognised by'],
  [/\bpass(?:es|ed) over\b/iu, 'skipped, ignored'],
  [/\bleft out\b/iu, 'omitted, skipped'],
  [/\b(?:takes?|taken|took|taking) back\b/iu, 'roll back'],
  [/\btak(?:e|es|en|ing) on the role\b|\btaken on\b/iu, 'assume'],
  [/\bputs? in order\b/iu, 'clean up'],
  [/\banew\b/iu, 'again'],
  [/\bbesides (?:it|them|this)\b|\bbeside (?!FROM|as\b)(?=[\w`"'<])/u, 'next to, with'],
  [/\bbehind (?:a|each|every|it|that|the|them|this)\b/iu, 'after'],
  [/\b(?:no|without) leave\b/iu, 'is not allowed, not needed'],
  [/\bthat (?:are|is) none\b(?! of)/iu, 'is not a …'],
  [
    /(?<![Tt]here )\b(?:is|are) no (?!longer|more|less|such|way\b|limit|need|entry|value)\w+(?:[.,;:]| (?:of|for)\b)/iu,
    'is not a …',
  ],
  [/\bwhole(?:ly)? (?:bucket|file|object|report|run|stream|table|world)s?\b|\bread whole\b/iu, 'complete, intact'],
  [/\bwhat (?:lay|was) there\b/iu, 'the previous data'],
  [/\brows (?:it|they) holds?\b|\bcomes? again\b/iu, 'its rows; are repeated, are replayed'],
  [/\bexchanged\b|\bmakes? way\b/iu, 'replaced'],
  [/\bof (?:its|our|their) own making\b|\bof ours\b(?!\))/iu, 'written by this connector'],
  [/\bends? with (?:(?:0|1|130|143)\b|an? exit code)/iu, 'exits with …'],
  [/\bmid-file\b/iu, 'partway through a file'],
  [/\b(?:go|goes|going|gone|went) on\b/iu, 'continue, resume'],
  [/\b(?:arrive|arrives|come|comes|stored) as (?:it|they) (?:were|was|came|come)\b/iu, 'byte for byte'],
  [/\bdo(?:es)? not do\b/iu, 'is insufficient'],
  [/\bgiv(?:e|es|en|ing) (?:it |them )?up\b/iu, 'abort'],
  [/\bgave back\b|\bgiven back\b/iu, 'returned'],
  [/\bfor good\b/iu, 'permanently'],
  [/\bsome \d/iu, 'about'],
  [/(?<=[.:;] )Of (?:an?|each|the|these|what)\b/u, 'the subject first'],
  [/(?<![\d.,])1 (?:files|folders|messages|records|requests|rows|states|streams|tables)\b/iu, 'the singular'],
];

export type GlossaryFinding = { readonly found: string; readonly index: number; readonly instead: string };

/** Each glossary word in the text, with its replacement. */
export function glossaryFindings(text: string): readonly GlossaryFinding[] {
  return glossary.flatMap(([pattern, instead]) =>
    Array.from(text.matchAll(new RegExp(pattern, `${pattern.flags}g`)), ({ 0: found, index }) => ({
      found,
      index,
      instead,
    })),
  );
}
