"""Parses the statements of `ddl` for Athena with Hive's own parsers, those of its language and of its types, which PySpark brings.

Usage: hive_ddl.py   (the statements on stdin, each ended by `;` and an empty line)
Prints [{"table", "columns", "partitions"}], names and types as Hive says them. Exits with 1 and Hive's reason for a statement, a type
or a table's name that Hive refuses.
"""

import glob
import json
import os
import sys
import tempfile

import pyspark
from py4j.java_gateway import JavaGateway
from py4j.protocol import Py4JJavaError

SCALARS = {
    "TOK_BOOLEAN": "boolean",
    "TOK_BIGINT": "bigint",
    "TOK_INT": "int",
    "TOK_DOUBLE": "double",
    "TOK_STRING": "string",
    "TOK_DATE": "date",
    "TOK_TIMESTAMP": "timestamp",
}


def children(node):
    return [node.getChild(number) for number in range(node.getChildCount())]


def found(node, name):
    """All nodes of that name that are in no other such node."""
    if node.getText() == name:
        return [node]
    return [one for child in children(node) for one in found(child, name)]


def type_text(node):
    """In the form of Hive's metastore and type parser: names of members have no quotes."""
    kind = node.getText()
    if kind == "TOK_LIST":
        return f"array<{type_text(node.getChild(0))}>"
    if kind == "TOK_STRUCT":
        members = children(node.getChild(0))
        return f"struct<{','.join(f'{one.getChild(0).getText()}:{type_text(one.getChild(1))}' for one in members)}>"
    return SCALARS[kind]


def columns(node):
    named = {one.getChild(0).getText(): type_text(one.getChild(1)) for one in children(node)}
    return {name: str(types.getTypeInfoFromTypeString(text).getTypeName()) for name, text in named.items()}


jars = glob.glob(os.path.join(os.path.dirname(pyspark.__file__), "jars", "*"))
gateway = JavaGateway.launch_gateway(classpath=os.pathsep.join(jars), die_on_exit=True, javaopts=["-Xmx512m"])
hive = gateway.jvm.org.apache.hadoop.hive
types = hive.serde2.typeinfo.TypeInfoUtils
conf = hive.conf.HiveConf()
with tempfile.TemporaryDirectory() as folder:
    for key in ["hdfs.session.path", "local.session.path", "tmp_table_space"]:
        conf.set(f"_hive.{key}", folder)
    described = []
    try:
        for statement in sys.stdin.read().split(";\n\n"):
            if statement == "":
                continue
            tree = hive.ql.parse.ParseDriver().parse(statement, hive.ql.Context(conf))
            table = found(tree, "TOK_TABNAME")[0].getChild(0).getText()
            if not hive.metastore.MetaStoreUtils.validateName(table, conf):
                sys.exit(f"Hive takes no table of the name {table}")
            own, folders = found(tree, "TOK_TABCOLLIST")
            described.append({"table": table, "columns": columns(own), "partitions": columns(folders)})
    except Py4JJavaError as error:
        sys.exit(str(error.java_exception))
print(json.dumps(described))
gateway.shutdown()
