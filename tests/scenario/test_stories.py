"""What an analyst is told as matters go on: stories in steps, and the answers after each.

A story is a directory of stories/: `dispute` names the dispute that is asked of; the other files are
its steps, in the order of their numbers: articles (.txt, .html, .json), documents as an older coder
left them (.jsonl, as tests/tools/script.h has them; first steps only), and commands of the client
(.do), in which {event of: WORDS} and {document of: WORDS} stand for the ids of the one event in force
whose sentence holds the words. The answers after a step are in after-NN/. CHY_BLESS=1 in the
environment writes them anew: read the difference before you keep it."""
import json
import os
import pathlib
import re
import shlex
import subprocess
import unittest

from harness import BUILD, CHANCERY, SOURCE, Story

STORIES = SOURCE / "tests/scenario/stories"
MAKE_ARCHIVE = BUILD / "tests/make_archive"
BLESS = bool(os.environ.get("CHY_BLESS"))
QUESTIONS = {"dispute": ["dispute", "{dispute}"],
             "commitments": ["commitments", "{dispute}", "--limit", "0"],
             "diff": ["diff", "--from", "{before}"]}


class Stories(Story):
    maxDiff = None

    def transcript(self, *arguments):
        """A transcript: what was asked, and what came."""
        keep = {k: v for k, v in os.environ.items() if k in ("PATH", "CHANCERY_DATA", "ASAN_OPTIONS")}
        done = subprocess.run([str(CHANCERY), "--archive", str(self.archive), *arguments],
                              capture_output=True, text=True, timeout=600,
                              env=keep | {"LC_ALL": "C.UTF-8", "COLUMNS": "80", "TZ": "UTC"})
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(done.stderr if done.returncode == 0 else "", "")
        return done.stdout

    def event_of(self, words):
        out = self.chancery("events", "--format", "jsonl").stdout
        found = [e for e in map(json.loads, out.splitlines()) if words in e["sentence"]]
        self.assertEqual(len(found), 1, f"events whose sentence holds '{words}'")
        return found[0]

    def command(self, line):
        line = re.sub(r"\{event of: ([^}]*)\}", lambda m: self.event_of(m[1])["id"], line)
        line = re.sub(r"\{document of: ([^}]*)\}", lambda m: self.event_of(m[1])["document"], line)
        arguments = shlex.split(line)
        if arguments[0] == "recode":
            self.start()
        self.chancery(*arguments)
        if arguments[0] == "recode":
            self.stop()

    def take(self, step):
        if step.suffix == ".jsonl":
            subprocess.run([str(MAKE_ARCHIVE), str(self.archive)], input=step.read_bytes(), check=True)
        elif step.suffix == ".do":
            self.command(step.read_text(encoding="utf-8").strip())
        else:
            self.write(step.name, step.read_bytes())
            self.once()
            self.assertEqual(self.rejected(), [])

    def hold(self, path, told):
        if BLESS:
            path.parent.mkdir(exist_ok=True)
            path.write_text(told, encoding="utf-8")
        self.assertTrue(path.exists(), f"{path} is missing; CHY_BLESS=1 writes it")
        self.assertEqual(told, path.read_text(encoding="utf-8"), path)

    def last_record(self):
        return self.log()[-1]["seq"]

    def tell(self, name):
        place, ends = STORIES / name, []
        dispute = (place / "dispute").read_text(encoding="utf-8").strip()
        steps = sorted(p for p in place.iterdir() if re.match(r"\d\d-", p.name))
        for step in steps:
            self.take(step)
            for question, words in QUESTIONS.items():
                asked = [w.format(dispute=dispute, before=ends[-1] if ends else 1) for w in words]
                told = self.transcript(*asked)
                self.hold(place / f"after-{step.name[:2]}" / f"{question}.txt",
                          f"$ chancery {' '.join(asked)}\n{told}")
            ends.append(self.last_record())
        self.look_back(place, dispute, steps, ends)
        self.sound()

    def look_back(self, place, dispute, steps, ends):
        """Of each earlier step the answers are those that were given then."""
        for step, end in zip(steps, ends):
            for question in ("dispute", "commitments"):
                asked = [w.format(dispute=dispute) for w in QUESTIONS[question]]
                then = (place / f"after-{step.name[:2]}" / f"{question}.txt").read_text(encoding="utf-8")
                told = self.transcript("--as-of", str(end), *asked)
                self.assertEqual(told, then.partition("\n")[2], f"{step.name}, as of record {end}")

    def test_a_promise_is_made_renewed_and_kept_late(self):
        self.tell("kept-late")

    def test_a_meeting_is_told_by_five_papers_and_denied_by_a_sixth(self):
        self.tell("denied")

    def test_a_wrong_date_is_corrected_and_stays_so_when_the_document_is_coded_again(self):
        self.tell("wrong-date")

    def test_an_article_is_withdrawn_by_its_paper(self):
        self.tell("withdrawn")


if __name__ == "__main__":
    unittest.main()
