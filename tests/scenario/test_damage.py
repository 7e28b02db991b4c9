"""Files of the archive that are not what they should be: what is told of them, and what helps."""
import fcntl
import json
import os
import shutil
import subprocess
import unittest

from harness import BUILD, Story, article


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

    def test_views_of_another_history_of_the_archive_are_made_again(self):
        shutil.copy(self.logfile, self.place / "older.mdb")
        self.take(2)
        self.events()
        ours = self.views.read_bytes()
        shutil.copy(self.place / "older.mdb", self.logfile)
        self.write("3.txt", article(3, "A Rússia acusou o Japão de romper o acordo."))
        self.once()
        told, end = self.events(), len(self.log())
        self.views.write_bytes(ours)
        self.assertEqual(self.events(), told)
        self.assertEqual(len(self.log()), end)
        self.sound()

    def test_a_check_of_views_ahead_of_the_log_says_no_word_of_interruption(self):
        shutil.copy(self.logfile, self.place / "older.mdb")
        self.take(2)
        shutil.copy(self.place / "older.mdb", self.logfile)
        done = self.chancery("replay", "--check")
        self.assertEqual(done.stderr, "")

    def refused(self, word, *commands, expect=3, **more):
        for command in commands:
            done = self.chancery(*command, expect=expect, **more)
            self.assertIn(word, done.stdout + done.stderr, command)

    def test_a_directory_in_the_place_of_views_or_a_mark_is_to_be_moved_away(self):
        self.views.unlink()
        self.views.mkdir()
        self.refused("views.mdb is no file", ["stats"], ["replay"], ["verify"])
        self.refused("move it away", ["stats"], ["replay"])
        self.views.rmdir()
        (self.archive / "views.unfinished").mkdir()
        self.refused("views.unfinished is no file", ["replay"])

    def test_an_empty_log_is_told_alike_by_a_question_and_a_check(self):
        self.logfile.write_bytes(b"")
        self.refused("the file is empty: nothing was written yet", ["stats"], ["verify"])

    def test_a_pipe_in_the_place_of_the_log_is_waited_for_by_nobody(self):
        self.logfile.unlink()
        os.mkfifo(self.logfile)
        self.refused("log.mdb: conflicts with what is there: it is no file", ["verify"], ["stats"], ["backup", "x"])

    def test_a_pipe_in_the_place_of_a_mark_is_waited_for_by_nobody(self):
        os.mkfifo(self.archive / "views.unsynced")
        self.refused("views.unsynced is no file", ["stats"])

    def test_a_damaged_page_has_its_number_even_where_it_is_the_first(self):
        with open(self.logfile, "r+b") as file:
            file.seek(16)
            file.write(b"xxxx")
        self.refused("page:0: damaged: is no meta page", ["verify"], expect=4)

    def test_a_backup_of_a_damaged_log_names_the_log(self):
        size = self.logfile.stat().st_size
        refused = 0
        for page in range(2, size // 4096):
            shutil.copy(self.logfile, self.place / "sound.mdb")
            with open(self.logfile, "r+b") as file:
                file.seek(page * 4096 + 10)
                file.write(b"\xff\xff\xff\xff")
            copy = self.place / f"copy-{page}"
            done = self.chancery("backup", str(copy), expect=None)
            shutil.copy(self.place / "sound.mdb", self.logfile)
            if done.returncode == 3:
                refused += 1
                self.assertRegex(done.stderr, r"^chancery: page:\d+: damaged: ")
                self.assertIn(f"{self.logfile}: damaged", done.stderr)
                self.assertFalse(copy.exists())
        self.assertTrue(refused)

    def test_broken_data_of_the_program_are_not_looked_for_in_the_archive(self):
        data = self.place / "data"
        shutil.copytree(BUILD / "share/chancery", data)
        for name, question in (("catalogue.lex", "stats"), ("commitments.tsv", "stats"), ("endings.tsv", "search x")):
            kept = (data / name).read_bytes()
            for left in ([kept[:8], None] if name.endswith(".lex") else [None]):
                (data / name).unlink()
                if left:
                    (data / name).write_bytes(left)
                done = self.chancery(*question.split(), expect=3, env=os.environ | {"CHANCERY_DATA": str(data)})
                self.assertIn("CHANCERY_DATA", done.stderr, name)
                self.assertNotIn("verify", done.stderr, name)
                self.assertNotIn("--archive", done.stderr, name)
            (data / name).write_bytes(kept)

    def test_a_replay_beside_another_says_nothing_of_a_daemon_that_is_not(self):
        with open(self.archive / "views.lock", "r+b") as held:
            fcntl.lockf(held, fcntl.LOCK_EX)
            done = self.chancery("replay", expect=3)
        self.assertNotIn("daemon", done.stderr)
        self.assertIn("try again", done.stderr)


class FullDisk(Story):
    """A small disk on which a filler leaves next to no room, until it is removed."""

    def setUp(self):
        super().setUp()
        self.disk = self.place / "disk"
        self.disk.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(self.disk)], capture_output=True)
        if done.returncode:
            self.skipTest("no file system can be mounted here")
        self.addCleanup(self.unmount)  # also where what follows fails
        for n in range(12):
            self.write(f"{n}.txt", article(n))
        self.once()

    def unmount(self):
        if self.disk.is_mount():
            subprocess.run(["umount", "--lazy", str(self.disk)], capture_output=True, check=False)

    def tearDown(self):
        self.unmount()
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
