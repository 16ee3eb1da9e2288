import { registerValuesInTexts } from '../support/values-in-texts.ts';

registerValuesInTexts((kind) => !kind.includes('Parquet'));
