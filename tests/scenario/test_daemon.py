"""The daemon as an operator meets it: configuration, locks, signals, control."""
import json
import os
import signal
import socket
import subprocess
import time
import unittest

from harness import CHANCERYD, SOURCE, Story, article, wait_until


class Daemon(Story):
    def run_daemon(self, *arguments):
        return subprocess.run([str(CHANCERYD), *arguments], capture_output=True, text=True, timeout=60)

    def test_an_unknown_key_is_refused_by_name_and_line(self):
        path = self.place / "bad.conf"
        path.write_text("# a comment\nrescan-seconds = 5\nrescan-second = 5\n")
        done = self.run_daemon("--config", str(path))
        self.assertEqual(done.returncode, 2)
        self.assertIn("bad.conf:3", done.stderr)
        self.assertIn("rescan-second", done.stderr)

    def test_a_value_that_makes_no_sense_is_refused(self):
        path = self.place / "bad.conf"
        path.write_text("workers = 0\n")
        done = self.run_daemon("--config", str(path))
        self.assertEqual(done.returncode, 2)
        self.assertIn("workers", done.stderr)

    def test_the_sample_configuration_is_read(self):
        sample = (SOURCE / "systemd/chanceryd.conf").read_text()
        path = self.place / "sample.conf"
        lines = [l[2:] if l.startswith("# ") and " = " in l else l for l in sample.splitlines()]
        text = "\n".join(lines).replace("/var/lib/chancery", str(self.place / "var"))
        path.write_text(text)
        (self.place / "var").mkdir()
        done = self.run_daemon("--config", str(path), "--once")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_wrong_command_line_is_told(self):
        self.assertEqual(self.run_daemon("--workers", "many").returncode, 2)
        self.assertEqual(self.run_daemon("article.txt").returncode, 2)
        self.assertEqual(self.run_daemon("--no-such-option").returncode, 2)

    def test_a_second_daemon_is_refused_and_told_who_holds_the_archive(self):
        self.start()
        done = self.run_daemon("--inbox", str(self.inbox), "--archive", str(self.archive), "--once")
        self.assertEqual(done.returncode, 3)
        self.assertIn(str(self.daemon.pid), done.stderr)

    def test_an_archive_that_cannot_be_made_is_told(self):
        done = self.run_daemon("--inbox", str(self.inbox), "--archive", "/proc/nowhere", "--once")
        self.assertEqual(done.returncode, 3)
        self.assertIn("/proc/nowhere", done.stderr)

    def test_where_it_is_is_told_to_those_who_stand_elsewhere(self):
        log = open(self.errors, "ab")
        self.daemon = subprocess.Popen([str(CHANCERYD), "--inbox", "inbox", "--archive", "archive"],
                                       cwd=self.place, stdout=log, stderr=log)
        log.close()
        wait_until("the daemon answers", self.status)
        holder = json.loads((self.archive / "writer.lock").read_text())
        self.assertEqual(holder["inbox"], str(self.inbox))
        self.assertEqual(holder["socket"], str(self.archive / "control.sock"))

    def test_done_on_another_file_system_is_refused(self):
        if os.stat("/dev/shm").st_dev == os.stat(self.place).st_dev:
            self.skipTest("there is one file system only")
        path = self.place / "apart.conf"
        path.write_text('done-directory = "/dev/shm"\n')
        self.once("--config", str(path), expect=3)
        self.assertIn("another file system", self.said())

    def test_requests_sent_at_once_are_all_answered(self):
        self.start()
        with socket.socket(socket.AF_UNIX) as s, s.makefile("r") as answers:
            s.settimeout(30)
            s.connect(str(self.archive / "control.sock"))
            s.sendall(b'{"do":"status"}\n' * 20)
            s.shutdown(socket.SHUT_WR)
            self.assertEqual(len(answers.readlines()), 20)

    def test_a_file_at_the_socket_s_place_is_not_removed(self):
        path = self.place / "socket.conf"
        path.write_text(f'socket = "{self.place}/precious.txt"\n')
        (self.place / "precious.txt").write_text("precious")
        self.write("a.txt", article(1))
        self.once("--config", str(path))
        self.assertEqual((self.place / "precious.txt").read_text(), "precious")
        self.assertEqual(self.done(), ["a.txt"])

    def test_sigterm_finishes_what_is_in_flight(self):
        self.start()
        for n in range(40):
            self.write(f"n{n}.txt", article(n))
        self.stop(signal.SIGTERM)
        self.assertEqual(len(self.added()), len(self.done()))
        self.assertEqual(self.status(), None)
        self.once()
        self.assertEqual(len(self.done()), 40)
        self.assertEqual(sorted(self.added()), sorted(f"n{n}.txt" for n in range(40)))

    def test_sighup_and_sigusr1_are_answered_in_the_journal(self):
        path = self.place / "chanceryd.conf"
        path.write_text("rescan-seconds = 20\n")
        self.start("--config", str(path))
        self.daemon.send_signal(signal.SIGUSR1)
        wait_until("the status is said", lambda: 'status {' in self.said())
        path.write_text("rescan-seconds = 25\nnonsense = 1\n")
        self.daemon.send_signal(signal.SIGHUP)
        wait_until("the fault is said", lambda: "stays as it was" in self.said())
        path.write_text("rescan-seconds = 25\n")
        self.daemon.send_signal(signal.SIGHUP)
        wait_until("the reading is said", lambda: "was read again" in self.said())

    def test_pause_and_resume(self):
        self.start()
        self.assertTrue(self.ask({"do": "pause"})["paused"])
        self.write("a.txt", article(1))
        time.sleep(0.5)
        self.assertEqual(self.done(), [])
        self.assertFalse(self.ask({"do": "resume"})["paused"])
        wait_until("a.txt is done", lambda: self.done() == ["a.txt"])

    def test_a_wrong_request_is_answered_with_an_error(self):
        self.start()
        self.assertIn("error", self.ask({"do": "dance"}))
        self.assertIn("error", self.ask(["status"]))

    def follower(self, after=None):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(30)
        s.connect(str(self.archive / "control.sock"))
        request = {"do": "follow"}
        if after is not None:
            request["after"] = after
        s.sendall(json.dumps(request).encode() + b"\n")
        return s

    def test_a_follower_gets_every_record_in_order(self):
        self.start()
        with self.follower(0) as s, s.makefile("r") as lines:
            for n in range(30):
                self.write(f"n{n}.txt", article(n))
            seen = [json.loads(lines.readline())["seq"] for _ in range(61)]
        self.assertEqual(seen, list(range(1, 62)))

    def test_a_follower_that_stalls_holds_nobody_back_and_misses_nothing(self):
        self.start()
        with self.follower(0) as slow:
            for n in range(200):
                self.write(f"n{n}.txt", article(n))
            wait_until("all are done", lambda: len(self.done()) == 200, 120)
            with slow.makefile("r") as lines:
                seen = [json.loads(lines.readline())["seq"] for _ in range(401)]
        self.assertEqual(seen, list(range(1, 402)))

    def test_views_that_are_deleted_come_back_while_the_daemon_runs(self):
        self.start()
        self.write("a.txt", article(1))
        wait_until("a.txt is done", lambda: self.done() == ["a.txt"])
        (self.archive / "views.mdb").unlink()
        self.assertIn("1 documents", self.chancery("stats").stdout)
        self.write("b.txt", article(2))
        wait_until("b.txt is done", lambda: self.done() == ["a.txt", "b.txt"])
        wait_until("both are told of", lambda: "2 documents" in self.chancery("stats").stdout)
        self.stop()
        self.sound()

    def test_views_that_are_being_made_again_are_waited_for(self):
        for n in range(150):
            self.write(f"n{n}.txt", article(n))
        self.once()
        self.start()
        wait_until("the views are whole", lambda: "150 documents" in self.chancery("stats").stdout)
        for path in self.archive.glob("views.mdb*"):
            path.unlink()
        # Where the daemon has begun the file, and taken in nothing or only some of the log.
        wait_until("the daemon makes them", (self.archive / "views.mdb").exists)
        self.assertIn("150 documents", self.chancery("stats").stdout)
        self.stop()
        self.sound()

    def test_a_year_that_has_not_come_makes_nothing_old(self):
        self.write("a.txt", article(1, "A Rússia e o Japão discutiram as ilhas Curilas."))
        self.once()
        told = self.chancery("dispute", "kuril-islands", "--format", "json").stdout
        day = json.loads(told)["day"]
        self.assertEqual(day, "2014-02-08")
        self.write("b.txt", article(2).replace("2014-02-08", "2099-01-01"))
        self.once()
        told = self.chancery("dispute", "kuril-islands", "--format", "json").stdout
        self.assertEqual(json.loads(told)["day"], day)
        self.assertIn("2 documents", self.chancery("stats").stdout)

    def test_a_log_that_is_gone_is_not_begun_anew_beside_its_views(self):
        self.write("a.txt", article(1))
        self.once()
        self.chancery("stats")
        for damage in (lambda log: log.unlink(), lambda log: log.write_bytes(b"")):
            damage(self.archive / "log.mdb")
            self.write("b.txt", article(2))
            self.once(expect=3)
            self.assertIn("the log is gone", self.said())
            self.assertTrue((self.inbox / "b.txt").exists())
            (self.archive / "log.mdb").touch()

    def test_analysts_correct_and_withdraw_while_the_daemon_runs(self):
        self.start()
        self.write("a.txt", article(1))
        self.write("b.txt", article(2, "O Japão protestou contra a visita."))
        wait_until("both are done", lambda: len(self.done()) == 2)

        def events():
            out = self.chancery("events", "--format", "jsonl", expect=None).stdout
            return [json.loads(line) for line in out.splitlines()]

        first = wait_until("events are told", events)[0]
        told = self.chancery("correct", first["id"], "--date", "2014-02-07", "--reason", "a misprint",
                             "--author", "R. Dias").stdout
        seq = int(told.split()[1].rstrip(":"))
        corrected = wait_until("it is corrected",
                               lambda: [e for e in events() if e["id"] == f"E{seq}.1"])[0]
        self.assertEqual(corrected["date"], "2014-02-07")
        self.assertEqual(corrected["corrected"]["author"], "R. Dias")
        self.assertNotIn(first["id"], [e["id"] for e in events()])
        self.chancery("withdraw", corrected["document"], "--reason", "taken back by its paper")
        wait_until("it is withdrawn",
                   lambda: corrected["document"] not in [e["document"] for e in events()])
        kinds = self.chancery("history", corrected["document"], "--format", "jsonl").stdout
        self.assertEqual([json.loads(l)["kind"] for l in kinds.splitlines()],
                         ["document-added", "events-coded", "event-corrected", "document-withdrawn"])
        self.stop()
        self.sound()

    def test_a_record_that_makes_no_sense_is_refused(self):
        self.start()
        for request in ({"kind": "document-added", "body": {}}, {"kind": "event-corrected"},
                        {"kind": "document-withdrawn", "body": {"document": "zz", "author": "a",
                                                                "reason": "b"}}):
            self.assertIn("error", self.ask({"do": "record"} | request))
        self.assertEqual(len(self.log()), 1)

    def test_what_is_asked_of_the_daemon_is_checked_as_the_client_checks_it(self):
        self.start()
        self.write("a.txt", article(1))
        wait_until("it is done", lambda: self.done() == ["a.txt"])
        wait_until("it is told", lambda: "1 documents" in self.chancery("stats").stdout)
        event = json.loads(self.chancery("events", "--format", "jsonl").stdout.splitlines()[0])
        body = {"event": event["id"], "document": event["document"], "sentence": event["sentence"],
                "author": "a", "reason": "b"}
        before = len(self.log())
        for change in ({"event": "FOO"}, {"date": "banana"}, {"mode": 7}, {"mode": "foo"}, {"aux": "foo"}, {},
                       {"actor": [{"code": "QQQ"}]}, {"recipient": 65 * [{"code": "PRT"}]}, {"dispute": ["nowhere"]},
                       {"dispute": ["thread:RUS+JPN:economic"]}, {"dispute": ["thread:JPN+RUS:\n"]},
                       {"score": 99}, {"rule": "x"}, {"event": "AGREE", "not_an_event": True}, {"due": ""}):
            said = self.ask({"do": "record", "kind": "event-corrected", "body": body | {"change": change}})
            self.assertIn("error", said, change)
        for wrong in ({"event": "E999.1"}, {"event": "E3.99"}, {"document": "0" * 64}, {"sentence": "another"}):
            said = self.ask({"do": "record", "kind": "event-corrected",
                             "body": body | {"change": {"date": "2014-02-07"}} | wrong})
            self.assertIn("error", said, wrong)
        self.assertIn("error", self.ask({"do": "record", "kind": "document-withdrawn",
                                         "body": {"document": "0" * 64, "author": "a", "reason": "b"}}))
        lake = {"dispute": "lower-songwe", "name": {"en": "Lower Songwe"}, "parties": ["MWI", "TZA"],
                "terms": [], "issue": None, "since": None, "until": None, "author": "a", "reason": "b"}
        for wrong in ({"parties": ["MWI", "QQQ"]}, {"parties": ["MWI"]}, {"name": {}}, {"since": "banana"},
                      {"dispute": "Lake"}, {"dispute": "kuril-islands"}, {"withdrawn": True}):
            self.assertIn("error", self.ask({"do": "record", "kind": "dispute-declared", "body": lake | wrong}),
                          wrong)
        self.assertEqual(len(self.log()), before)
        self.assertEqual(self.ask({"do": "record", "kind": "dispute-declared", "body": lake})["seq"], before + 1)
        self.chancery("dispute", "lower-songwe", expect=1)  # waits for the views
        self.assertIn("seq", self.ask({"do": "record", "kind": "dispute-declared",
                                       "body": lake | {"withdrawn": True}}))
        self.assertIn("seq", self.ask({"do": "record", "kind": "event-corrected",
                                       "body": body | {"change": {"mode": "phone"}}}))
        self.stop()
        self.sound()

    def test_the_client_refuses_what_makes_no_sense_and_a_second_withdrawal(self):
        self.write("a.txt", article(1))
        self.once()
        event = json.loads(self.chancery("events", "--format", "jsonl").stdout.splitlines()[0])
        reason = ["--reason", "a slip"]
        before = len(self.log())
        said = self.chancery("correct", event["id"], "--mode", "foo", *reason, expect=2).stderr
        self.assertIn("CONSULT has no mode 'foo'", said)
        self.chancery("correct", event["id"], "--not-an-event", "--event", "AGREE", *reason, expect=2)
        for thread in ("RUS+JPN:economic", "JPN+JPN:economic", "JPN+RUS:trade\nof fish", "JPN+RUS:Economic",
                       "JPN+RUS:a:b", "JPN+RUS:x", "JPN+RUS:" + "x" * 65, "JPN+RUS+PRT:economic", "JPN+QQQ:economic"):
            said = self.chancery("correct", event["id"], "--dispute", "kuril-islands,thread:" + thread, *reason,
                                 expect=2).stderr
            self.assertIn("threads like thread:JPN+RUS:economic", said, thread)
        for side in ("actor", "recipient"):
            said = self.chancery("correct", event["id"], f"--{side}", ",".join(["PRT"] * 65), *reason, expect=2).stderr
            self.assertIn(f"'{side}' takes 64 actors at most, not 65", said)
        self.assertEqual(len(self.log()), before)
        longest = "thread:JPN+RUS:human_rights-" + "x" * 51
        self.chancery("correct", event["id"], "--dispute", longest, *reason)
        before += 1
        self.assertEqual(len(self.chancery("events", "--dispute", longest).stdout.splitlines()), 1)
        self.chancery("withdraw", event["document"], *reason)
        said = self.chancery("withdraw", event["document"], *reason, expect=2).stderr
        self.assertIn(f"record {before + 1} withdrew it already", said)
        self.assertEqual(len(self.log()), before + 1)

    def test_what_makes_no_sense_is_refused_at_the_start(self):
        self.once("--date", "2013-02-30", expect=2)
        self.assertIn("2013-02-30 is no date", self.said())
        config = self.place / "many.conf"
        config.write_text("workers = 99999999999\n")
        self.once("--config", str(config), expect=2)
        self.assertIn("workers takes a whole number", self.said())

    def test_an_empty_path_is_not_the_present_directory(self):
        here = self.place / "here"
        here.mkdir()
        (here / "notes.txt").write_text("notes\n")
        for option in ("--inbox", "--archive"):
            done = subprocess.run([str(CHANCERYD), "--once", "--inbox", str(self.inbox), "--archive",
                                   str(self.place / "other"), option, ""], cwd=here, capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"the path of {option[2:]} is empty", done.stderr)
        self.assertEqual([p.name for p in here.iterdir()], ["notes.txt"])

    def test_an_inbox_that_is_the_archive_is_refused(self):
        (self.place / "link").symlink_to(self.inbox)
        for archive in (self.inbox, self.place / "link", self.place / "." / "inbox" / "",
                        f"{self.inbox}//", f"{self.place}/./inbox/."):
            self.once("--archive", str(archive), expect=2)
            self.assertEqual(list(self.inbox.iterdir()), [], archive)
        self.assertIn("are one directory", self.said())
        for both in ("new", "./new/.", "new//"):
            self.once("--archive", f"{self.place}/{both}", "--inbox", f"{self.place}//new/", expect=2)
            self.assertFalse((self.place / "new").exists())
        config = self.place / "done.conf"
        config.write_text(f'done-directory = "{self.archive}"\n')
        self.once("--config", str(config), expect=2)
        self.once("--inbox", str(self.archive / "inbox"))

    def test_reasons_of_bad_lines_are_told_and_the_good_ones_taken(self):
        good = json.dumps({"title": "Acordo", "date": "2014-02-08",
                           "text": "A Rússia e o Japão assinaram um acordo."})
        self.write("lines.jsonl", good + "\nno json at all\n" + good.replace("acordo.", "tratado."))
        self.once()
        self.assertEqual(self.kinds()["document-added"], 2)
        self.assertEqual(self.kinds()["document-rejected"], 1)
        self.assertEqual(self.done(), ["lines.jsonl", "lines.jsonl.reason"])


if __name__ == "__main__":
    unittest.main(verbosity=1)
