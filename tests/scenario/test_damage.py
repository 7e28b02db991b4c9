"""Files of the archive that are not what they should be: what is told of them, and what helps."""
import json
import os
import shutil
import subprocess
import unittest

from harness import Story, article


class Damage(Story):
    def setUp(self):
        super().setUp()
        self.take(1)
        self.views, self.logfile = self.archive / "views.mdb", self.archive / "log.mdb"

    def take(self, n):
        self.write(f"{n}.txt", article(n))
        self.once()

    def events(self):
        return [json.loads(line) for line in self.chancery("events", "--format", "jsonl").stdout.splitlines()]

    def test_views_that_are_ahead_of_a_log_that_was_put_back_are_made_again(self):
        shutil.copy(self.logfile, self.place / "older.mdb")
        before = self.events()
        self.take(2)
        self.assertGreater(len(self.events()), len(before))
        shutil.copy(self.place / "older.mdb", self.logfile)
        self.assertEqual(self.events(), before)
        self.chancery("correct", before[0]["id"], "--not-an-event", "--reason", "read again")
        self.assertNotIn(before[0]["id"], [e["id"] for e in self.events()])
        self.sound()

    def test_a_check_of_views_ahead_of_the_log_says_no_word_of_interruption(self):
        shutil.copy(self.logfile, self.place / "older.mdb")
        self.take(2)
        shutil.copy(self.place / "older.mdb", self.logfile)
        done = self.chancery("replay", "--check")
        self.assertEqual(done.stderr, "")


class FullDisk(Story):
    """A small disk on which a filler leaves next to no room, until it is removed."""

    def setUp(self):
        super().setUp()
        self.disk = self.place / "disk"
        self.disk.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(self.disk)], capture_output=True)
        if done.returncode:
            self.skipTest("no file system can be mounted here")
        for n in range(12):
            self.write(f"{n}.txt", article(n))
        self.once()

    def tearDown(self):
        subprocess.run(["umount", str(self.disk)], capture_output=True, check=False)
        super().tearDown()

    def fill(self, left):
        with open(self.disk / "filler", "wb") as filler:
            filler.write(b"x" * (8 << 20) if not left else b"x" * ((8 << 20) - left))

    def fails_until_there_is_room(self, left, *arguments):
        """What is left, and said, when there is none."""
        try:
            self.fill(left)
        except OSError:
            pass
        done = self.chancery(*arguments, expect=3)
        self.assertIn("make room and try again", done.stderr)
        (self.disk / "filler").unlink()
        there = sorted(path.name for path in self.disk.rglob("*") if not path.is_dir())
        self.chancery(*arguments)
        return there, done.stderr

    def test_a_backup_that_failed_leaves_nothing_in_the_way(self):
        there, _ = self.fails_until_there_is_room(48 << 10, "backup", str(self.disk / "copy"))
        self.assertEqual(there, [])
        self.chancery("--archive", str(self.disk / "copy"), "verify")

    def test_a_backup_that_was_ended_midway_says_what_is_in_the_way(self):
        (self.disk / "copy").mkdir()
        (self.disk / "copy" / "log.mdb.part").touch()
        self.assertIn("midway; remove it", self.chancery("backup", str(self.disk / "copy"), expect=3).stderr)

    def test_a_look_that_failed_is_made_once_there_is_room(self):
        for left in (0, 4 << 10, 16 << 10, 100 << 10):
            look = str(self.disk / f"look-{left}")
            self.fails_until_there_is_room(left, "replay", "--to", "9", "--into", look)
            self.chancery("--archive", look, "replay", "--check")
            shutil.rmtree(look)

    def test_an_export_that_failed_names_its_file_and_leaves_none(self):
        file = self.disk / "x.db"
        there, said = self.fails_until_there_is_room(16 << 10, "export", "sqlite", "--output", str(file))
        self.assertEqual(there, [])
        self.assertIn(f"{file}: ", said)


if __name__ == "__main__":
    unittest.main()
