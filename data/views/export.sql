-- The tables of `chancery export sqlite`, read by the program in three parts:
-- what is made first, what once the events are in, and what once all is in.
-- Days are texts (2013-11-03), dates EDTF as the news tell them; what is not
-- known is NULL. docs/export.md shows questions.

-- What this file is: archive (UUID), seq (the last record that it knows),
-- as_of, filter (as typed), on (the day of which commitments stand),
-- edition (of Chancery), schema (of these tables).
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;

-- The articles that tell the events.
CREATE TABLE documents (
	id TEXT PRIMARY KEY,       -- BLAKE2b-256 of the content
	title TEXT,
	date TEXT,                 -- EDTF
	outlet TEXT,
	url TEXT,
	language TEXT,
	path TEXT,                 -- below the inbox, when it first came
	media TEXT,
	recorded TEXT,             -- UTC
	record INTEGER,            -- that added it
	sightings INTEGER          -- how often it came
) WITHOUT ROWID;

-- One act as one sentence of one document tells it.
CREATE TABLE events (
	id TEXT PRIMARY KEY,       -- E12.3: record and place in it
	happening TEXT NOT NULL,   -- that it tells, with others
	document TEXT NOT NULL REFERENCES documents,
	day TEXT,                  -- by which it is counted: the first of its date, else of the report
	date TEXT,                 -- EDTF, of the act
	date_first TEXT,
	date_last TEXT,
	date_text TEXT,            -- the words of the date
	due TEXT,                  -- EDTF: by when it is promised
	due_first TEXT,
	due_last TEXT,
	event TEXT NOT NULL,       -- category of PLOVER
	mode TEXT,
	cameo TEXT,
	score REAL,                -- conflict (-10) to cooperation (10)
	aux TEXT,                  -- future, historical, hypothetical, negation; NULL: done
	place TEXT,
	speaker TEXT,              -- whose words tell it
	medium TEXT,               -- the outlet that the text names
	language TEXT,
	s INTEGER,                 -- the sentence's number, headline first
	sentence TEXT,
	trigger_words TEXT,
	byte_first INTEGER,        -- of the sentence in the original
	byte_end INTEGER,          -- the one after its last
	rule TEXT,
	confidence REAL,
	reported TEXT,             -- the document's date, EDTF
	recorded TEXT              -- UTC
) WITHOUT ROWID;

-- Who is in an event, in the order of the sentence.
CREATE TABLE event_actors (
	event TEXT NOT NULL REFERENCES events,
	side TEXT NOT NULL,        -- actor or recipient
	position INTEGER NOT NULL, -- from 1
	code TEXT NOT NULL,
	sector TEXT,
	name TEXT,
	person TEXT,
	role TEXT,
	words TEXT,                -- in the sentence
	PRIMARY KEY (event, side, position)
) WITHOUT ROWID;

CREATE TABLE event_disputes (
	event TEXT NOT NULL REFERENCES events,
	dispute TEXT NOT NULL REFERENCES disputes,
	PRIMARY KEY (event, dispute)
) WITHOUT ROWID;

CREATE TABLE event_contexts (
	event TEXT NOT NULL REFERENCES events,
	context TEXT NOT NULL,
	PRIMARY KEY (event, context)
) WITHOUT ROWID;

-- The acts themselves: two papers that report one meeting are one happening.
-- `tellings` and `reports` count all events and documents that tell it, also
-- those that the filter left out.
CREATE TABLE happenings (
	id TEXT PRIMARY KEY,
	day TEXT,
	event TEXT NOT NULL,
	mode TEXT,
	cameo TEXT,
	score REAL,
	aux TEXT,
	date TEXT,
	due TEXT,
	place TEXT,
	reports INTEGER,           -- documents
	tellings INTEGER,          -- events
	outlets INTEGER,
	best TEXT,                 -- the event that tells it best
	sentence TEXT              -- of that
) WITHOUT ROWID;

CREATE TABLE happening_events (
	happening TEXT NOT NULL REFERENCES happenings,
	event TEXT NOT NULL REFERENCES events,
	best INTEGER NOT NULL,     -- 1: it tells it best
	PRIMARY KEY (happening, event)
) WITHOUT ROWID;

-- Happenings that promise something by a date, and what became of them.
CREATE TABLE commitments (
	happening TEXT PRIMARY KEY REFERENCES happenings,
	event TEXT,                -- that tells it best
	due TEXT,
	due_first TEXT,
	due_last TEXT,
	state TEXT NOT NULL,       -- pending, kept, kept-late, overdue, broken
	by_happening TEXT,         -- that kept or broke it
	by_event TEXT,
	by_day TEXT
) WITHOUT ROWID;

-- Those of the catalogue and those that were declared have names, threads have none.
CREATE TABLE disputes (
	id TEXT PRIMARY KEY,
	name_en TEXT,
	name_pt TEXT,
	name_es TEXT,
	issue TEXT
) WITHOUT ROWID;

-- == once the events are in

CREATE INDEX events_happening ON events (happening);

-- == once all is in

INSERT INTO happening_events
	SELECT e.happening, e.id, h.best = e.id FROM events e JOIN happenings h ON h.id = e.happening;

CREATE INDEX events_day ON events (day);
CREATE INDEX events_category ON events (event, day);
CREATE INDEX events_document ON events (document);
CREATE INDEX event_actors_code ON event_actors (code, side);
CREATE INDEX event_disputes_dispute ON event_disputes (dispute);
CREATE INDEX happening_events_event ON happening_events (event);
CREATE INDEX happenings_day ON happenings (day);
CREATE INDEX documents_outlet ON documents (outlet);
CREATE INDEX commitments_due ON commitments (due_last);

-- As `chancery stats --by month`, `--by category` and `--by pair` count.
CREATE VIEW events_by_month AS
	SELECT coalesce(substr(day, 1, 7), 'unknown') AS month, count(*) AS events, round(avg(score), 2) AS score
	FROM events GROUP BY 1 ORDER BY 1;

CREATE VIEW events_by_category AS
	SELECT event, count(*) AS events, count(DISTINCT happening) AS happenings
	FROM events GROUP BY event ORDER BY events DESC, event;

CREATE VIEW events_by_pair AS
	WITH codes AS (SELECT DISTINCT event, code FROM event_actors)
	SELECT a.code AS one, b.code AS other, count(*) AS events, count(DISTINCT e.happening) AS happenings,
		round(avg(e.score), 2) AS score
	FROM codes a JOIN codes b ON a.event = b.event AND a.code < b.code JOIN events e ON e.id = a.event
	GROUP BY 1, 2 ORDER BY events DESC, 1, 2;

CREATE VIEW open_commitments AS
	SELECT c.due_last, c.due, h.event, (SELECT group_concat(code, '+') FROM event_actors
			WHERE event = c.event AND side = 'actor') AS actors,
		(SELECT group_concat(code, '+') FROM event_actors
			WHERE event = c.event AND side = 'recipient') AS recipients,
		h.sentence, c.happening
	FROM commitments c JOIN happenings h ON h.id = c.happening
	WHERE c.state = 'pending' ORDER BY c.due_last;

CREATE VIEW overdue_commitments AS
	SELECT c.due_last, c.due, h.event, (SELECT group_concat(code, '+') FROM event_actors
			WHERE event = c.event AND side = 'actor') AS actors,
		(SELECT group_concat(code, '+') FROM event_actors
			WHERE event = c.event AND side = 'recipient') AS recipients,
		h.sentence, c.happening
	FROM commitments c JOIN happenings h ON h.id = c.happening
	WHERE c.state = 'overdue' ORDER BY c.due_last;

-- SELECT * FROM dispute_timeline WHERE dispute = 'kuril-islands';
CREATE VIEW dispute_timeline AS
	SELECT DISTINCT d.dispute, h.day, h.event, h.aux, h.score, h.reports, h.outlets, h.sentence, h.id AS happening
	FROM event_disputes d JOIN happening_events x ON x.event = d.event JOIN happenings h ON h.id = x.happening
	ORDER BY d.dispute, h.day, h.id;

CREATE VIEW outlets AS
	SELECT d.outlet, count(DISTINCT d.id) AS documents, count(*) AS events,
		count(DISTINCT e.happening) AS happenings, min(e.day) AS first_day, max(e.day) AS last_day
	FROM events e JOIN documents d ON d.id = e.document GROUP BY d.outlet ORDER BY events DESC, d.outlet;

-- Who accused whom, and how often; what was denied or only supposed aside.
CREATE VIEW accusations AS
	SELECT a.code AS accuser, r.code AS accused, count(DISTINCT e.happening) AS happenings,
		min(e.day) AS first_day, max(e.day) AS last_day
	FROM events e JOIN event_actors a ON a.event = e.id AND a.side = 'actor'
		JOIN event_actors r ON r.event = e.id AND r.side = 'recipient'
	WHERE e.event = 'ACCUSE' AND (e.aux IS NULL OR e.aux = 'historical')
	GROUP BY 1, 2 ORDER BY happenings DESC, 1, 2;
