"""Files of the archive that are not what they should be: what is told of them, and what helps."""
import json
import os
import shutil
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


if __name__ == "__main__":
    unittest.main()
