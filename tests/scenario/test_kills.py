"""Thousands of files, a daemon that is stopped or killed: each file is in the
log exactly once."""
import os
import random
import signal
import time
import unittest

from harness import LONG, Story, wait_until

FILES = 20000 if LONG else 600
KILLS = 50 if LONG else 6


def short(n):
    return (f"Título: Notícia {n}\nData: 2014-02-08\nFonte: Agência Atlântica\nIdioma: pt\n\n"
            f"O Japão condenou hoje a Rússia pela {n}.ª vez.\n")


class Kills(Story):
    def fill(self):
        """All the files beside the inbox, to be moved in at once."""
        self.store = self.place / "store"
        self.store.mkdir()
        for n in range(FILES):
            (self.store / f"n{n}.txt").write_text(short(n))

    def move_in(self):
        for path in sorted(self.store.iterdir()):
            os.rename(path, self.inbox / path.name)

    def everything_once(self):
        paths = self.added()
        self.assertEqual(len(paths), FILES)
        self.assertEqual(len(set(paths)), FILES)
        self.sound()

    def test_files_moved_in_while_the_daemon_is_stopped_are_all_taken(self):
        self.fill()
        self.start()
        self.daemon.send_signal(signal.SIGSTOP)
        self.move_in()
        time.sleep(1)
        self.daemon.send_signal(signal.SIGCONT)
        wait_until("all are done", lambda: len(self.done()) == FILES, 60 + FILES / 20)
        self.stop()
        self.everything_once()

    def test_kills_at_any_moment_lose_and_double_nothing(self):
        random.seed(20131103)
        self.fill()
        self.start(wait=False)
        self.move_in()
        for _ in range(KILLS):
            time.sleep(random.random() * 1.5)
            self.daemon.kill()
            self.daemon.wait()
            self.start(wait=False)
        wait_until("the daemon answers", self.status)
        wait_until("all are done", lambda: len(self.done()) == FILES, 60 + FILES / 20)
        self.stop()
        self.everything_once()


if __name__ == "__main__":
    unittest.main(verbosity=1)
