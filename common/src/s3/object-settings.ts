// The settings for every written object. `spec` needs them, so they do not load the SDK.

/** Only classes whose objects can be read at once, because documents and staged files are read again. */
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
