// What an operator can choose for every object that is written, without the SDK: `spec` needs it.

/** Those whose objects can be read at once: documents and staged files are read again. */
export const storageClasses = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'REDUCED_REDUNDANCY',
] as const;
export type StorageClass = (typeof storageClasses)[number];

export type ObjectTag = { readonly key: string; readonly value: string };
