"""Holds requests to AWS Batch to AWS's own model of its API.

Usage: validate_batch.py <operation>=<file.json>…; exits with 1 and says what is wrong.
"""

import json
import sys

import botocore.session
from botocore.validate import ParamValidator

model = botocore.session.get_session().get_service_model("batch")
for argument in sys.argv[1:]:
    operation, _, path = argument.partition("=")
    with open(path, encoding="utf-8") as file:
        request = json.load(file)
    report = ParamValidator().validate(request, model.operation_model(operation).input_shape)
    if report.has_errors():
        sys.exit(f"{path}: {report.generate_report()}")
    print(operation, sum(1 for _ in json.dumps(request)))
