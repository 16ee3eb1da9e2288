# dlt's filesystem source: the rows of all files as JSON lines. It has no Hive columns.
#   python dlt_read.py ENDPOINT GLOB parquet|csv
import os
import sys

os.environ['RUNTIME__DLTHUB_TELEMETRY'] = 'false'

import orjson
from dlt.common.configuration.specs import AwsCredentials
from dlt.sources.filesystem import readers

endpoint, glob, form = sys.argv[1:]
credentials = AwsCredentials(
    aws_access_key_id='AKIABENCH',
    aws_secret_access_key='bench-secret',
    region_name='eu-central-1',
    endpoint_url=endpoint,
)
source = readers(bucket_url='s3://bench', credentials=credentials, file_glob=glob)
resource = source.read_parquet if form == 'parquet' else source.read_csv
out = sys.stdout.buffer
for row in resource(chunksize=10_000):
    out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE, default=str))
