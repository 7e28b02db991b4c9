"""The log as another language reads it, and as the client shows it."""
import json
import pathlib
import subprocess
import sys
import unittest

from harness import SOURCE, Story, article
from read_log import records


class Log(Story):
    def setUp(self):
        super().setUp()
        for n in range(12):
            self.write(f"n{n}.txt", article(n))
        self.write("again.txt", article(3).replace("\n", "\r\n"))
        self.write("picture.png", b"\x89PNG\r\n\x1a\n")
        self.once()

    def test_another_language_reads_the_same_records(self):
        ours = [{k: r[k] for k in ("seq", "kind", "schema", "hash", "prev", "body")} for r in self.log()]
        theirs = [{k: r[k] for k in ("seq", "kind", "schema", "hash", "prev", "body")}
                  for r in records(self.archive)]
        self.assertEqual(ours, theirs)
        self.assertEqual(len(ours), 1 + 12 * 2 + 2)

    def test_log_after_and_limit(self):
        lines = self.chancery("log", "--after", "5", "--limit", "3", "--format", "jsonl").stdout
        self.assertEqual([json.loads(l)["seq"] for l in lines.splitlines()], [6, 7, 8])
        self.chancery("log", "--after", "1000", expect=1)
        self.chancery("log", "--after", "x", expect=2)

    def test_follow_from_a_cursor_to_the_end(self):
        cursor = self.place / "cursor"
        out = self.chancery("follow", "--after", "0", "--until-end", "--cursor-file", str(cursor)).stdout
        self.assertEqual([json.loads(l)["seq"] for l in out.splitlines()], list(range(1, 28)))
        self.assertTrue(cursor.read_text().endswith(":27\n"))
        out = self.chancery("follow", "--until-end", "--cursor-file", str(cursor)).stdout
        self.assertEqual(out, "")

    def test_views_are_made_again_when_they_are_deleted(self):
        before = self.chancery("replay", "--into", str(self.place / "a")).stdout
        for path in self.archive.glob("views.*"):
            path.unlink()
        self.chancery("stats")
        self.sound()
        self.assertEqual(self.chancery("replay").stdout, before)

    def test_as_of_answers_as_the_archive_did(self):
        self.assertIn("12 documents (13 sightings", self.chancery("stats").stdout)
        early = self.chancery("--as-of", "5", "stats").stdout
        self.assertIn("2 documents", early)
        self.chancery("--as-of", "2001-01-01", "stats", expect=1)

    def test_a_record_that_lies_ahead_is_refused_everywhere(self):
        for ahead in (["--as-of", "5000", "stats"], ["replay", "--to", "5000"], ["replay", "--to=28"],
                      ["replay", "--to", "5000", "--into", str(self.place / "then")],
                      ["diff", "--from", "1", "--to", "5000"]):
            self.assertIn("lies ahead", self.chancery(*ahead, expect=2).stderr)
        self.assertFalse((self.place / "then").exists())

    def test_what_is_of_now_is_refused_as_of_then(self):
        event = json.loads(self.chancery("events", "--format", "jsonl").stdout.splitlines()[0])
        before = len(self.log())
        reason = ["--reason", "a slip"]
        for command in (["correct", event["id"], "--date", "2014-02-07", *reason],
                        ["withdraw", event["document"], *reason], ["verify"], ["replay"],
                        ["replay", "--check"], ["backup", str(self.place / "copy")],
                        ["recode", "--dry-run"], ["ingest", __file__], ["follow", "--until-end"]):
            said = self.chancery("--as-of", "5", *command, expect=2).stderr
            self.assertIn("--as-of", said, command)
        self.assertEqual(len(self.log()), before)


if __name__ == "__main__":
    unittest.main(verbosity=1)
