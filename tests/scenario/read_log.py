#!/usr/bin/env python3
"""Reads a log by docs/log-format.md alone: Python's standard library over
mdb_dump. Prints each record as a JSON line and checks the chain.

usage: read_log.py ARCHIVE
"""
import hashlib
import json
import struct
import subprocess
import sys


def entries(archive, table):
    """(key, value) of a table, in order."""
    dump = subprocess.run(["mdb_dump", "-n", "-s", table, f"{archive}/log.mdb"],
                          capture_output=True, check=True).stdout.decode("ascii").splitlines()
    lines = iter(dump[dump.index("HEADER=END") + 1:])
    for key in lines:
        if key.startswith("DATA=END"):
            return
        yield bytes.fromhex(key.strip()), bytes.fromhex(next(lines).strip())


def records(archive):
    before = bytes(32)
    for number, (key, value) in enumerate(entries(archive, "records"), 1):
        if struct.unpack(">Q", key)[0] != number:
            raise ValueError(f"record {number} is missing")
        if hashlib.blake2b(value[32:], digest_size=32).digest() != value[:32]:
            raise ValueError(f"record {number}: its bytes contradict its hash")
        frame, prev, seq, time, schema, n = struct.unpack(">B32sQqHB", value[32:84])
        if frame != 1 or seq != number or prev != before:
            raise ValueError(f"record {number} does not follow the one before it")
        kind = value[84:84 + n].decode("ascii")
        size, = struct.unpack(">I", value[84 + n:88 + n])
        body = value[88 + n:]
        if len(body) != size:
            raise ValueError(f"record {number}: its body is cut off")
        before = value[:32]
        yield {"seq": seq, "time": time, "kind": kind, "schema": schema, "hash": value[:32].hex(),
               "prev": prev.hex(), "body": json.loads(body)}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for record in records(sys.argv[1]):
        print(json.dumps(record, ensure_ascii=False, sort_keys=True))
