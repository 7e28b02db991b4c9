"""Looking for words over the example articles."""
import errno
import json
import os
import pty
import re
import shutil
import subprocess
import unittest

from harness import CHANCERY, SOURCE, Story


class Search(Story):
    def setUp(self):
        super().setUp()
        for path in (SOURCE / "examples/inbox").iterdir():
            shutil.copy2(path, self.inbox)
        self.once()

    def hits(self, *words, expect=0):
        out = self.chancery("search", *words, "--format", "jsonl", expect=expect).stdout
        return [json.loads(line) for line in out.splitlines()]

    def test_sentences_are_found_in_any_form_and_spelling(self):
        for words in ("negociações", "NEGOCIACOES", "negociação", "negociacao"):
            found = {h["sentence"] for h in self.hits(words, "--limit", "100")}
            self.assertTrue(any("retomar as negociações" in (s or "") for s in found), words)
        for words in ("curilas", "Curil*", '"ilhas curilas"', "ilhas curilas"):
            for hit in self.hits(words):
                text = f"{hit['sentence']} {hit['title']}".lower()
                self.assertIn("curil", text, words)

    def test_each_event_is_found_by_the_words_of_its_sentence(self):
        events = [json.loads(l) for l in self.chancery("events", "--format", "jsonl").stdout.splitlines()]
        for event in events[::4]:
            words = re.findall(r"\w+", event["sentence"])[:20]
            found = self.hits('"' + " ".join(words) + '"', "--limit", "100")
            self.assertIn(event["id"], [h["id"] for h in found], event["sentence"])

    def test_a_document_that_codes_nothing_is_found_by_its_title(self):
        found = self.hits("chuva")
        self.assertEqual([h["kind"] for h in found], ["document"])
        self.assertEqual(self.hits("chuva", "--actor", "RUS", expect=1), [])

    def test_filters_hold_and_marks_are_the_words(self):
        for hit in self.hits("Rússia", "--since", "2014", "--source", "Agência Atlântica"):
            self.assertEqual(hit["source"], "Agência Atlântica")
            self.assertGreaterEqual(hit["date"] or hit["reported"], "2014")
            text = (hit["sentence"] or "").encode()
            for first, last in hit["marks"]:
                self.assertRegex(text[first:last].decode().lower(), "^r[uú]ss")

    def shown_on_a_terminal(self, *arguments):
        """What it prints there, to the end: it comes in as many parts as the terminal likes."""
        main, side = pty.openpty()
        environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        running = subprocess.Popen([str(CHANCERY), "--archive", str(self.archive), *arguments],
                                   stdout=side, env=environment)
        os.close(side)
        shown = b""
        try:
            while part := os.read(main, 65536):
                shown += part
        except OSError as error:
            self.assertEqual(error.errno, errno.EIO)  # nobody has the other side any more
        os.close(main)
        self.assertEqual(running.wait(), 0)
        return shown.decode()

    def test_the_words_are_bold_on_a_terminal_and_plain_in_a_pipe(self):
        self.assertNotIn("\033", self.chancery("search", "curilas").stdout)
        shown = self.shown_on_a_terminal("search", "curilas", "--limit", "1")
        self.assertRegex(shown, "\033\\[1;33mCurilas\033\\[0m")

    def test_hostile_words_are_refused_with_a_reason(self):
        for words in ("", "   ", ".,;!?", "-", "-curilas", '"curilas', '"', "a*", "OR", "curilas OR",
                      " ".join(f"w{n}" for n in range(10000))):
            done = self.chancery("search", words, expect=2)
            self.assertIn("chancery: ", done.stderr, words[:40])
            self.assertEqual(done.stdout, "")
        done = subprocess.run([str(CHANCERY), "--archive", str(self.archive), "search", b"curil\xff\xfe"],
                              capture_output=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"UTF-8", done.stderr)
        self.chancery("search", "x" * 100000, expect=1)
        self.chancery("search", '"' + "x " * 31 + '"', expect=1)

    def test_a_beginning_of_more_words_than_are_looked_for_is_told(self):
        sentence = " ".join(f"quirim{n:03}" for n in range(65))
        self.write("many.txt", f"Title: Muitos nomes\nDate: 2013-11-03\nLanguage: pt\nSource: Gazeta\n\n"
                               f"O Japão protestou contra {sentence} da Rússia.\n")
        self.write("title.txt", f"Title: {sentence}\nDate: 2013-11-03\nLanguage: pt\nSource: Gazeta\n\nNada.\n")
        self.once()
        said = self.chancery("search", "quirim* OR curil*").stderr
        self.assertIn("quirim* begins more words than are looked for", said)
        self.assertNotIn("curil*", said)
        self.assertEqual(self.chancery("search", "quirim00*").stderr, "")

    def test_what_is_withdrawn_is_found_as_of_then_only(self):
        hit = next(h for h in self.hits("Kunashir") if h["id"])
        before = str(len(self.log()))
        self.chancery("withdraw", hit["document"], "--reason", "withdrawn by its paper")
        self.assertNotIn(hit["document"], [h["document"] for h in self.hits("Kunashir", expect=None)])
        self.assertIn(hit["id"], [h["id"] for h in self.hits("Kunashir", "--as-of", before)])
        self.sound()

    def test_a_filter_finds_what_is_found_without_it_and_is_its_own(self):
        words = "rússia OR japão OR ministro OR presidente OR acordo OR ilhas"
        event = next(h for h in self.hits(words, "--actor", "RUS") if h["id"])
        before = str(len(self.log()))
        self.chancery("correct", event["id"], "--actor", "Angola", "--reason", "read again")
        self.chancery("dispute", "--declare", "talks-on-islands", "--name", "Talks", "--parties", "RUS,JPN",
                      "--terms", "ilhas", "--reason", "followed apart")
        events = self.events()
        codes = {actor["code"] for e in events for side in ("actor", "recipient") for actor in e[side] if actor["code"]}
        disputes = {dispute for e in events for dispute in e["dispute"]}
        self.assertIn("AGO", codes)
        self.assertIn("talks-on-islands", disputes)
        filters = [[f"--{side}", code] for side in ("actor", "recipient", "between") for code in sorted(codes)]
        filters += [["--between", f"{one},{other}"] for one in ("RUS", "CHN") for other in sorted(codes - {one})]
        filters += [["--dispute", dispute] for dispute in sorted(disputes)]
        filters += [["--between", "RUS,JPN", "--since", "2014"], ["--actor", "RUS", "--recipient", "JPN"]]
        filters += [["--event", category] for category in sorted({e["event"] for e in events})]
        filters += [["--aux", aux] for aux in ("future", "historical", "hypothetical", "negation")]
        filters += [["--place", place.upper()] for place in sorted({e["place"] for e in events if e["place"]})]
        filters += [["--event", "CONSULT", "--between", "RUS,JPN"], ["--aux", "future", "--actor", "RUS"]]
        for as_of in ([], ["--as-of", before]):
            everything = {h["id"] for h in self.hits(words, "--limit", "1000", *as_of) if h["id"]}
            for given in filters:
                if as_of and "talks-on-islands" in given:
                    continue  # it was not declared yet
                found = {h["id"] for h in self.hits(words, "--limit", "1000", *given, *as_of, expect=None)}
                kept = {e["id"] for e in self.events(*given, *as_of)}
                self.assertEqual(found, everything & kept, given)

    def events(self, *given):
        out = self.chancery("events", "--format", "jsonl", *given, expect=None).stdout
        return [json.loads(line) for line in out.splitlines()]


if __name__ == "__main__":
    unittest.main(verbosity=1)
