"""A worker that falls, hangs or spins over a document: the others are coded,
this one is tried once more and then rejected."""
import os
import signal
import subprocess
import time
import unittest

from harness import SANITIZED, Story, article, wait_until


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
