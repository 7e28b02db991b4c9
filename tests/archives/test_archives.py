#!/usr/bin/env python3
"""What older editions wrote is read as it was, lifted to today's schemas."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CHANCERY = pathlib.Path(os.environ.get("CHY_BUILD", "build/dev")) / "bin/chancery"
sys.path.insert(0, str(HERE.parent / "scenario"))

from read_log import records  # noqa: E402


class Archives(unittest.TestCase):
    def archives(self):
        dumps = sorted(HERE.glob("*.dump"))
        self.assertTrue(dumps)
        for dump in dumps:
            with self.subTest(edition=dump.stem), tempfile.TemporaryDirectory() as place:
                subprocess.run(["mdb_load", "-n", "-f", str(dump), f"{place}/log.mdb"], check=True,
                               capture_output=True)
                yield dump, place

    def chancery(self, place, *words):
        done = subprocess.run([CHANCERY, "--archive", place, *words], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_each_record_is_what_it_was(self):
        for dump, place in self.archives():
            expected = dump.with_suffix(".jsonl").read_text(encoding="utf-8")
            self.assertEqual(self.chancery(place, "log", "--format", "jsonl"), expected)

    def test_another_language_finds_the_chain_whole(self):
        for dump, place in self.archives():
            expected = dump.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
            self.assertEqual([r["hash"] for r in records(place)],
                             [json.loads(line)["hash"] for line in expected])

    def test_each_is_sound_and_its_views_can_be_made(self):
        for _, place in self.archives():
            self.chancery(place, "verify")
            self.chancery(place, "replay")
            self.chancery(place, "stats")


if __name__ == "__main__":
    unittest.main(verbosity=1)
