"""Exports as the programs that read them meet them, over the example articles."""
import csv
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import unittest

from harness import CHANCERY, SOURCE, Story, article

AWKWARD = """Título: Rússia acusa Japão: "isto, dizem; é 🙂\\n"
Data: 2014-02-08
Fonte: A; "Gazeta", do Sul
Idioma: pt

A Rússia acusou o Japão de "hostilidade", disse <b>ontem</b> & hoje o ministro 🙂; o Japão \\ protestou.
"""
# What `stats` counts, and the same of the database and of the table.
QUESTIONS = [
    (["--by", "month"], "SELECT month, events FROM events_by_month",
     "SELECT coalesce(nullif(substr(day, 1, 7), ''), 'unknown'), count(*) FROM csv GROUP BY 1"),
    (["--by", "category"], "SELECT event, events FROM events_by_category",
     "SELECT event, count(*) FROM csv GROUP BY 1"),
    (["--by", "pair"], "SELECT one || ',' || other, events FROM events_by_pair", None),
    (["--dispute", "kuril-islands"],
     "SELECT e.event, count(*) FROM events e JOIN event_disputes d ON d.event = e.id "
     "WHERE d.dispute = 'kuril-islands' GROUP BY 1",
     "SELECT event, count(*) FROM csv WHERE ';' || dispute || ';' LIKE '%;kuril-islands;%' GROUP BY 1"),
    (["--actor", "RUS"],
     "SELECT event, count(*) FROM events WHERE id IN (SELECT event FROM event_actors "
     "WHERE side = 'actor' AND code = 'RUS') GROUP BY 1",
     "SELECT event, count(*) FROM csv WHERE ';' || actor || ';' LIKE '%;RUS;%' GROUP BY 1"),
    (["--recipient", "JPN", "--by", "month"],
     "SELECT coalesce(substr(day, 1, 7), 'unknown'), count(*) FROM events WHERE id IN "
     "(SELECT event FROM event_actors WHERE side = 'recipient' AND code = 'JPN') GROUP BY 1",
     "SELECT coalesce(nullif(substr(day, 1, 7), ''), 'unknown'), count(*) FROM csv "
     "WHERE ';' || recipient || ';' LIKE '%;JPN;%' GROUP BY 1"),
    (["--source", "Agência Atlântica"],
     "SELECT event, count(*) FROM events e JOIN documents d ON d.id = e.document "
     "WHERE d.outlet = 'Agência Atlântica' GROUP BY 1",
     "SELECT event, count(*) FROM csv WHERE outlet = 'Agência Atlântica' GROUP BY 1"),
    (["--aux", "future"], "SELECT event, count(*) FROM events WHERE aux = 'future' GROUP BY 1",
     "SELECT event, count(*) FROM csv WHERE aux = 'future' GROUP BY 1"),
    (["--language", "es", "--by", "month"],
     "SELECT coalesce(substr(day, 1, 7), 'unknown'), count(*) FROM events WHERE language = 'es' GROUP BY 1",
     "SELECT coalesce(nullif(substr(day, 1, 7), ''), 'unknown'), count(*) FROM csv "
     "WHERE language = 'es' GROUP BY 1"),
    (["--since", "2013", "--until", "2014"],
     "SELECT event, count(*) FROM events WHERE day BETWEEN '2013-01-01' AND '2014-12-31' GROUP BY 1",
     "SELECT event, count(*) FROM csv WHERE day BETWEEN '2013-01-01' AND '2014-12-31' GROUP BY 1"),
    (["--between", "RUS,JPN", "--event", "CONSULT", "--by", "month"],
     "SELECT coalesce(substr(day, 1, 7), 'unknown'), count(*) FROM events e WHERE event = 'CONSULT' AND "
     "(SELECT count(DISTINCT code) FROM event_actors a WHERE a.event = e.id AND code IN ('RUS', 'JPN')) = 2 "
     "GROUP BY 1", None),
    (["--min-confidence", "0.75"], "SELECT event, count(*) FROM events WHERE confidence >= 0.75 GROUP BY 1",
     "SELECT event, count(*) FROM csv WHERE CAST(confidence AS REAL) >= 0.75 GROUP BY 1"),
]


class Export(Story):
    def setUp(self):
        super().setUp()
        for path in (SOURCE / "examples/inbox").iterdir():
            shutil.copy2(path, self.inbox)
        self.once()

    def export(self, *arguments, expect=0):
        """The bytes: line ends are part of several formats."""
        done = subprocess.run([str(CHANCERY), "--archive", str(self.archive), "export", *arguments],
                              capture_output=True, timeout=600)
        self.assertEqual(done.returncode, expect, done.stderr.decode())
        return done.stdout.decode()

    def events(self, *arguments):
        out = self.chancery("events", "--format", "jsonl", *arguments).stdout
        return [json.loads(line) for line in out.splitlines()]

    def happenings(self, *arguments):
        return json.loads(self.chancery("timeline", "--format", "json", *arguments).stdout)

    def rows(self, *arguments):
        return list(csv.DictReader(io.StringIO(self.export("csv", *arguments), newline="")))

    def database(self, *arguments):
        path = self.place / "export.db"
        self.export("sqlite", "--output", str(path), "--force", *arguments)
        return sqlite3.connect(path)

    def add_awkward(self):
        self.write("awkward.txt", AWKWARD)
        self.once()

    # -- tables ------------------------------------------------------------------

    def counts(self, arguments):
        key = arguments[arguments.index("--by") + 1] if "--by" in arguments else "category"
        out = self.chancery("stats", "--format", "jsonl", *arguments).stdout
        return {row[key]: row["events"] for row in map(json.loads, out.splitlines())}

    def test_the_database_and_the_table_count_as_stats_does(self):
        self.add_awkward()
        db = self.database()
        columns = list(self.rows()[0])
        db.execute(f"CREATE TEMP TABLE csv ({', '.join(columns)})")
        db.executemany(f"INSERT INTO csv VALUES ({', '.join('?' * len(columns))})",
                       [list(row.values()) for row in self.rows()])
        for arguments, of_database, of_table in QUESTIONS:
            expected = self.counts(arguments)
            self.assertTrue(expected, arguments)
            self.assertEqual(dict(db.execute(of_database)), expected, arguments)
            if of_table:
                self.assertEqual(dict(db.execute(of_table)), expected, arguments)
        db.close()

    def test_the_database_answers_what_the_client_answers(self):
        db = self.database()
        for table, in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall():
            db.execute(f'SELECT * FROM "{table}"').fetchall()
        self.assertEqual(db.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        self.assertEqual(db.execute("PRAGMA foreign_key_check").fetchall(), [])
        timeline = self.happenings("kuril-islands")
        found = [h for h, in db.execute(
            "SELECT happening FROM dispute_timeline WHERE dispute = 'kuril-islands'")]
        self.assertEqual(sorted(found), sorted(h["happening"] for h in timeline))
        promises = json.loads(self.chancery("commitments", "--format", "json").stdout)
        self.assertEqual(sorted(db.execute("SELECT happening, state FROM commitments")),
                         sorted((p["happening"], p["state"]) for p in promises))
        told = {e: h["happening"] for h in self.happenings() for e in h["events"]}
        self.assertEqual(dict(db.execute("SELECT id, happening FROM events")), told)
        self.assertEqual(dict(db.execute("SELECT event, happening FROM happening_events")), told)
        self.assertEqual(db.execute("SELECT value FROM meta WHERE key = 'seq'").fetchone(),
                         (str(len(self.log())),))
        db.close()

    def test_declared_disputes_are_there_with_their_names(self):
        self.chancery("dispute", "--declare", "kunashir-visits", "--name", "Visits to Kunashir", "--parties",
                      "Russia,Japan", "--terms", "Kunashir", "--reason", "followed apart")
        db = self.database("--dispute", "kunashir-visits")
        ids = {e["id"] for e in self.events("--dispute", "kunashir-visits")}
        self.assertTrue(ids)
        self.assertEqual({i for i, in db.execute("SELECT id FROM events")}, ids)
        self.assertEqual(db.execute("SELECT name_en FROM disputes WHERE id = 'kunashir-visits'").fetchone(),
                         ("Visits to Kunashir",))
        db.close()

    def test_a_filter_holds_in_every_table(self):
        db = self.database("--between", "Argentina,Reino Unido", "--since", "2010")
        ids = {e["id"] for e in self.events("--between", "ARG,GBR", "--since", "2010")}
        self.assertEqual({i for i, in db.execute("SELECT id FROM events")}, ids)
        self.assertEqual(db.execute("PRAGMA foreign_key_check").fetchall(), [])
        self.assertEqual(db.execute("SELECT count(*) FROM happenings WHERE id NOT IN "
                                    "(SELECT happening FROM events)").fetchone(), (0,))
        db.close()

    def test_what_was_known_then_is_exported_as_it_was(self):
        first = next(e for e in self.events() if e["event"] == "ACCUSE")
        before = str(len(self.log()))
        was = {name: self.export(name) for name in ("csv", "jsonl", "ics", "dot", "gdelt", "cameo",
                                                    "timelinejs")}
        self.chancery("withdraw", first["document"], "--reason", "withdrawn by its paper")
        for name, text in was.items():
            self.assertEqual(self.export(name, "--as-of", before), text, name)
        self.assertNotIn(first["id"], self.export("csv"))

    def test_cells_hold_what_is_awkward(self):
        self.add_awkward()
        row = next(r for r in self.rows() if r["document"] and "🙂" in r["title"])
        self.assertEqual(row["outlet"], 'A; "Gazeta", do Sul')
        event = next(e for e in self.events() if e["id"] == row["id"])
        for key in ("title", "sentence", "trigger", "event"):
            self.assertEqual(row[key], event[key])
        self.assertEqual(row["actor"], ";".join(a["code"] for a in event["actor"]))
        for r in self.rows():
            self.assertNotIn(None, r, "a row has too many cells")
            self.assertEqual(len(r["actor"].split(";")), len(r["actor_person"].split(";")))

    def test_lines_are_whole_events_in_the_order_of_events(self):
        lines = [json.loads(l) for l in self.export("jsonl").splitlines()]
        told = {e: h["happening"] for h in self.happenings() for e in h["events"]}
        for line in lines:
            self.assertEqual(line.pop("happening"), told[line["id"]])
        self.assertEqual(lines, self.events())

    # -- calendars -------------------------------------------------------------------

    def calendar(self):
        """The components of the calendar, read as RFC 5545 says."""
        text = self.export("ics").encode()
        self.assertTrue(text.endswith(b"\r\n"))
        for line in text.split(b"\r\n"):
            self.assertLessEqual(len(line), 75, line)
            line.decode()  # no character is cut in two
            self.assertNotIn(b"\n", line)
        events, lines = [], text.decode().replace("\r\n ", "").split("\r\n")
        self.assertEqual((lines[0], lines[-2]), ("BEGIN:VCALENDAR", "END:VCALENDAR"))
        for line in lines[1:-2]:
            name, _, value = line.partition(":")
            name = name.partition(";")[0]
            if line == "BEGIN:VEVENT":
                events.append({})
            elif events and line != "END:VEVENT":
                self.assertNotIn(name, events[-1])
                events[-1][name] = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
        return events

    def test_promises_make_a_calendar(self):
        self.add_awkward()
        promises = {p["best"]: p for p in json.loads(self.chancery("commitments", "--format", "json").stdout)}
        events = self.calendar()
        self.assertEqual(len(events), len(promises))
        uuid = self.log()[0]["body"]["uuid"]
        for event in events:
            best, _, archive = event["UID"].partition("@")
            self.assertEqual(archive, uuid)
            promise = promises.pop(best)
            self.assertRegex(event["DTSTAMP"], r"^\d{8}T\d{6}Z$")
            self.assertLess(event["DTSTART"], event["DTEND"])
            self.assertIn(promise["sentence"], event["DESCRIPTION"])
            self.assertIn(event["STATUS"], ("TENTATIVE", "CONFIRMED", "CANCELLED"))
            self.assertEqual(event["CATEGORIES"], promise["state"])
            if re.fullmatch(r"\d{4}", promise["due"]):
                self.assertEqual(event["DTSTART"], promise["due"] + "0101")
                self.assertEqual(event["DTEND"], f"{int(promise['due']) + 1}0101")

    # -- graphs and lines of time --------------------------------------------------------

    def test_the_graph_counts_happenings(self):
        text = self.export("dot")
        lines = text.splitlines()
        self.assertEqual((lines[0], lines[-1]), ("digraph chancery {", "}"))
        quoted = r'"(?:[^"\\]|\\.)*"'
        nodes, edges = {}, {}
        for line in lines[3:-1]:
            node = re.fullmatch(rf"  ({quoted}) \[label={quoted}\];", line)
            edge = re.fullmatch(rf'  ({quoted}) -> ({quoted}) \[weight=(\d+), label="\d+", '
                                rf'penwidth=[\d.]+, color="#[0-9a-f]{{6}}", tooltip="-?[\d.]+"(, dir=none)?\];',
                                line)
            self.assertTrue(node or edge, line)
            if node:
                nodes[json.loads(node[1])] = True
            else:
                edges[json.loads(edge[1]), json.loads(edge[2]), bool(edge[4])] = int(edge[3])
        for one, other, _ in edges:
            self.assertIn(one, nodes)
            self.assertIn(other, nodes)
        accused = [h for h in self.happenings() if h["aux"] in (None, "historical") and
                   "GUY" in [a["code"] for a in h["recipient"]] and
                   "VEN" in [a["code"] for a in h["actor"]]]
        self.assertEqual(edges["VEN", "GUY", False], len(accused))
        if shutil.which("dot"):
            subprocess.run(["dot", "-Tcanon"], input=text, text=True, check=True, capture_output=True)

    def test_the_line_of_time_is_what_timelinejs_reads(self):
        self.add_awkward()
        slides = json.loads(self.export("timelinejs"))["events"]
        dated = [h for h in self.happenings() if h["day"] is not None]
        self.assertEqual([s["unique_id"] for s in slides], [h["happening"] for h in dated])
        for slide in slides:
            self.assertLessEqual(slide.keys(), {"start_date", "end_date", "text", "group", "unique_id"})
            self.assertIsInstance(slide["start_date"]["year"], int)
            for text in slide["text"].values():
                self.assertNotIn("<", text)
        self.assertIn("&lt;b&gt;", json.dumps(slides))

    # -- columns of others ------------------------------------------------------------------

    def test_gdelt_has_its_columns(self):
        happenings = [h for h in self.happenings() if h["aux"] in (None, "historical")]
        ids, n = set(), 0
        quad = {**{r: 1 for r in range(1, 6)}, **{r: 2 for r in range(6, 9)},
                **{r: 3 for r in range(9, 14)}, **{r: 4 for r in range(14, 21)}}
        for line in self.export("gdelt").splitlines():
            cells = line.split("\t")
            self.assertEqual(len(cells), 61)
            ids.add(int(cells[0]))
            n += 1
            self.assertRegex(cells[1], r"^\d{8}$")
            self.assertEqual((cells[2], cells[3]), (cells[1][:6], cells[1][:4]))
            self.assertRegex(cells[4], rf"^{cells[3]}\.\d{{4}}$")
            self.assertEqual(int(cells[29]), quad[int(cells[28])])
            self.assertTrue(cells[26].startswith(cells[27]) and cells[27].startswith(cells[28]))
            self.assertTrue(-10 <= float(cells[30]) <= 10)
            for count in cells[31:34]:
                self.assertGreaterEqual(int(count), 1)
            self.assertIn(cells[25], "01")
            self.assertRegex(cells[59], r"^\d{14}$")
            for place in (*range(34, 52), *range(53, 59)):  # tone and places, but for the act's name
                self.assertEqual(cells[place], "", place)
        self.assertEqual(len(ids), n)
        expected = 0
        for h in happenings:
            actors, recipients = ([a["code"] for a in h[k]] for k in ("actor", "recipient"))
            joint = len([1 for a in actors for b in actors if a != b])
            expected += max(1, joint) if not recipients and len(actors) > 1 else \
                max(1, len(actors)) * max(1, len(recipients))
        self.assertEqual(n, expected)

    def test_cameo_is_a_line_a_pair(self):
        done = {e["id"]: e for e in self.events() if e["aux"] in (None, "historical") and e["cameo"]}
        seen = set()
        for line in self.export("cameo").splitlines():
            day, source, target, code, score, sentence, event = line.split("\t")
            self.assertRegex(day, r"^\d{8}$")
            self.assertEqual(code, done[event]["cameo"])
            self.assertAlmostEqual(float(score), done[event]["score"], 4)
            self.assertEqual(sentence, f"{done[event]['document'][:12]}_{done[event]['s']}")
            self.assertRegex(source + target, r"^[A-Z0-9-]+$")
            seen.add(event)
        self.assertEqual(seen, set(done))
        self.assertEqual(set(line.split("\t")[6] for line in
                             self.export("cameo", "--aux", "future").splitlines()),
                         {e["id"] for e in self.events("--aux", "future") if e["cameo"]})

    # -- files ----------------------------------------------------------------------------------

    def test_a_file_has_its_name_once_it_is_whole_and_is_not_overwritten(self):
        path = self.place / "events.csv"
        self.export("csv", "--output", str(path))
        self.assertEqual(path.read_bytes().decode(), self.export("csv"))
        path.write_text("mine")
        for name in ("csv", "sqlite"):
            done = self.chancery("export", name, "--output", str(path), expect=2)
            self.assertIn("--force", done.stderr)
        self.assertEqual(path.read_text(), "mine")
        self.export("csv", "--output", str(path), "--force")
        self.assertEqual(path.read_bytes().decode(), self.export("csv"))
        self.chancery("export", "csv", "--output", str(self.place / "none" / "x.csv"), expect=3)
        self.assertEqual([p.name for p in self.place.iterdir() if p.name.startswith("events.csv.")], [])

    def test_what_is_no_file_is_not_replaced(self):
        pipe = self.place / "pipe"
        os.mkfifo(pipe)
        for name in ("csv", "sqlite"):
            done = self.chancery("export", name, "--output", str(pipe), "--force", expect=2)
            self.assertIn("name another", done.stderr)
        self.assertTrue(pipe.is_fifo())

    def test_a_filter_that_matches_nothing_gives_an_empty_whole(self):
        nothing = ["--actor", "Tuvalu"]
        self.assertEqual(self.export("csv", *nothing, expect=1).count("\r\n"), 1)
        self.assertEqual(self.export("gdelt", *nothing, expect=1), "")
        self.assertEqual(json.loads(self.export("timelinejs", *nothing, expect=1)), {"events": []})
        self.assertNotIn("VEVENT", self.export("ics", *nothing, expect=1))
        path = self.place / "empty.db"
        self.export("sqlite", "--output", str(path), *nothing, expect=1)
        self.assertEqual(sqlite3.connect(path).execute("SELECT count(*) FROM events").fetchone(), (0,))

    def test_a_disk_that_is_full_leaves_no_file(self):
        done = subprocess.run(["bash", "-c", "ulimit -f 1; trap '' XFSZ; exec \"$0\" \"$@\"", str(CHANCERY),
                               "--archive", str(self.archive), "export", "csv", "--output",
                               str(self.place / "x.csv")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 3)
        self.assertIn("x.csv", done.stderr)
        self.assertEqual([p.name for p in self.place.iterdir() if "x.csv" in p.name], [])

    def test_a_closed_pipe_is_no_error(self):
        for n in range(200):
            self.write(f"load{n}.txt", article(n))
        self.once()
        for name in ("csv", "jsonl", "gdelt", "timelinejs"):
            done = subprocess.run(f"set -o pipefail; {CHANCERY} --archive {self.archive} export {name} | head -n 1",
                                  shell=True, capture_output=True, text=True, executable="/bin/bash")
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)


if __name__ == "__main__":
    unittest.main(verbosity=1)
