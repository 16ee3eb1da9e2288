"""Writes damaged Parquet files and whole ones among them, each below a folder of its own: a table for source-s3.

Usage: break_parquet.py <folder to write to> <seed>
Complete tables are called `whole…`. All others may be refused, and may be read only if they still have what was written.
"""

import base64
import random
import struct
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

target, seed = Path(sys.argv[1]), sys.argv[2]
dice = random.Random(seed)
ROWS = 300
FLIPS = 40


def put(name, body):
    (target / name).mkdir(parents=True)
    (target / name / "data.parquet").write_bytes(body)


def table():
    return pa.table(
        {
            "id": pa.array(range(ROWS), pa.int64()),
            "name": [f"name {index % 17} of {index}" for index in range(ROWS)],
            "list": [[index, None, -index] if index % 3 else None for index in range(ROWS)],
            "point": [{"x": index / 7, "y": "ü" * (index % 5)} for index in range(ROWS)],
            "map": pa.array([[(f"k{index % 4}", index)] for index in range(ROWS)], pa.map_(pa.string(), pa.int64())),
            "when": pa.array(range(ROWS), pa.timestamp("us", "UTC")),
            "flag": [index % 2 == 0 for index in range(ROWS)],
        }
    )


def written(**options):
    sink = pa.BufferOutputStream()
    pq.write_table(table(), sink, row_group_size=100, **options)
    return sink.getvalue().to_pybytes()


def with_footer_length(body, length):
    return body[:-8] + struct.pack("<I", length) + body[-4:]


class Keys(pe.KmsClient):
    """A key store that hides nothing."""

    def __init__(self, _config):
        super().__init__()

    def wrap_key(self, key_bytes, _name):
        return base64.b64encode(key_bytes)

    def unwrap_key(self, wrapped_key, _name):
        return base64.b64decode(wrapped_key)


def encrypted(plaintext_footer):
    factory = pe.CryptoFactory(lambda config: Keys(config))
    config = pe.EncryptionConfiguration(footer_key="f", column_keys={"c": ["id", "name"]}, plaintext_footer=plaintext_footer)
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), config)
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table().schema, encryption_properties=properties) as writer:
        writer.write_table(table())
    return sink.getvalue().to_pybytes()


plain = written(compression="none", use_dictionary=False)
bodies = {
    "plain": plain,
    "dictionary": written(compression="none"),
    "zstd": written(compression="zstd"),
    "snappy": written(compression="snappy", data_page_version="2.0"),
    "gzip": written(compression="gzip"),
    "brotli": written(compression="brotli"),
    "delta": written(compression="none", use_dictionary=False, column_encoding={"id": "DELTA_BINARY_PACKED", "name": "DELTA_BYTE_ARRAY"}),
}
for name, body in bodies.items():
    put(f"whole_{name}", body)
    footer = struct.unpack("<I", body[-8:-4])[0] + 8
    for index in range(FLIPS):
        # Half of them in the footer, where a bit decides most.
        at = len(body) - dice.randint(9, footer - 1) if index % 2 else dice.randrange(4, len(body) - footer)
        changed = bytearray(body)
        changed[at] ^= 1 << dice.randrange(8)
        put(f"flip_{name}_{index:02d}", bytes(changed))
    for index in range(4):
        at = dice.randrange(4, len(body) - footer)
        put(f"noise_{name}_{index}", body[:at] + dice.randbytes(200) + body[at + 200 :])
        put(f"footer_noise_{name}_{index}", body[: -footer + 40 * index] + dice.randbytes(40) + body[-footer + 40 * index + 40 :])
        put(f"cut_{name}_{index}", body[: dice.randrange(1, len(body))])
    put(f"headless_{name}", body[len(body) // 3 :])
    put(f"hole_{name}", body[:500] + body[900:])

odd = {
    "footer_zero": with_footer_length(plain, 0),
    "footer_one": with_footer_length(plain, 1),
    "footer_huge": with_footer_length(plain, 2**32 - 1),
    "footer_whole": with_footer_length(plain, len(plain) - 8),
    "footer_short": with_footer_length(plain, 100),
    "footer_zeros": plain[:-1000] + bytes(992) + plain[-8:],
    "twelve": b"PAR1" + bytes(4) + b"PAR1",
    "magic_only": b"PAR1PAR1PAR1",
    "text": b"id,name\n1,x\n" * 1000,
    "json": b'{"id": 1}\n' * 1000,
    "zeros": bytes(5000),
    "noise": dice.randbytes(5000),
    "one_byte": b"P",
    "half_magic": plain[:-2],
    "twice": plain + plain,
    "other_order": plain[-500:] + plain[:-500],
    "orc": b"ORC" + dice.randbytes(3000) + b"\x03ORC",
    "arrow": b"ARROW1\0\0" + dice.randbytes(3000) + b"ARROW1",
    "encrypted_footer": encrypted(False),
    "encrypted_columns": encrypted(True),
}
for name, body in odd.items():
    put(f"odd_{name}", body)
big = pa.table({"s": pa.array(["x" * 700_000_000])})
pq.write_table(big, (target / "odd_bomb.parquet"), compression="brotli", use_dictionary=False)
put("odd_bomb", (target / "odd_bomb.parquet").read_bytes())
(target / "odd_bomb.parquet").unlink()
