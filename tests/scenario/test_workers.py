"""A worker that falls, hangs or spins over a document: the others are coded,
this one is tried once more and then rejected."""
import os
import signal
import subprocess
import time
import unittest

from harness import SANITIZED, Story, article, line, wait_until


def workers_of(pid):
    done = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
    return [int(p) for p in done.stdout.split()]


class Workers(Story):
    def configured(self, text):
        path = self.place / "chanceryd.conf"
        path.write_text(text)
        return "--config", str(path)

    def feed(self, bad):
        for n in range(6):
            self.write(f"good{n}.txt", article(n))
        self.write("bad.txt", article(99, bad))
        for n in range(6, 12):
            self.write(f"good{n}.txt", article(n))

    def check_others(self):
        wait_until("bad.txt is rejected", lambda: "bad.txt" in self.rejected(), 120)
        wait_until("the others are done", lambda: len(self.done()) == 12, 120)
        self.assertIn("two workers", self.reason("bad.txt"))
        self.assertEqual(self.kinds()["document-added"], 12)
        self.assertEqual(self.kinds()["document-rejected"], 1)
        self.stop()
        self.sound()

    @unittest.skipUnless(SANITIZED, "the hooks are compiled into sanitised builds only")
    def test_a_worker_falls_over_a_document(self):
        self.start()
        self.feed("%%WORKER-FALLS%%")
        self.check_others()

    @unittest.skipUnless(SANITIZED, "the hooks are compiled into sanitised builds only")
    def test_a_worker_spins_over_a_document(self):
        self.start(*self.configured("worker-seconds = 2\n"))
        self.feed("%%WORKER-SPINS%%")
        self.check_others()

    @unittest.skipUnless(SANITIZED, "the hooks are compiled into sanitised builds only")
    def test_a_worker_stops_over_a_document(self):
        self.start(*self.configured("worker-seconds = 2\n"))
        self.feed("%%WORKER-STOPS%%")
        self.check_others()

    @unittest.skipUnless(SANITIZED, "the hooks are compiled into sanitised builds only")
    def test_a_worker_falls_before_it_knows_what_is_in_a_file(self):
        self.start()
        self.feed("%%READER-FALLS%%")
        self.check_others()

    @unittest.skipUnless(SANITIZED, "the hooks are compiled into sanitised builds only")
    def test_only_the_article_that_workers_fall_over_is_given_up(self):
        lines = [line(n) for n in range(7)]
        lines[2], lines[5] = line(2, "%%WORKER-FALLS%%"), line(5, "%%WORKER-FALLS%%")
        self.write("lines.jsonl", "\n".join(lines))
        self.once()
        self.assertEqual(self.done(), ["lines.jsonl", "lines.jsonl.reason"])
        self.assertEqual(self.kinds()["document-added"], 5)
        rejected = [r["body"] for r in self.log() if r["kind"] == "document-rejected"]
        starts = [sum(len(l.encode()) + 1 for l in lines[:n]) for n in (2, 5)]
        self.assertEqual([r["original_range"][0] for r in rejected], starts)
        self.assertEqual({r["code"] for r in rejected}, {"worker"})
        self.sound()

    @unittest.skipUnless(SANITIZED, "the hooks are compiled into sanitised builds only")
    def test_a_file_full_of_such_articles_is_given_up_whole(self):
        self.write("lines.jsonl", "\n".join([line(0)] + [line(n, "%%WORKER-FALLS%%") for n in range(1, 40)]))
        self.once()
        self.assertEqual(self.rejected(), ["lines.jsonl", "lines.jsonl.reason"])
        self.assertEqual(self.kinds()["document-added"], 1)

    @unittest.skipIf(SANITIZED, "sanitizers need more memory than a worker may have")
    def test_a_daemon_whose_workers_cannot_start_fails(self):
        self.write("a.txt", article(1))
        self.once(*self.configured("worker-megabytes = 1\n"), expect=3)
        self.assertIn("workers cannot start", self.said())
        self.assertEqual(self.done(), [])

    def test_workers_killed_from_outside_are_replaced(self):
        self.start()
        for n in range(60):
            self.write(f"n{n}.txt", article(n))
            if n % 10 == 5:
                for pid in workers_of(self.daemon.pid)[:1]:
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.15)
        wait_until("all are dealt with",
                   lambda: len(self.done()) + len(self.rejected()) // 2 == 60, 120)
        added = self.kinds()["document-added"]
        self.assertEqual(added + self.kinds().get("document-rejected", 0), 60)
        self.assertGreaterEqual(added, 58)
        self.assertGreater(self.status()["workers_replaced"], 0)
        self.stop()
        self.sound()


if __name__ == "__main__":
    unittest.main(verbosity=1)
