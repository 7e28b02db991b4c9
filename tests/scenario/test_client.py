"""The client as an analyst meets it, over the example articles."""
import fcntl
import html
import json
import os
import pathlib
import resource
import select
import shutil
import subprocess
import time
import unittest

from harness import CHANCERY, SOURCE, Story, article


class Client(Story):
    @classmethod
    def setUpClass(cls):
        cls.kept = None

    def setUp(self):
        super().setUp()
        for path in (SOURCE / "examples/inbox").iterdir():
            shutil.copy2(path, self.inbox)
        self.once()

    def events(self, *arguments, expect=0):
        out = self.chancery("events", "--format", "jsonl", *arguments, expect=expect).stdout
        return [json.loads(line) for line in out.splitlines()]

    def test_the_examples_tell_what_they_were_written_to_tell(self):
        disputes = [json.loads(l)["id"] for l in
                    self.chancery("disputes", "--format", "jsonl").stdout.splitlines()]
        for dispute in ("kuril-islands", "falklands-malvinas", "western-sahara", "essequibo"):
            self.assertIn(dispute, disputes)
        meeting = self.events("--between", "Rússia,Japão", "--event", "CONSULT",
                              "--since", "2013-11-01", "--until", "2013-11-03")
        self.assertGreaterEqual(len({e["document"] for e in meeting}), 2)
        happenings = json.loads(self.chancery(
            "timeline", "--between", "RUS,JPN", "--event", "CONSULT", "--since", "2013-11-01",
            "--until", "2013-11-03", "--format", "json").stdout)
        self.assertIn(2, [h["reports"] for h in happenings])
        for weather in self.events("--source", "Lusitana", expect=None):
            self.assertNotIn("chuva", weather["title"].lower())

    def test_dates_sources_and_sentences_are_shown(self):
        text = self.chancery("dispute", "kuril-islands").stdout
        self.assertIn("Agência Atlântica, 2022-03-22", text)
        self.assertIn("Curilas", text)
        self.assertRegex(text, r"E\d+\.\d+")

    def test_names_are_those_of_the_users_language(self):
        for language, name in (("pt", "Japão"), ("es", "Japón"), ("en", "Japan"), ("de", "Japan"),
                               ("ja", "日本")):
            out = self.chancery("--lang", language, "timeline", "kuril-islands").stdout
            self.assertIn(name, out)

    def as_another(self, *arguments):
        prefix = self.unprivileged()
        done = subprocess.run([*prefix, str(CHANCERY), "--archive", str(self.archive), *arguments],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        return done.stderr

    @unittest.skipUnless(os.geteuid() == 0, "needs another user")
    def test_who_may_not_use_an_archive_hears_which_right_is_missing(self):
        for path in self.archive.iterdir():
            path.chmod(0o444)
        self.archive.chmod(0o555)
        text = self.as_another("events")
        self.assertIn("log.mdb-lock", text)
        self.assertIn("must have the right to write it", text)
        self.archive.chmod(0o700)
        text = self.as_another("ingest", "/dev/null")
        self.assertIn("may not read", text)
        self.assertNotIn("there is no inbox", text)

    def test_an_actor_may_be_named_in_any_way(self):
        by = [self.events("--actor", who) for who in ("RUS", "Rússia", "russo", "Russia", "Moscovo")]
        self.assertTrue(by[0])
        for events in by[1:]:
            self.assertEqual(events, by[0])

    def test_what_is_mistyped_is_answered_with_the_nearest(self):
        for arguments, word in ((["dispute", "kuril-island"], "kuril-islands"), (["evnets"], "events"),
                                (["events", "--event", "ACUSE"], "ACCUSE"),
                                (["events", "--formta", "csv"], "--format"),
                                (["events", "--format", "jsno"], "json")):
            done = self.chancery(*arguments, expect=2)
            self.assertIn(word, done.stderr)

    def test_a_value_that_makes_no_sense_is_refused_by_name(self):
        declare = ["dispute", "--declare", "lake", "--name", "Lake", "--parties", "RUS,JPN", "--reason", "r"]
        for arguments, named in ((["search", "acordo", "--as-of", "-1"], "'-1'"),
                                 (["search", "acordo", "--source", ""], "--source is empty"),
                                 (["events", "--place", ""], "--place is empty"),
                                 (["stats", "--archive", ""], "--archive is empty"),
                                 (["events", "--min-confidence", "nan"], "from 0 to 1"),
                                 (["events", "--min-confidence", "0x1"], "from 0 to 1"),
                                 (["parse", "--lang", "xx"], "xx is not read here"),
                                 (declare + ["--terms", ";;"], "--terms has no term"),
                                 (declare + ["--since", "2020", "--until", "2010"], "lies after --until")):
            done = self.chancery(*arguments, expect=2)
            self.assertIn(named, done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertIn("the newest is", self.chancery("log", "--after", "9999", expect=1).stderr)

    def test_what_is_read_while_the_daemon_writes_is_a_whole_prefix(self):
        self.start()
        before, seen = [], 0
        for n in range(240):
            self.write(f"load{n}.txt", article(n))
        while len(before) < 480:
            log = [json.loads(l) for l in self.chancery("log").stdout.splitlines()]
            self.assertEqual([r["seq"] for r in log], list(range(1, len(log) + 1)))
            self.assertEqual([r["prev"] for r in log[1:]], [r["hash"] for r in log[:-1]])
            self.assertEqual(log[:len(before)], before)
            events = self.events()
            self.assertGreaterEqual(len(events), seen)
            self.assertEqual(len({e["id"] for e in events}), len(events))
            before, seen = log, len(events)
        self.stop()
        self.sound()
        counted = self.chancery("stats", "--format", "jsonl").stdout.splitlines()
        self.assertEqual(sum(json.loads(l)["events"] for l in counted), len(self.events()))

    def test_who_is_known_now_is_who_was_known_at_the_last_record(self):
        first = self.log()[1]["body"]["document"]
        self.chancery("withdraw", first, "--reason", "withdrawn by its paper")
        last = str(len(self.log()))
        for question in (["actors"], ["actors", "RUS"], ["actors", "Kishida"],
                         ["actors", "--dispute", "kuril-islands"], ["actors", "MAR", "--on", "2021-08-24"]):
            now = self.chancery(*question, "--format", "json").stdout
            then = self.chancery("--as-of", last, *question, "--format", "json").stdout
            self.assertEqual(now, then, question)

    def test_a_reader_that_has_seen_enough_is_no_error(self):
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; for n in 1 2 3 4 5 6 7 8; do {CHANCERY} --archive "
             f"{self.archive} events --format json; done | head -n 1"], capture_output=True)
        self.assertEqual(done.returncode, 0)

    def test_an_archive_that_cannot_be_written_beside_is_asked_all_the_same(self):
        expected = self.chancery("events").stdout
        (self.archive / "views.mdb").unlink()
        for name in ("log.mdb", "log.mdb-lock"):
            os.chmod(self.archive / name, 0o666)
        os.chmod(self.archive, 0o555)
        done = subprocess.run([*self.unprivileged(), str(CHANCERY), "--archive", str(self.archive),
                               "events"], capture_output=True, text=True)
        self.assertEqual(done.stdout, expected)
        self.assertIn("for this question", done.stderr)

    def test_views_for_which_there_is_no_room_are_told_of_and_no_empty_answer_is_given(self):
        (self.archive / "views.mdb").unlink()
        done = self.chancery("events", expect=3, restore_signals=False, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (1 << 16, 1 << 16)))
        self.assertEqual(done.stdout, "")
        self.assertIn("views.mdb", done.stderr)

    def test_formats_agree_on_the_number_of_rows(self):
        n = len(self.events())
        self.assertEqual(len(json.loads(self.chancery("events", "--format", "json").stdout)), n)
        self.assertEqual(len(self.chancery("events", "--format", "csv").stdout.splitlines()), n + 1)
        self.assertEqual(len(self.chancery("events", "--format", "tsv").stdout.splitlines()), n + 1)
        self.assertEqual(len(self.chancery("events").stdout.splitlines()), n)

    def test_show_and_source_lead_back_to_the_bytes(self):
        ranges = {r["body"]["document"]: r["body"]["original_range"] for r in self.log()
                  if r["kind"] == "document-added"}
        charsets = {r["body"]["document"]: r["body"]["charset"] for r in self.log()
                    if r["kind"] == "document-added"}
        for event in self.events()[::3]:
            shown = json.loads(self.chancery("show", event["id"], "--format", "json").stdout)
            self.assertEqual(shown["sentence"], event["sentence"])
            source = self.chancery("source", event["id"]).stdout
            self.assertIn("[[", source)
            done = subprocess.run([str(CHANCERY), "--archive", str(self.archive), "show", "--original",
                                   event["document"][:12]], capture_output=True, check=True)
            first, last = (at - ranges[event["document"]][0] for at in event["bytes"])
            told = done.stdout[first:last].decode(charsets[event["document"]])
            told = html.unescape(told.replace("\\n", " ").replace('\\"', '"'))
            self.assertEqual(" ".join(told.split()), " ".join(event["sentence"].split()))

    def test_the_originals_are_kept_byte_for_byte(self):
        for path in (SOURCE / "examples/inbox").glob("*.html"):
            documents = [r["body"] for r in self.log() if r["kind"] == "document-added"
                         and r["body"]["path"] == path.name]
            done = subprocess.run([str(CHANCERY), "--archive", str(self.archive), "show", "--original",
                                   documents[0]["document"]], capture_output=True, check=True)
            self.assertEqual(done.stdout, path.read_bytes())

    def test_nothing_found_is_exit_1_and_no_archive_exit_3(self):
        self.chancery("events", "--actor", "Tuvalu", expect=1)
        self.chancery("show", "E999999.1", expect=1)
        self.chancery("show", "ffffffffffff", expect=1)
        done = subprocess.run([str(CHANCERY), "--archive", str(self.place / "none"), "stats"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 3)
        self.assertIn("none", done.stderr)

    def test_every_command_has_help_with_an_example(self):
        listed = subprocess.run([str(CHANCERY), "--help"], capture_output=True, text=True).stdout
        commands = [l.split()[0] for l in listed.splitlines() if l.startswith("  ") and l[2] != " "
                    and not l.strip().startswith("[")]
        self.assertGreaterEqual(len(commands), 16)
        for command in commands:
            done = subprocess.run([str(CHANCERY), command, "--help"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, command)
            self.assertIn("Example:", done.stdout, command)

    def test_a_closed_pipe_is_no_error(self):
        done = subprocess.run(f"{CHANCERY} --archive {self.archive} log --format jsonl | head -n 1",
                              shell=True, capture_output=True, text=True, executable="/bin/bash")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, "")

    def test_code_of_an_article_that_reports_nothing_is_silent(self):
        done = subprocess.run([str(CHANCERY), "code",
                               str(SOURCE / "examples/inbox/2014-02-09-chuva.txt")],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_ingest_puts_files_where_the_daemon_takes_them(self):
        self.start()
        path = self.place / "more.txt"
        path.write_text("Título: Angola condena a Rússia\nData: 2020-01-01\n\nAngola condenou a Rússia.\n")
        self.chancery("ingest", str(path))
        from harness import wait_until
        wait_until("it is done", lambda: "more.txt" in self.done())
        self.assertTrue(self.events("--between", "AGO,RUS"))

    def test_views_of_a_questions_own_are_gone_with_it_however_it_ends(self):
        aside = self.place / "aside"
        aside.mkdir()
        for path in self.archive.glob("views.*"):
            path.unlink()
        (self.archive / "views.lock").mkdir()
        pipe = os.pipe()
        fcntl.fcntl(pipe[1], fcntl.F_SETPIPE_SZ, 4096)  # the answer does not fit: it waits
        running = subprocess.Popen([str(CHANCERY), "--archive", str(self.archive), "events", "--format", "jsonl"],
                                   stdout=pipe[1], stderr=subprocess.PIPE, text=True,
                                   env=os.environ | {"TMPDIR": str(aside)})
        os.close(pipe[1])
        self.assertTrue(select.select([pipe[0]], [], [], 60)[0])
        running.kill()
        self.assertIn(f"made in {aside}", running.communicate()[1])
        os.close(pipe[0])
        self.assertEqual(list(aside.iterdir()), [])

    def correct(self, event):
        return subprocess.Popen([str(CHANCERY), "--archive", str(self.archive), "correct", event["id"],
                                 "--date", "2001-02-03", "--reason", "read again"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_who_corrects_waits_a_moment_for_another_that_does(self):
        events = self.events()[:6]
        with open(self.archive / "writer.lock", "r+b") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            lock.write(b'{"pid":1,"program":"chancery"}')
            lock.flush()
            running = [self.correct(event) for event in events]
            time.sleep(1)
        for one in running:
            out, err = one.communicate(timeout=60)
            self.assertEqual(one.returncode, 0, out + err)
        self.assertEqual(self.kinds()["event-corrected"], 6)

    def test_who_corrects_does_not_wait_for_ever(self):
        with open(self.archive / "writer.lock", "r+b") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            lock.write(b'{"pid":1,"program":"chancery"}')
            lock.flush()
            running = self.correct(self.events()[0])
            self.assertIn("does not answer", running.communicate(timeout=60)[1])
            self.assertEqual(running.returncode, 3)


if __name__ == "__main__":
    unittest.main(verbosity=1)
