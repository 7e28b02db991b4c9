"""Documents that another coder coded are coded again, in the background."""
import json
import os
import random
import subprocess
import time
import unittest

from harness import BUILD, LONG, SANITIZED, Story, article, wait_until

MAKE_ARCHIVE = BUILD / "tests/make_archive"
DOCUMENTS = 4000 if LONG else 300
KILLS = 100 if LONG else 8
SENTENCE = "A Rússia e o Japão concordaram em continuar as negociações."


def event(sentence=SENTENCE, category="AGREE"):
    return {"event": category, "score": 4.0, "actor": ["RUS", "JPN"], "sentence": sentence,
            "trigger": "concordaram", "rule": "script", "confidence": 0.5, "s": 2}


def old(name, text=SENTENCE, events=None, **more):
    """A document as an older coder left it."""
    return {"add": name, "title": name, "date": "2014-02-08", "source": "Agência Atlântica",
            "text": f"{name}\n\n{text}", "events": [event()] if events is None else events} | more


class Recode(Story):
    def make(self, *lines):
        """An archive without a daemon; the first document is record 2, its coding record 3."""
        text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        subprocess.run([str(MAKE_ARCHIVE), str(self.archive)], input=text.encode(), check=True)

    def many(self, n=DOCUMENTS):
        self.make(*(old(f"Notícia {i}") for i in range(n)))

    def recode(self, *arguments):
        return json.loads(self.chancery("recode", "--wait", "--format", "json", *arguments).stdout)

    def events(self, *arguments):
        out = self.chancery("events", "--format", "jsonl", *arguments, expect=None).stdout
        return [json.loads(line) for line in out.splitlines()]

    def recoded(self):
        """The records that recodes wrote: the document of each, in order."""
        return [r["body"]["document"] for r in self.log() if "recoding" in r["body"]]

    def job(self):
        return (self.status() or {}).get("recode") or {}

    # -- what is written --------------------------------------------------------

    def test_a_record_is_written_where_events_differ_and_none_where_they_are_the_same(self):
        self.many(20)
        self.start()
        first = self.recode()
        self.assertEqual([first[k] for k in ("state", "documents", "changed", "same", "failed")],
                         ["done", 20, 20, 0, 0])
        self.assertEqual(len(set(self.recoded())), 20)
        end = len(self.log())
        second = self.recode()
        self.assertEqual([second[k] for k in ("documents", "changed", "same")], [20, 0, 20])
        self.assertEqual(len(self.log()), end)
        self.assertEqual({e["rule"] == "script" for e in self.events()}, {False})
        self.stop()
        self.sound()

    def test_what_a_daemon_has_coded_itself_stays_the_same(self):
        for n in range(8):
            self.write(f"n{n}.txt", article(n))
        self.once()
        end = len(self.log())
        self.start()
        job = self.recode()
        self.assertEqual([job["documents"], job["same"]], [8, 8])
        self.assertEqual(len(self.log()), end)
        self.stop()

    def test_a_dry_run_tells_what_then_comes_about(self):
        self.make(old("a"), old("b", events=[]), old("c", text="Choveu em Lisboa.", events=[
            event("Choveu em Lisboa.")]), old("d", text="Choveu em Faro.", events=[]))
        end = len(self.log())
        told = json.loads(self.chancery("recode", "--dry-run", "--format", "json").stdout)
        self.assertEqual(len(self.log()), end)
        self.assertEqual([told[k] for k in ("documents", "changed", "same")], [4, 3, 1])
        self.assertGreaterEqual(told["events_added"], 1)
        self.assertEqual([c["gone"] for c in told["changes"] if c["title"] == "c"], [1])
        self.start()
        job = self.recode()
        for key in told.keys() - {"changes"}:
            self.assertEqual(job[key], told[key], key)
        self.stop()

    def test_filters_choose_by_date_language_outlet_and_id(self):
        self.make(old("a"), old("b", date="2015-03-01"), old("c", source="Harbour Wire"),
                  old("d", language="en"))
        self.start()
        ids = [r["body"]["document"] for r in self.log() if r["kind"] == "document-added"]
        for arguments, chosen in ((["--since", "2015"], 1), (["--until", "2014-02"], 3),
                                  (["--source", "Harbour Wire"], 1), ([ids[0][:12], ids[2]], 2)):
            self.assertEqual(self.recode(*arguments)["documents"], chosen, arguments)
        self.stop()

    # -- corrections and what is taken back ---------------------------------------

    def test_a_correction_finds_its_sentence_again_or_is_listed_as_orphaned(self):
        rain = "Choveu em Lisboa."
        self.make(old("a"), old("b", text=rain, events=[event(rain)]),
                  {"correct": "a", "event": "E3.1", "change": {"date": "2014-02-07"},
                   "author": "R. Dias", "reason": "the day before"},
                  {"correct": "b", "event": "E5.1", "change": {"date": "2014-02-07"},
                   "author": "R. Dias", "reason": "the day before"})
        self.start()
        job = self.recode()
        self.assertEqual([job["changed"], job["orphaned"]], [2, 1])
        wait_until("the views follow", lambda: not [e for e in self.events() if e["id"] == "E6.1"])
        events = self.events()
        self.assertEqual([e["date"] for e in events if "corrected" in e], ["2014-02-07"])
        self.assertIn("orphaned", self.chancery("history", "E5.1").stdout)
        self.assertNotIn("orphaned", self.chancery("history", "E3.1").stdout)
        self.assertIn("coded again", self.chancery("history", "E3.1").stdout)
        before = json.loads(self.chancery("--as-of", "7", "events", "--format", "json").stdout)
        self.assertEqual([e["id"] for e in before], ["E6.1", "E7.1"])
        self.stop()
        self.sound()

    def test_a_document_that_was_withdrawn_stays_so(self):
        self.make(old("a"), {"withdraw": "a", "author": "R. Dias", "reason": "by its paper"})
        self.start()
        self.assertEqual(self.recode()["withdrawn"], 1)
        self.assertEqual(self.recoded(), [])
        self.stop()

    def test_a_document_that_no_coder_reads_any_more_keeps_its_events_and_is_named(self):
        self.make(old("a", language="xx"), old("b"))
        self.start()
        job = self.recode()
        self.assertEqual([job["failed"], job["changed"]], [1, 1])
        self.assertIn("xx", job["failures"][0]["reason"])
        self.assertIn("E3.1", [e["id"] for e in self.events()])
        self.stop()

    @unittest.skipUnless(SANITIZED, "the hooks are compiled into sanitised builds only")
    def test_a_document_that_workers_fall_over_is_named_and_the_rest_goes_on(self):
        self.make(old("a", text=f"%%WORKER-FALLS%% {SENTENCE}"), *(old(f"n{i}") for i in range(6)))
        self.start()
        job = self.recode()
        self.assertEqual([job["failed"], job["changed"]], [1, 6])
        self.assertIn("two workers", job["failures"][0]["reason"])
        self.assertIn("E3.1", [e["id"] for e in self.events()])
        self.stop()

    # -- beside other work ----------------------------------------------------------

    def test_without_a_daemon_it_refuses_and_says_what_to_do(self):
        self.many(2)
        self.assertIn("start chanceryd", self.chancery("recode", expect=3).stderr)

    def test_a_file_that_comes_meanwhile_does_not_wait_for_its_end(self):
        self.many()
        self.start()
        self.ask({"do": "recode"})
        wait_until("it is on its way", lambda: self.job().get("documents", 0) > 0)
        self.write("new.txt", article(1))
        wait_until("it is done", lambda: self.job().get("state") == "done", 300)
        wait_until("the file is too", lambda: self.done())
        records = self.log()
        new = [r["seq"] for r in records if r["kind"] == "document-added"][-1]
        self.assertLess(new, [r["seq"] for r in records if "recoding" in r["body"]][-1])
        self.stop()

    def test_one_that_is_stopped_keeps_what_it_wrote_and_writes_no_more(self):
        self.many()
        self.start()
        self.ask({"do": "recode"})
        self.assertIn("error", self.ask({"do": "recode"}))
        wait_until("it is on its way", lambda: self.job().get("documents", 0) > 0)
        self.chancery("recode", "--stop")
        self.stop()
        wrote = len(self.recoded())
        self.assertLess(wrote, DOCUMENTS)
        self.start()
        self.assertEqual(self.job()["state"], "stopped")
        self.stop()
        self.assertEqual(len(self.recoded()), wrote)
        self.sound()

    # -- ends that nobody wished for --------------------------------------------------

    def everything_once(self, job):
        recoded = self.recoded()
        self.assertEqual(len(recoded), DOCUMENTS)
        self.assertEqual(len(set(recoded)), DOCUMENTS)
        self.assertEqual([job[k] for k in ("documents", "changed", "same", "failed")],
                         [DOCUMENTS, DOCUMENTS, 0, 0])
        self.assertEqual(job["events_gone"] + job["events_changed"], DOCUMENTS)
        self.sound()

    def test_an_orderly_restart_goes_on_where_the_daemon_left(self):
        self.many()
        self.start()
        self.ask({"do": "recode"})
        wait_until("it is on its way", lambda: self.job().get("documents", 0) > 5)
        self.stop()
        self.assertIn("a recode stands at record", self.chancery("status").stdout)
        self.once()
        self.assertNotIn("a recode stands", self.chancery("status").stdout)
        job = json.loads((self.archive / "recode.json").read_text())
        self.assertEqual(job["state"], "done")
        self.everything_once(job)

    def test_kills_at_any_moment_lose_and_double_nothing(self):
        random.seed(20141103)
        self.many()
        self.start()
        self.ask({"do": "recode"})
        for _ in range(KILLS):
            time.sleep(random.random() * 0.2)
            self.daemon.kill()
            self.daemon.wait()
            self.start()
        wait_until("it is done", lambda: self.job().get("state") == "done", 300 + DOCUMENTS)
        job = self.job()
        self.stop()
        self.everything_once(job)

    def test_views_deleted_meanwhile_are_waited_for(self):
        self.many()
        self.start()
        self.ask({"do": "recode"})
        wait_until("it is on its way", lambda: self.job().get("documents", 0) > 0)
        os.unlink(self.archive / "views.mdb")
        wait_until("it is done", lambda: self.job().get("state") == "done", 300)
        job = self.job()
        self.stop()
        self.everything_once(job)


if __name__ == "__main__":
    unittest.main(verbosity=1)
