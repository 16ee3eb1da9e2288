"""The text of a file that may be compressed."""

import gzip

import cramjam


def text_of(path, encoding):
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    elif data[:4] == b"\x28\xb5\x2f\xfd":
        data = bytes(cramjam.zstd.decompress(data))
    return data.decode(encoding)
