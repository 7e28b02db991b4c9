"""Whatever lies in an inbox: taken, refused or left alone, and nothing lost."""
import os
import pathlib
import re
import socket
import stat
import subprocess
import time
import unittest

from harness import SANITIZED, Story, article, line, wait_until


def noise(n):
    """Much that does not compress well, in a language that is kept and not read."""
    words = " ".join(os.urandom(6).hex() for _ in range(5000))
    return f"Title: n{n}\nDate: 2014-02-08\nLanguage: fi\n\n{words}.\n"


class Inbox(Story):
    def test_a_file_renamed_in_is_taken_and_moves_to_done(self):
        self.start()
        self.write("a.txt", article(1))
        wait_until("a.txt is done", lambda: self.done() == ["a.txt"])
        self.assertEqual(self.kinds(), {"archive-created": 1, "document-added": 1, "events-coded": 1})
        self.sound()

    def test_a_file_written_slowly_is_taken_when_it_is_closed(self):
        self.start("--config", str(self.quick_scans()))
        text = article(2).encode()
        with open(self.inbox / "slow.txt", "wb") as f:
            for i in range(0, len(text), len(text) // 6):
                f.write(text[i:i + len(text) // 6])
                f.flush()
                time.sleep(0.5)
                self.assertEqual(self.done(), [])
        wait_until("slow.txt is done", lambda: self.done() == ["slow.txt"])
        self.assertEqual(len(self.added()), 1)

    def quick_scans(self):
        path = self.place / "quick.conf"
        path.write_text("rescan-seconds = 1\n")
        return path

    def test_hard_links_are_one_document_seen_twice(self):
        self.write("one.txt", article(3))
        os.link(self.inbox / "one.txt", self.inbox / "two.txt")
        self.once()
        self.assertEqual(self.done(), ["one.txt", "two.txt"])
        self.assertEqual(self.kinds()["document-added"], 1)
        self.assertEqual(self.kinds()["document-sighted"], 1)

    def test_what_is_no_regular_file_is_refused_with_a_reason(self):
        outside = self.place / "outside.txt"
        outside.write_text(article(4))
        os.symlink(outside, self.inbox / "link.txt")
        os.mkfifo(self.inbox / "pipe.txt")
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(str(self.inbox / "socket.txt"))
        if os.geteuid() == 0:
            os.mknod(self.inbox / "device.txt", stat.S_IFCHR | 0o600, os.makedev(1, 3))
        (self.inbox / "directory").mkdir()
        self.once()
        self.assertIn("symbolic link", self.reason("link.txt"))
        self.assertIn("named pipe", self.reason("pipe.txt"))
        self.assertIn("socket", self.reason("socket.txt"))
        if os.geteuid() == 0:
            self.assertIn("device", self.reason("device.txt"))
        self.assertTrue((self.inbox / "directory").is_dir())
        self.assertTrue(outside.exists())
        self.assertNotIn("document-added", self.kinds())

    def test_an_empty_and_a_huge_file_are_rejected_with_the_reason(self):
        (self.inbox / "empty.txt").write_bytes(b"")
        (self.inbox / "blank.txt").write_bytes(b" \n\n ")
        with open(self.inbox / "huge.txt", "wb") as f:
            f.truncate(1 << 30)
        self.once()
        self.assertIn("empty", self.reason("empty.txt"))
        self.assertIn("empty", self.reason("blank.txt"))
        self.assertIn("1073741824 bytes", self.reason("huge.txt"))
        self.assertEqual(self.kinds()["document-rejected"], 3)
        self.sound()

    def test_names_of_any_bytes_are_taken(self):
        names = [b"line\nbreak.txt", b"latin\xe9.txt", b"percent%41.txt", "São Tomé.txt".encode()]
        for i, name in enumerate(names):
            self.write(os.fsdecode(name), article(10 + i))
        self.once()
        self.assertEqual(sorted(self.added()), sorted(
            ["line%0Abreak.txt", "latin%E9.txt", "percent%2541.txt", "São Tomé.txt"]))
        self.assertEqual(sorted(os.listdir(os.fsencode(self.inbox / "done"))), sorted(names))

    def test_names_of_files_in_the_making_are_left_alone(self):
        left = ["a.tmp", ".hidden", "b.part", "c.txt~", "d.lock"]
        for name in left:
            (self.inbox / name).write_text(article(20))
        self.once()
        self.assertEqual(sorted(p.name for p in self.inbox.iterdir() if p.is_file()), sorted(left))
        self.assertEqual(self.kinds(), {"archive-created": 1})

    def test_thousands_of_unreadable_files_keep_nobody_from_the_others(self):
        for n in range(5000):
            os.close(os.open(self.inbox / f"secret{n}.txt", os.O_CREAT | os.O_WRONLY, 0))
        self.start(prefix=self.unprivileged())
        self.write("plain.txt", article(31))
        wait_until("plain.txt is done", lambda: self.done() == ["plain.txt"])
        self.assertGreaterEqual(self.status()["looked_at_again"], 5000)

    def test_a_file_that_is_open_for_writing_is_left_by_once(self):
        with open(self.inbox / "open.txt", "w") as f:
            f.write(article(32))
            f.flush()
            self.once()
            self.assertEqual(self.done(), [])
        self.once()
        self.assertEqual(self.done(), ["open.txt"])

    def test_a_reason_writes_over_no_file(self):
        (self.inbox / "a.txt.reason").write_bytes(b"")
        self.once()
        (self.inbox / "a.txt").write_bytes(b"")
        self.once()
        self.assertEqual(self.rejected(), ["a.txt.2", "a.txt.2.reason", "a.txt.reason",
                                           "a.txt.reason.reason"])
        self.assertEqual((self.inbox / "rejected" / "a.txt.reason").read_bytes(), b"")

    def test_a_file_of_bad_lines_alone_is_rejected_with_each_line(self):
        self.write("lines.jsonl", "{\"title\":\n[1,2\nno json\n")
        self.once()
        self.assertEqual(self.rejected(), ["lines.jsonl", "lines.jsonl.reason"])
        self.assertNotIn("document-added", self.kinds())
        self.assertNotIn("worker", {r["body"].get("code") for r in self.log()})

    def own_memory(self):
        """KiB that are the daemon's own; pages of the log and the views are the kernel's."""
        text = pathlib.Path(f"/proc/{self.daemon.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+) kB", text)[1])

    def test_a_large_file_of_many_articles_needs_little_memory(self):
        count, peak = 300 if SANITIZED else 4000, 0
        with open(self.inbox / ".lines.tmp", "w") as f:
            for n in range(count):
                f.write(line(n, f"{n} " + os.urandom(2500).hex(" "), "fi") + "\n")
        self.start()
        os.rename(self.inbox / ".lines.tmp", self.inbox / "lines.jsonl")
        until = time.monotonic() + 300
        while not self.done() and not self.rejected() and time.monotonic() < until:
            peak = max(peak, self.own_memory())
            time.sleep(0.01)
        self.assertEqual(self.status()["documents"], count, self.said()[-2000:])
        if not SANITIZED:
            self.assertLess(peak, 100 * 1024)
        self.stop()
        self.sound()

    def many_lines(self, *more):
        """A file of which some is in the log already, and some is not."""
        size = 4000 if SANITIZED else 8000
        lines = [line(n, f"{n} " + os.urandom(size).hex(" "), "fi") for n in range(200)] + list(more)
        self.write("lines.jsonl", "\n".join(lines))
        self.start()
        wait_until("some are in", lambda: (self.status() or {"documents": 0})["documents"])

    def check_that_all_are_in(self, *arguments):
        self.once(*arguments)
        self.assertEqual(self.done()[:1], ["lines.jsonl"], self.said()[-2000:])
        self.assertEqual(self.kinds()["document-added"], 200)
        self.assertNotIn("document-sighted", self.kinds())
        self.sound()

    def test_a_file_of_many_articles_goes_on_after_a_kill(self):
        self.many_lines()
        self.daemon.kill()
        self.daemon.wait()
        self.check_that_all_are_in()

    @unittest.skipUnless(SANITIZED, "the hooks are compiled into sanitised builds only")
    def test_a_file_of_many_articles_does_not_hold_the_daemon_when_it_leaves(self):
        self.many_lines(line(200, "%%WORKER-SPINS%%"))
        self.stop()
        self.assertEqual(self.done(), [])
        self.assertNotIn("not waiting any longer", self.said())
        self.assertNotIn("fell", self.said())
        quick = self.place / "quick.conf"
        quick.write_text("worker-seconds = 20\n")
        self.check_that_all_are_in("--config", str(quick))
        self.assertEqual(self.kinds()["document-rejected"], 1)

    def test_an_unreadable_file_is_taken_when_it_can_be_read(self):
        secret = self.inbox / "secret.txt"
        self.write("secret.txt", article(30))
        os.chmod(secret, 0)
        self.start(prefix=self.unprivileged())
        wait_until("it is said", lambda: "secret.txt cannot be read" in self.said())
        self.assertEqual(self.done(), [])
        os.chmod(secret, 0o644)
        wait_until("secret.txt is done", lambda: self.done() == ["secret.txt"])

    def test_a_file_removed_before_it_is_taken_is_no_error(self):
        self.start()
        self.ask({"do": "pause"})
        self.write("gone.txt", article(40))
        time.sleep(0.3)
        (self.inbox / "gone.txt").unlink()
        self.ask({"do": "resume"})
        self.write("stays.txt", article(41))
        wait_until("stays.txt is done", lambda: self.done() == ["stays.txt"])
        self.assertEqual(self.added(), ["stays.txt"])

    def test_an_inbox_that_vanishes_and_comes_back_is_watched_again(self):
        self.start()
        self.write("before.txt", article(50))
        wait_until("before.txt is done", lambda: self.done() == ["before.txt"])
        os.rename(self.inbox, self.place / "elsewhere")
        self.inbox.mkdir(exist_ok=True)
        time.sleep(0.6)
        self.write("after.txt", article(51))
        wait_until("after.txt is done", lambda: self.done() == ["after.txt"])
        self.assertEqual(self.added(), ["before.txt", "after.txt"])

    def test_what_cannot_leave_a_read_only_inbox_is_taken_once(self):
        self.write("stuck.txt", article(60))
        prefix = []
        if os.geteuid() == 0:
            prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            os.chmod(self.place, 0o777)
        (self.inbox / "done").mkdir()
        (self.inbox / "rejected").mkdir()
        os.chmod(self.inbox, 0o555)
        self.start(prefix=prefix)
        wait_until("it is said", lambda: "cannot leave the inbox" in self.said())
        self.ask({"do": "rescan"})
        time.sleep(0.5)
        self.stop()
        self.start(prefix=prefix)
        wait_until("it is said again", lambda: self.said().count("cannot leave the inbox") == 2)
        self.assertEqual(self.kinds()["document-added"], 1)
        self.assertNotIn("document-sighted", self.kinds())

    def test_the_same_article_renamed_with_other_line_ends_is_one_document(self):
        self.write("a.txt", article(70))
        self.write("b.txt", article(70).replace("\n", "\r\n"))
        self.once()
        self.write("c.txt", article(70, "A Rússia e o Japão assinaram um tratado de paz."))
        self.once()
        self.assertEqual(self.kinds()["document-added"], 2)
        self.assertEqual(self.kinds()["document-sighted"], 1)

    def test_a_full_disk_stops_intake_and_loses_nothing(self):
        small = self.place / "small"
        small.mkdir()
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(small)],
                               capture_output=True, text=True)
        if mount.returncode:
            self.skipTest("no file system may be mounted here: " + mount.stderr.strip())
        self.archive = small / "archive"
        try:
            self.start()
            n = 0
            while not self.status()["trouble"]:
                self.write(f"n{n}.txt", noise(n))
                n += 1
                self.assertLess(n, 400, self.said()[-1500:])
                time.sleep(0.02)
            for _ in range(5):
                self.write(f"n{n}.txt", noise(n))
                n += 1
            self.assertIn("no space left", self.status()["trouble"])
            subprocess.run(["mount", "-o", "remount,size=200m", str(small)], check=True)
            wait_until("all are done", lambda: len(self.done()) == n, 120)
            self.assertEqual(self.kinds()["document-added"], n)
            self.assertIsNone(self.status()["trouble"])
            self.stop()
            self.sound()
        finally:
            if self.daemon and self.daemon.poll() is None:
                self.daemon.kill()
                self.daemon.wait()
            subprocess.run(["umount", "-l", str(small)], check=False)


if __name__ == "__main__":
    unittest.main(verbosity=1)
