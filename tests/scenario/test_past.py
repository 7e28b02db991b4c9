"""The past as it was: what --as-of tells, what a look at the past tells, and what the order in which
documents came has to do with either."""
import fcntl
import json
import os
import random
import signal
import subprocess
import time
import unittest

from harness import BUILD, CHANCERY, CHANCERYD, LONG, Story, wait_until

SEED = int(os.environ.get("CHY_SEED", "20131103"))
MAKE_ARCHIVE, GENERATE = BUILD / "tests/make_archive", BUILD / "bench/generate"
STEPS = 60 if LONG else 14
MOMENTS = 8 if LONG else 3

# Who, of which outlet, in which words. The sentences are of two pairs and a few weeks, so that papers
# tell the same acts, promise things and keep them.
OUTLETS = ["Agência Atlântica", "Harbour Wire", "Cable del Plata", "Correio do Planalto", "Diário do Estuário"]
SENTENCES = {
    "pt": ["Os ministros dos Negócios Estrangeiros da Rússia e do Japão reuniram-se ontem em Tóquio para discutir as "
           "ilhas Curilas.",
           "A Rússia e o Japão concordaram em reunir-se em Moscovo até ao fim de janeiro de 2014.",
           "O Japão protestou contra a visita do Presidente russo às ilhas Curilas.",
           "A Rússia rejeitou a proposta japonesa sobre as ilhas Curilas.",
           "A Rússia cancelou a reunião com o Japão sobre as ilhas Curilas.",
           "O ministro japonês dos Negócios Estrangeiros, Fumio Kishida, não se reuniu na segunda-feira com o seu "
           "homólogo russo.",
           "O primeiro-ministro japonês, Shinzo Abe, prometeu visitar a Rússia no início de 2014."],
    "en": ["The foreign ministers of Japan and Russia met in Tokyo on Saturday to discuss the Kuril Islands.",
           "Russia and Japan agreed to hold talks in Moscow in January 2014.",
           "Argentina accused Britain of militarizing the Falkland Islands.",
           "Argentine and British diplomats met in London on Tuesday to discuss fishing around the Falkland Islands."],
    "es": ["La Argentina y el Reino Unido acordaron reunirse en Londres en diciembre de 2013 para discutir la pesca en "
           "las aguas de las islas Malvinas.",
           "El Reino Unido rechazó la protesta argentina por las islas Malvinas."],
}

QUESTIONS = [["events"], ["events", "--between", "RUS,JPN", "--format", "jsonl"],
             ["timeline", "--format", "jsonl"], ["timeline", "kuril-islands"], ["disputes"],
             ["disputes", "--format", "json"], ["dispute", "kuril-islands"],
             ["dispute", "falklands-malvinas", "--format", "json"],
             ["commitments", "--limit", "0", "--format", "json"], ["commitments", "--overdue", "--on", "2014-06-01"],
             ["commitments", "kuril-islands", "--open", "--on", "2013-11-20"], ["actors"], ["actors", "Kishida"],
             ["actors", "--dispute", "kuril-islands"], ["stats"], ["stats", "--by", "month"], ["stats", "--by", "pair"],
             ["diff", "--from", "1"], ["search", "Curilas"], ["search", "ministro OR minister OR islas", "--format", "jsonl"],
             ["search", "re* -reuniu", "--limit", "3", "--format", "jsonl"],
             ["search", '"ilhas curilas" japao', "--actor", "JPN", "--format", "jsonl"],
             ["search", "islands OR islas", "--dispute", "falklands-malvinas", "--since", "2013-11-10"],
             ["search", "acordo OR talks OR ilhas", "--source", "Harbour Wire", "--format", "csv"],
             ["export", "csv"],
             ["export", "jsonl"], ["export", "ics"], ["export", "dot"]]


def article(chance, n):
    language = chance.choice(list(SENTENCES))
    body = chance.sample(SENTENCES[language], chance.randint(1, 2))
    return (f"Title: {n}\nDate: 2013-11-{chance.randint(1, 28):02}\nSource: {chance.choice(OUTLETS)}\n"
            f"Language: {language}\n\n" + "\n\n".join(body) + "\n")


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


class Past(Story):
    maxDiff = None

    def answer(self, archive, *arguments):
        keep = {k: v for k, v in os.environ.items() if k in ("PATH", "CHANCERY_DATA", "ASAN_OPTIONS")}
        done = subprocess.run([str(CHANCERY), "--archive", str(archive), *arguments], capture_output=True,
                              text=True, timeout=600, env=keep | {"LC_ALL": "C.UTF-8", "TZ": "UTC"})
        self.assertIn(done.returncode, (0, 1), (arguments, done.stderr))
        return done.stdout

    def digest(self, *arguments):
        return self.chancery("replay", *arguments).stdout.strip()

    def end(self):
        return self.log()[-1]["seq"]

    # -- a random history --------------------------------------------------------

    def events(self):
        found = rows(self.chancery("events", "--format", "jsonl", expect=None).stdout)
        self.seen |= {e["id"]: e["document"] for e in found}
        return found

    def setUp(self):
        super().setUp()
        self.seen = {}  # every event that was ever in force, and its document

    def run_daemon(self, chance):
        """It reads what lies there and is stopped, or killed in the middle of it."""
        if chance.random() < 0.3:
            self.start()
            time.sleep(chance.random() * 0.2)
            self.stop(signal.SIGKILL, expect=None)
        self.once()

    def change_something(self, chance):
        events = self.events()
        if not events:
            return
        event = chance.choice(events)
        change = chance.choice([["--date", "2013-11-02"], ["--date", "2013-11"], ["--not-an-event"], None])
        if change:
            self.chancery("correct", event["id"], *change, "--reason", "read again")
        else:
            self.chancery("withdraw", event["document"], "--reason", "withdrawn by its paper")

    def begin_with_older_codings(self):
        """Which a recode changes."""
        lines = [json.dumps({"add": f"old-{n}", "title": f"Old {n}", "date": "2013-11-03", "language": "pt",
                             "source": OUTLETS[n], "text": f"Old {n}\n\n{text}\n",
                             "events": [{"event": "CONSULT", "cameo": "040", "score": 1.0, "date": "2013-11-20",
                                         "actor": ["RUS", "JPN"], "sentence": text, "s": 2, "confidence": 0.5}]})
                 for n, text in enumerate(SENTENCES["pt"][:4])]
        subprocess.run([str(MAKE_ARCHIVE), str(self.archive)], input="\n".join(lines).encode(), check=True)

    def live(self, chance):
        """A history; the records at which it paused, and the digest of the live views at each."""
        pauses, n = {}, 0
        self.begin_with_older_codings()
        for _ in range(STEPS):
            for _ in range(chance.randint(0, 4)):
                n += 1
                self.write(f"{n}.txt", article(chance, n))
            self.run_daemon(chance)
            self.events()
            if chance.random() < 0.5:
                self.change_something(chance)
            if chance.random() < 0.4:
                self.chancery("replay", "--check")
                pauses[self.end()] = self.digest("--to", str(self.end()))
        self.start()
        self.chancery("recode", "--wait")
        self.stop()
        return pauses

    def questions(self, chance):
        """Those of everything, and those of some events and documents."""
        some = chance.sample(sorted(self.seen), 4)
        some = [{"id": one, "document": self.seen[one]} for one in some]
        return (QUESTIONS + [["show", e["id"]] for e in some] + [["source", e["id"]] for e in some] +
                [["history", e["document"]] for e in some] + [["show", e["document"], "--format", "json"] for e in some])

    def compare(self, seq, questions):
        past = self.place / f"past-{seq}"
        self.chancery("replay", "--to", str(seq), "--into", str(past))
        for question in questions:
            if question[0] == "diff":
                told = self.answer(self.archive, *question, "--to", str(seq)) if seq > 1 else ""
            else:
                told = self.answer(self.archive, "--as-of", str(seq), *question)
            self.assertEqual(told, self.answer(past, *question), (seq, question))

    def test_a_moment_is_told_as_it_was_when_it_was_the_last(self):
        chance = random.Random(SEED)
        pauses = self.live(chance)
        end = self.end()
        self.sound()
        for seq, digest in pauses.items():
            self.assertEqual(self.digest("--to", str(seq)), digest, seq)
        questions = self.questions(chance)
        for seq in sorted(chance.sample(range(2, end), MOMENTS)) + [end]:
            self.compare(seq, questions)

    # -- the order of arrival -------------------------------------------------------

    def told(self, articles, at_once):
        """What does not name records, of articles that came in this order."""
        self.archive = self.place / f"archive-{len(list(self.place.iterdir()))}"
        for start in range(0, len(articles), at_once):
            for n, text in articles[start:start + at_once]:
                self.write(f"{n}.txt", text)
            self.once()
        happenings = rows(self.chancery("timeline", "--format", "jsonl").stdout)
        promises = rows(self.chancery("commitments", "--limit", "0", "--format", "jsonl").stdout)
        for row in happenings + promises:
            for key in ("best", "events"):
                del row[key]
        promises = [(p["happening"], p["state"], (p["by"] or {}).get("happening"),
                     [r["happening"] for r in p["renews"]]) for p in promises]
        return happenings, promises, self.chancery("disputes").stdout

    def test_the_order_in_which_documents_come_changes_nothing_that_is_told(self):
        chance = random.Random(SEED)
        articles = [(n, article(chance, n)) for n in range(24)]
        first = self.told(articles, at_once=24)
        self.assertGreater(len(first[0]), 10)
        self.assertGreater(len(first[1]), 2)
        for _ in range(2):
            chance.shuffle(articles)
            self.assertEqual(self.told(articles, at_once=chance.randint(1, 9)), first)

    # -- looks at the past -------------------------------------------------------------

    def test_a_look_at_the_past_ends_there_and_takes_nothing_new(self):
        chance = random.Random(SEED)
        for n in range(3):
            self.write(f"{n}.txt", article(chance, n))
            self.once()
        past = str(self.place / "past")
        digest = self.digest("--to", "5", "--into", past)
        self.assertEqual(self.digest("--to", "5"), digest)
        self.assertEqual([r["seq"] for r in rows(self.answer(past, "log"))], [1, 2, 3, 4, 5])
        self.assertIn("5", self.answer(past, "status"))
        document = self.log()[1]["body"]["document"]
        for arguments in (["withdraw", document, "--reason", "x"], ["verify"], ["backup", past + "-copy"]):
            done = self.chancery("--archive", past, *arguments, expect=3)
            self.assertIn("past", done.stderr)
        done = subprocess.run([str(CHANCERYD), "--once", "--archive", past, "--inbox", str(self.inbox)],
                              capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.chancery("--archive", past, "--as-of", "6", "stats", expect=2)
        self.chancery("replay", "--into", str(self.archive), expect=2)
        (self.place / "past" / "views.unfinished").touch()  # as a replay of the look leaves it
        self.assertEqual(self.digest("--to", "5", "--into", past), digest)
        self.chancery("replay", "--to", "9", expect=2)
        self.assertEqual(len(self.log()), 7)
        self.sound()

    def test_a_look_at_the_past_may_be_named_by_its_time(self):
        for n in range(2):
            self.write(f"{n}.txt", article(random.Random(n), n))
            self.once()
        moment = self.log()[2]["time"]
        self.assertEqual(self.digest("--to", moment), self.digest("--to", "3"))
        self.chancery("replay", "--to", "1999-01-01", expect=1)

    def articles_one_by_one(self, n):
        chance = random.Random(SEED)
        for i in range(n):
            self.write(f"{i}.txt", article(chance, i))
            self.once()

    def told_as_of(self, seq, look):
        self.assertEqual(self.answer(look, "stats"), self.answer(self.archive, "--as-of", str(seq), "stats"))
        self.assertEqual(self.answer(look, "timeline"), self.answer(self.archive, "--as-of", str(seq), "timeline"))
        self.chancery("--archive", str(look), "replay", "--check")

    def test_a_look_that_cannot_be_made_one_of_another_record_stays_what_it_was(self):
        self.articles_one_by_one(4)
        look, end = self.place / "look", self.end()
        self.digest("--into", str(look))
        with open(look / "views.lock", "r+b") as held:
            fcntl.lockf(held, fcntl.LOCK_EX)
            self.chancery("replay", "--to", "3", "--into", str(look), expect=3)
        self.told_as_of(end, look)
        self.assertEqual(self.digest("--to", "3", "--into", str(look)), self.digest("--to", "3"))
        self.told_as_of(3, look)

    def test_views_of_a_look_beyond_its_record_are_made_again(self):
        self.articles_one_by_one(4)
        look, end = self.place / "look", self.end()
        self.digest("--into", str(look))
        note = json.loads((look / "past.json").read_text())
        self.assertEqual(note["last"], end)
        (look / "past.json").write_text(json.dumps(note | {"last": 3}))
        self.assertEqual(self.digest("--to", "3", "--into", str(look)), self.digest("--to", "3"))
        self.told_as_of(3, look)

    def test_a_note_that_a_full_disk_left_empty_blocks_nothing(self):
        self.articles_one_by_one(2)
        look = self.place / "look"
        look.mkdir()
        (look / "past.json").touch()
        self.assertEqual(self.digest("--to", "3", "--into", str(look)), self.digest("--to", "3"))
        self.told_as_of(3, look)

    @unittest.skipUnless(LONG, "a log that is long enough takes half a minute")
    def test_a_replay_that_is_interrupted_goes_on_where_it_was(self):
        subprocess.run([str(GENERATE), str(self.archive), "55000"], check=True, stdout=subprocess.DEVNULL)
        replay = [str(CHANCERY), "--archive", str(self.archive), "replay"]
        running = subprocess.Popen(replay, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_until("it has begun", lambda: (self.archive / "views.unfinished").exists())
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=300)
        self.assertEqual((running.returncode, out), (-signal.SIGINT, ""), err)
        self.assertIn("goes on", err)
        digest = self.digest()
        self.assertFalse((self.archive / "views.unfinished").exists())
        self.assertEqual(self.digest("--to", str(self.end())), digest)

    def test_views_that_others_finished_after_an_interruption_are_made_again(self):
        self.write("a.txt", article(random.Random(SEED), 1))
        self.once()
        views, mark = self.archive / "views.mdb", self.archive / "views.unfinished"
        kept = os.open(views, os.O_RDONLY)  # its number is given to no other meanwhile
        mark.touch()
        self.digest()
        self.assertNotEqual(views.stat().st_ino, os.fstat(kept).st_ino)
        os.close(kept)
        self.assertFalse(mark.exists())


if __name__ == "__main__":
    unittest.main()
