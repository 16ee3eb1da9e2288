# dlt from JSON lines in a local folder to its filesystem destination.
#   python dlt_write.py ENDPOINT FOLDER GLOB parquet|jsonl WORK_FOLDER
import os
import sys

os.environ['RUNTIME__DLTHUB_TELEMETRY'] = 'false'

import dlt
from dlt.common.configuration.specs import AwsCredentials
from dlt.destinations import filesystem
from dlt.sources.filesystem import readers

endpoint, folder, glob, form, work = sys.argv[1:]
credentials = AwsCredentials(
    aws_access_key_id='AKIABENCH',
    aws_secret_access_key='bench-secret',
    region_name='eu-central-1',
    endpoint_url=endpoint,
)
resource = readers(bucket_url=folder, file_glob=glob).read_jsonl(chunksize=10_000)
resource.max_table_nesting = 0  # Lists and objects stay in the row.
pipeline = dlt.pipeline(
    pipeline_name='bench',
    pipelines_dir=work,
    destination=filesystem(bucket_url='s3://bench/dlt', credentials=credentials),
    dataset_name='bench',
)
print(pipeline.run(resource, table_name='events', loader_file_format=form))
