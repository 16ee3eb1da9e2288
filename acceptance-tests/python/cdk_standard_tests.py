"""The standard tests of Airbyte's CDK for an executable, which they would otherwise call as a Python object.

pytest runs this file in the folder of the connector (metadata, acceptance-test-config.yml, secrets/config.json); the
environment variable CONNECTOR is the executable. Only its spec is taken in this process; every verb is a child process.
"""

import os
import subprocess
from pathlib import Path

from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.standard_tests.destination_base import DestinationTestSuiteBase
from airbyte_cdk.test.standard_tests.source_base import SourceTestSuiteBase

EXECUTABLE = os.environ["CONNECTOR"]
ROOT = Path.cwd()


class Executable:
    """What the suite asks of a connector object: that there is a spec."""

    def spec(self, logger):
        raise NotImplementedError


def run_command(source, args, expecting_exception=None, *, expected_outcome=None):
    ended = subprocess.run([EXECUTABLE, *args], capture_output=True, text=True, check=False)
    assert ended.stderr == "", ended.stderr
    failure = None if ended.returncode == 0 else RuntimeError(f"exit code {ended.returncode}")
    return entrypoint_wrapper.EntrypointOutput(messages=ended.stdout.splitlines(), uncaught_exception=failure)


entrypoint_wrapper._run_command = run_command

BASE = SourceTestSuiteBase if ROOT.name.startswith("source-") else DestinationTestSuiteBase


class TestStandard(BASE):
    connector = Executable

    @classmethod
    def get_connector_root_dir(cls):
        return ROOT
