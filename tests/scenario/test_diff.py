"""What changed between two moments, for one who asks of some of it."""
import json
import shutil
import unittest

from harness import SOURCE, Story


class Diff(Story):
    def setUp(self):
        super().setUp()
        articles = sorted((SOURCE / "examples/inbox").iterdir())
        for path in articles[:12]:
            shutil.copy2(path, self.inbox)
        self.once()
        self.before = str(len(self.log()))
        for path in articles[12:]:
            shutil.copy2(path, self.inbox)
        self.once()

    def rows(self, *given):
        out = self.chancery("diff", "--from", self.before, "--format", "jsonl", *given, expect=None).stdout
        return [json.loads(line) for line in out.splitlines()]

    def events(self, *given):
        out = self.chancery("events", "--format", "jsonl", *given, expect=None).stdout
        return {json.loads(line)["id"] for line in out.splitlines()}

    def codes(self, row):
        return {actor["code"] for side in ("actor", "recipient") for actor in row[side]}

    def test_a_filter_leaves_what_is_of_others_out(self):
        event = next(r for r in self.rows("--actor", "RUS") if r["change"] == "learned")
        self.chancery("correct", event["id"], "--date", "2014-02-07", "--reason", "a misprint")
        everything = self.rows()
        self.assertEqual({"learned", "corrected", "phase", "overdue"}, {r["change"] for r in everything})
        told = [r for r in everything if r["change"] in ("learned", "corrected")]
        for given in (["--between", "RUS,JPN"], ["--actor", "RUS"], ["--recipient", "Japan"], ["--event", "AGREE"],
                      ["--dispute", "kuril-islands"], ["--language", "es"], ["--between", "RUS,JPN", "--event", "CONSULT"]):
            found = [r["id"] for r in self.rows(*given) if r["change"] in ("learned", "corrected")]
            kept = self.events(*given)
            self.assertEqual(found, [r["id"] for r in told if r["id"] in kept], given)
            self.assertTrue(found, given)

    def test_promises_and_phases_are_those_asked_for(self):
        for change in ("overdue", "phase"):
            everything = [r for r in self.rows() if r["change"] == change]
            self.assertTrue(everything, change)
            for row in everything:
                for dispute in row["dispute"]:
                    self.assertIn(row, self.rows("--dispute", dispute))
            found = [r for r in self.rows("--dispute", "kuril-islands") if r["change"] == change]
            self.assertEqual(found, [r for r in everything if "kuril-islands" in r["dispute"]])
        overdue = [r for r in self.rows("--between", "RUS,JPN") if r["change"] == "overdue"]
        self.assertEqual(overdue, [r for r in self.rows() if r["change"] == "overdue"
                                   and {"RUS", "JPN"} <= self.codes(r)])
        self.assertEqual([], [r for r in self.rows("--event", "AGREE") if r["change"] == "phase"])

    def test_a_dispute_is_meant_as_it_was_declared_at_the_later_moment(self):
        declare = ["dispute", "--declare", "talks-on-islands", "--name", "Talks", "--parties", "RUS,JPN",
                   "--reason", "followed apart", "--terms"]
        self.chancery(*declare, "ilhas")
        then = str(len(self.log()))
        self.chancery(*declare, "Abe")
        for given, as_of in ((["--to", then], ["--as-of", then]), ([], [])):
            found = {r["id"] for r in self.rows("--dispute", "talks-on-islands", *given) if r["change"] == "learned"}
            kept = self.events("--dispute", "talks-on-islands", *as_of)
            self.assertEqual(found, kept & {r["id"] for r in self.rows(*given)}, given)
            self.assertTrue(found)
        self.assertIn("talks-on-islands", self.chancery(
            "diff", "--from", "1", "--to", self.before, "--dispute", "talks-on-islands", expect=2).stderr)

    def test_days_and_numbers_are_no_filters_of_it(self):
        for given in (["--since", "2014"], ["--until", "2014"], ["--limit", "3"]):
            self.assertIn(given[0], self.chancery("diff", "--from", self.before, *given, expect=2).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
