"""Subscribers that are killed, fail, or stall: no record is skipped, and the
daemon waits for nobody. CHY_LONG=1 kills a hundred times."""
import json
import os
import random
import signal
import socket
import subprocess
import time
import unittest

from harness import CHANCERY, LONG, Story, article, wait_until

KILLS = 100 if LONG else 12
FILES = 1200 if LONG else 120
STALLED = 40


class Follow(Story):
    def setUp(self):
        super().setUp()
        self.cursor, self.given = self.place / "cursor", self.place / "given"
        self.given.mkdir()
        self.follower = None

    def tearDown(self):
        if self.follower and self.follower.poll() is None:
            self.follower.kill()
            self.follower.wait()
        super().tearDown()

    def follow(self, command, *arguments):
        with open(self.errors, "ab") as errors:
            self.follower = subprocess.Popen(
                [str(CHANCERY), "--archive", str(self.archive), "follow", "--after", "0",
                 "--cursor-file", str(self.cursor), "--exec", command, *arguments],
                stdout=subprocess.DEVNULL, stderr=errors)

    def keep(self):
        """A command that keeps its input in a file of its own, whole or not at all."""
        return f"cat > {self.given}/.$$ && mv {self.given}/.$$ {self.given}/$(date +%s%N).$$"

    def records(self):
        """What was delivered, in order of delivery; what a kill cut off is none."""
        out = []
        for path in sorted(p for p in self.given.iterdir() if not p.name.startswith(".")):
            try:
                out.append(json.loads(path.read_text()))
            except ValueError:
                pass
        return out

    def cursor_seq(self):
        return int(self.cursor.read_text().split(":")[1]) if self.cursor.exists() else 0

    # -- killed -------------------------------------------------------------------

    def let_it_deliver(self, fewest, since):
        """At least so many records more, however slow the machine is."""
        wait_until(f"{fewest} records more are delivered",
                   lambda: self.cursor_seq() >= since + fewest, 300)

    def test_a_follower_killed_at_any_moment_skips_no_record(self):
        random.seed(20150706)
        self.start()
        for kill in range(KILLS):
            before = self.cursor_seq()
            self.follow(self.keep())
            for n in range(kill * FILES // KILLS, (kill + 1) * FILES // KILLS):
                self.write(f"n{n}.txt", article(n))
            # Some are killed while they begin, most on their way.
            if kill % 4:
                self.let_it_deliver(random.randint(1, FILES // KILLS), before)
            time.sleep(random.random() * 0.1)
            self.follower.kill()
            self.follower.wait()
            # What the cursor says was delivered before it was said.
            seen = {r["seq"] for r in self.records()}
            self.assertLessEqual(set(range(1, self.cursor_seq() + 1)), seen)
            self.assertGreaterEqual(self.cursor_seq(), before)
            if kill % 10 == 9:
                self.daemon.kill()
                self.daemon.wait()
                self.start()
        wait_until("all files are in the log", lambda: len(self.done()) == FILES, 60 + FILES)
        self.follow(self.keep(), "--until-end")
        self.assertEqual(self.follower.wait(timeout=600), 0)
        self.stop()
        log, given = self.log(), self.records()
        first = list(dict.fromkeys(r["seq"] for r in given))
        self.assertEqual(first, list(range(1, len(log) + 1)))
        by_number = {r["seq"]: r["hash"] for r in log}
        self.assertTrue(all(by_number[r["seq"]] == r["hash"] for r in given))
        again = len(given) - len(log)
        self.assertLessEqual(again, 2 * KILLS)
        print(f"{KILLS} kills, {len(log)} records, {len(given)} deliveries, {again} of them "
              f"repeated, 0 skipped", flush=True)

    # -- failing ------------------------------------------------------------------

    def test_a_command_that_fails_is_tried_again_and_nothing_overtakes_it(self):
        for n in range(3):
            self.write(f"n{n}.txt", article(n))
        self.once()
        tries = self.place / "tries"
        self.follow(f"cat > {self.given}/.x; echo >> {tries}; [ $(wc -l < {tries}) -ge 3 ] && "
                    f"mv {self.given}/.x {self.given}/$(date +%s%N).$$", "--until-end")
        self.assertEqual(self.follower.wait(timeout=120), 0)
        self.assertEqual([r["seq"] for r in self.records()], list(range(1, 8)))
        self.assertEqual(len(tries.read_text().splitlines()), 7 + 2)
        self.assertEqual(self.said().count("left with status 1; it is tried again in 0.2 s"), 1, self.said())

    def test_the_cursor_stays_while_the_command_runs(self):
        self.write("n.txt", article(1))
        self.once()
        gate = self.place / "gate"
        os.mkfifo(gate)
        self.follow(f"cat > /dev/null; echo > {self.place}/runs; cat {gate}")
        wait_until("the command runs", (self.place / "runs").exists)
        self.follower.kill()
        self.follower.wait()
        self.assertEqual(self.cursor_seq(), 0)
        open(gate, "w").close()

    def test_the_cursor_stays_where_the_output_cannot_be_written(self):
        self.write("a.txt", article(1))
        self.once()
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [str(CHANCERY), "--archive", str(self.archive), "follow", "--after", "0", "--cursor-file",
                 str(self.cursor), "--until-end"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 3)
        self.assertIn("could not be written", done.stderr)
        self.assertFalse(self.cursor.exists())

    def test_a_cursor_of_another_archive_is_refused(self):
        self.write("n.txt", article(1))
        self.once()
        self.cursor.write_text("00000000-0000-4000-8000-000000000000:2\n")
        self.follow("true")
        self.assertEqual(self.follower.wait(timeout=60), 3)
        self.assertIn("another archive", self.said())

    # -- stalled ------------------------------------------------------------------

    def stalled(self):
        s = socket.socket(socket.AF_UNIX)
        s.connect(str(self.archive / "control.sock"))
        s.sendall(b'{"do":"follow","after":0}\n')
        return s

    def read_all(self, s, n):
        s.settimeout(60)
        data = b""
        while data.count(b"\n") < n:
            part = s.recv(1 << 20)
            self.assertTrue(part, "the stream ended early")
            data += part
        return [json.loads(line)["seq"] for line in data.splitlines()]

    def test_subscribers_that_stall_hold_nobody_back_and_then_get_everything(self):
        self.start()
        sockets = [self.stalled() for _ in range(STALLED)]
        gate = self.place / "gate"
        os.mkfifo(gate)
        self.follow(f"cat > /dev/null; cat {gate}")
        body = "A Rússia e o Japão concordaram em continuar as negociações. " * 40
        for n in range(FILES):
            self.write(f"n{n}.txt", article(n, body))
        # More than a socket holds has been written; a lively one hears of it.
        lively = self.stalled()
        wait_until("the daemon takes all files", lambda: len(self.done()) == FILES, 60 + FILES)
        self.assertIsNotNone(self.status())
        n = len(self.log())
        self.assertEqual(self.read_all(lively, n), list(range(1, n + 1)))
        for s in sockets[::8]:
            self.assertEqual(self.read_all(s, n), list(range(1, n + 1)))
        for s in [lively, *sockets]:
            s.close()
        self.follower.kill()
        self.follower.wait()
        open(gate, "w").close()
        self.stop()
        self.sound()

    def test_a_subscriber_that_is_stopped_does_not_keep_the_daemon_from_leaving(self):
        self.start()
        for n in range(20):
            self.write(f"n{n}.txt", article(n))
        self.follow(self.keep())
        wait_until("it is on its way", self.records)
        self.follower.send_signal(signal.SIGSTOP)
        stalled = self.stalled()
        wait_until("the daemon takes all files", lambda: len(self.done()) == 20)
        self.stop()
        stalled.close()
        self.follower.send_signal(signal.SIGCONT)
        n = len(self.log())
        wait_until("the follower has all without a daemon", lambda: self.cursor_seq() == n)


if __name__ == "__main__":
    unittest.main(verbosity=1)
