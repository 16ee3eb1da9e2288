// Words that texts for users do not contain, each with what to write instead. The patterns prefer a miss to a false alarm.

const glossary: readonly (readonly [RegExp, string])[] = [
  [/\bmend(?:s|ed|ing)?\b/iu, '“fix” or “remedy”'],
  [/\b(?:data|files?|rows?|objects?|tables?|keys?) (?:lies?|stands?)\b/iu, '“is” or “is stored”'],
  [/\b(?:where|below) (?:it|they|the \w+) lies?\b/iu, '“is” or “is stored”'],
  [/\bpass(?:es|ed)? over\b|\bleft out\b/iu, '“skipped” or “ignored”'],
  [/\btak(?:e|es|en|ing) (?:on the role|back)\b|\btaken on\b/iu, '“assume” (of a role) or “roll back”'],
  [/\bput in order\b/iu, '“clean up”'],
  [/\banew\b/iu, '“again”'],
  [/\bbesides? (?:it|them|this)\b/iu, '“next to”'],
  [/\b(?:is|are) no (?!longer|more|less|such|way\b|limit|need|entry|value)\w+(?:[.,;:]| (?:of|for)\b)/iu, '“is not a”'],
  [/\b(?:has|have|needs?) no leave\b/iu, '“is not allowed”'],
  [
    /\bwhole(?:ly)? (?:run|file|report|table|bucket|object|stream|world)s?\b|\bread whole\b/iu,
    '“complete” or “entire”',
  ],
  [/\bwhat (?:was|is) there before\b/iu, '“the previous data stays current”'],
  [/\brows (?:it|they) holds?\b|\bthat come again\b/iu, '“its rows” or “replayed rows”'],
  [/\bexchanged\b|\bmakes? way\b/iu, '“replaced”'],
  [/\bof (?:our|its) own making\b/iu, '“written by this connector”'],
  [/\bends? with (?:\d|an? exit code)/iu, '“exits with”'],
  [/\bin mid-file\b/iu, '“partway through a file”'],
  [/\b(?:go|goes|going|went) on\b/iu, '“continues” or “resume”'],
  [/\bdoes not do\b(?=[.;:]|$)/iu, '“is insufficient”'],
  [/\b(?:is|are|was|were) told\b/iu, '“reports” or “logs”'],
  [/\bgiv(?:e|es|en|ing) (?:\w+ )?up\b|\bgive .* up\b/iu, '“abort”'],
  [/\bgave back\b|\bgiven back\b/iu, '“returned”'],
  [/\bfor good\b/iu, '“permanently”'],
];

/** Each glossary word in the text, with its replacement. */
export function glossaryFaults(text: string): readonly string[] {
  return glossary.flatMap(([pattern, instead]) => {
    const [word] = pattern.exec(text) ?? [];
    return word === undefined ? [] : [`“${word}”: write ${instead}`];
  });
}
