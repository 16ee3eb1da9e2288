// The numbers of fields, with their names from the specification.
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift

export const fileMetaData = {
  version: 1,
  schema: 2,
  num_rows: 3,
  row_groups: 4,
  key_value_metadata: 5,
  created_by: 6,
} as const;

export const schemaElement = {
  type: 1,
  type_length: 2,
  repetition_type: 3,
  name: 4,
  num_children: 5,
  converted_type: 6,
  precision: 8,
  logical_type: 10,
} as const;

/** TimeType and TimestampType are equal. */
export const timeType = { is_adjusted_to_utc: 1, unit: 2 } as const;

export const keyValue = { key: 1, value: 2 } as const;

export const rowGroup = { columns: 1, total_byte_size: 2, num_rows: 3 } as const;

export const columnChunk = { file_path: 1, file_offset: 2, meta_data: 3, crypto_metadata: 8 } as const;

export const columnMetaData = {
  type: 1,
  encodings: 2,
  path_in_schema: 3,
  codec: 4,
  num_values: 5,
  total_uncompressed_size: 6,
  total_compressed_size: 7,
  data_page_offset: 9,
  dictionary_page_offset: 11,
} as const;

export const pageHeader = {
  type: 1,
  uncompressed_page_size: 2,
  compressed_page_size: 3,
  crc: 4,
  data_page_header: 5,
  data_page_header_v2: 8,
} as const;

/** DataPageHeader and DataPageHeaderV2 begin alike. */
export const dataPageHeader = { num_values: 1 } as const;
