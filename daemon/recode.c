/* Coding stored documents again, in the background: the job walks the log in
 * order, workers with no file to read code a document each, and a record is
 * written where the events differ from those in force. How far it is stands in
 * recode.json beside the log, so that another daemon goes on where this one
 * ended; what was done after the last saving is known again by the job's name
 * in its records. docs/control.md. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chancery/edtf.h"
#include "daemon.h"

enum { SLICE = 64, AHEAD = 3, SAVE_SECONDS = 5, MOST_REASONS = 100, MOST_DOCUMENTS = 200 };

enum { DOCUMENTS, SAME, CHANGED, FAILED, WITHDRAWN, ADDED, GONE, TOLD_ANEW, ORPHANED, COUNTS };
static const char *const count_names[COUNTS] = {"documents", "same", "changed", "failed",
	"withdrawn", "events_added", "events_gone", "events_changed", "orphaned"};

/* One document on its way through a worker and the writer. */
struct recode_item {
	struct recode_item *next; /* of the job, in the order of the log */
	uint64_t seq; /* of document-added */
	struct chy_hash id;
	char *header, *text;
	size_t size;
	bool given, settled;
	unsigned tries;
	int outcome; /* SAME, CHANGED, FAILED or WITHDRAWN */
	struct chy_recoding changes;
	char *reason; /* where it failed */
};

struct recode {
	char id[CHY_TIME_SIZE]; /* when it was asked for */
	const char *state; /* "running", "done", "stopped" */
	json_t *wanted; /* the filter as it was asked for */
	struct chy_recoding_filter filter; /* views of `wanted` */
	uint64_t *seqs; /* where documents were named: theirs, in order */
	size_t seq_count, seq_at;
	uint64_t to; /* the log's end when it was asked for */
	uint64_t walked; /* looked at; those before `at` are done with */
	uint64_t at;
	uint64_t views_at; /* the views must be so far for codings to be compared */
	uint64_t counts[COUNTS];
	json_t *failures;
	struct recode_item *first, *last;
	size_t items;
	uint64_t saved; /* when, by the loop's clock */
	uv_timer_t timer;
};

static bool running(const struct recode *job)
{
	return job && strcmp(job->state, "running") == 0;
}

bool recode_runs(const struct daemon *daemon)
{
	return running(daemon->recode);
}

/* -- what is kept of it ----------------------------------------------------- */

json_t *recode_json(const struct daemon *daemon)
{
	const struct recode *job = daemon->recode;
	json_t *out;

	if (!job)
		return json_null();
	out = json_pack("{s:s, s:s, s:O, s:I, s:I, s:O}", "id", job->id, "state", job->state,
		"wanted", job->wanted, "at", (json_int_t)job->at, "to", (json_int_t)job->to,
		"failures", job->failures);
	for (int i = 0; i < COUNTS; i++)
		json_object_set_new(out, count_names[i], json_integer((json_int_t)job->counts[i]));
	return out;
}

static void path_of(const struct daemon *daemon, const char *suffix, char out[4096])
{
	snprintf(out, 4096, "%s/recode.json%s", daemon->config.archive, suffix);
}

static bool write_file(const char *path, const char *text)
{
	size_t size = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	bool good = fd >= 0 && write(fd, text, size) == (ssize_t)size && fsync(fd) == 0;

	if (fd >= 0 && close(fd))
		good = false;
	return good;
}

/* Beside the old one, then over it: never half a file. */
static bool save(struct daemon *daemon)
{
	struct recode *job = daemon->recode;
	json_t *shown = recode_json(daemon);
	char *text = json_dumps(shown, JSON_SORT_KEYS | JSON_INDENT(1));
	char path[4096], beside[4096];
	bool good;

	path_of(daemon, "", path);
	path_of(daemon, ".tmp", beside);
	good = text && write_file(beside, text) && rename(beside, path) == 0;
	if (!good)
		say(SAY_WARNING, "how far the recode is cannot be kept (%s)", strerror(errno));
	free(text);
	json_decref(shown);
	job->saved = uv_now(&daemon->loop);
	return good;
}

/* -- items ------------------------------------------------------------------ */

static void free_item(struct recode_item *item)
{
	free(item->header);
	free(item->text);
	free(item->reason);
	free(item);
}

static void fail(struct recode_item *item, const char *reason)
{
	item->outcome = FAILED;
	item->reason = strdup(reason);
	item->settled = true;
}

static struct recode_item *add_item(struct recode *job, uint64_t seq)
{
	struct recode_item *item = calloc(1, sizeof(*item));

	if (!item)
		return NULL;
	item->seq = seq;
	if (job->last)
		job->last->next = item;
	else
		job->first = item;
	job->last = item;
	job->items++;
	return item;
}

static void note_failure(struct daemon *daemon, const struct recode_item *item)
{
	const char *reason = item->reason ? item->reason : "no memory";
	char hex[CHY_HASH_HEX];

	chy_hash_to_hex(&item->id, hex);
	say(SAY_WARNING, "document %.12s, of record %llu, cannot be coded again: %s", hex,
		(unsigned long long)item->seq, reason);
	if (json_array_size(daemon->recode->failures) < MOST_REASONS)
		json_array_append_new(daemon->recode->failures,
			json_pack("{s:I, s:s, s:s}", "record", (json_int_t)item->seq, "document",
				hex, "reason", reason));
}

static void count_item(struct daemon *daemon, const struct recode_item *item)
{
	uint64_t *counts = daemon->recode->counts;

	counts[DOCUMENTS]++;
	counts[item->outcome]++;
	if (item->outcome == FAILED)
		note_failure(daemon, item);
	if (item->outcome != CHANGED)
		return;
	counts[ADDED] += item->changes.added;
	counts[GONE] += item->changes.gone;
	counts[TOLD_ANEW] += item->changes.changed;
	counts[ORPHANED] += item->changes.orphaned;
}

static void end_job(struct daemon *daemon, const char *state)
{
	struct recode *job = daemon->recode;

	job->state = state;
	save(daemon);
	say(SAY_NOTICE, "recode %s: %llu documents, %llu changed, %llu the same, %llu failed",
		state, (unsigned long long)job->counts[DOCUMENTS],
		(unsigned long long)job->counts[CHANGED], (unsigned long long)job->counts[SAME],
		(unsigned long long)job->counts[FAILED]);
	daemon_check_idle(daemon);
}

/* Items leave in their order, so that everything up to `at` is done with. */
static void settle(struct daemon *daemon)
{
	struct recode *job = daemon->recode;

	while (job->first && job->first->settled) {
		struct recode_item *item = job->first;

		count_item(daemon, item);
		job->at = item->seq;
		job->first = item->next;
		if (!job->first)
			job->last = NULL;
		job->items--;
		free_item(item);
	}
	if (!job->first && running(job))
		job->at = job->walked;
	if (uv_now(&daemon->loop) - job->saved > SAVE_SECONDS * 1000 ||
		(!job->first && !running(job)))
		save(daemon);
}

/* -- finding documents ------------------------------------------------------ */

static json_t *header_of(const json_t *document)
{
	static const char *const members[] = {"document", "date", "source", "language", "map"};
	json_t *header = json_pack("{s:b}", "again", 1);

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		json_t *value = json_object_get(document, members[i]);

		if (value)
			json_object_set(header, members[i], value);
	}
	return header;
}

static int read_text(struct chy_snapshot *snapshot, struct recode_item *item,
	const json_t *document, struct chy_fault *fault)
{
	struct chy_buffer bytes;
	json_t *content = NULL, *header;
	int result;

	chy_buffer_init(&bytes);
	result = chy_snapshot_blob(snapshot, &item->id, &bytes, fault);
	if (!result)
		result = chy_json_parse(bytes.data, bytes.size, &content, fault);
	chy_buffer_fini(&bytes);
	if (result)
		return result;
	header = header_of(document);
	item->header = json_dumps(header, JSON_COMPACT);
	item->text = strdup(json_string_value(json_object_get(content, "text"))
				    ? json_string_value(json_object_get(content, "text"))
				    : "");
	item->size = item->text ? strlen(item->text) : 0;
	json_decref(header);
	json_decref(content);
	return item->header && item->text ? CHY_OK : chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
}

/* False without memory: the record is looked at again. */
static bool consider(struct daemon *daemon, struct chy_snapshot *snapshot, uint64_t seq)
{
	struct recode *job = daemon->recode;
	struct recode_item *item = NULL;
	struct chy_record record;
	struct chy_fault fault = {0};
	json_t *body = NULL;
	char sentence[1024];
	int result = chy_snapshot_record(snapshot, seq, &record, &fault);

	if (!result && record.kind != CHY_KIND_DOCUMENT_ADDED)
		return true;
	if (!result)
		result = chy_record_body(&record, &body, &fault);
	if (!result && !chy_recoding_wants(&job->filter, body)) {
		json_decref(body);
		return true;
	}
	item = add_item(job, seq);
	if (item && !result &&
		!chy_hash_from_hex(json_string_value(json_object_get(body, "document")), &item->id))
		result = read_text(snapshot, item, body, &fault);
	if (item && result)
		fail(item, result == CHY_NOT_FOUND
				   ? "its body is not in the log"
				   : chy_fault_sentence(&fault, sentence, sizeof(sentence)));
	json_decref(body);
	return item != NULL;
}

/* The next record to look at; 0 at the end. */
static uint64_t next_seq(const struct recode *job)
{
	if (job->seqs)
		return job->seq_at < job->seq_count ? job->seqs[job->seq_at] : 0;
	return job->walked < job->to ? job->walked + 1 : 0;
}

/* A slice of the log, so that the loop is soon back. Whether there is an end. */
static bool look(struct daemon *daemon)
{
	struct recode *job = daemon->recode;
	size_t room = (size_t)daemon->worker_count * AHEAD;
	struct chy_snapshot *snapshot;
	uint64_t seq = next_seq(job);

	if (!seq || chy_snapshot_open(daemon->archive, &snapshot, NULL))
		return !seq;
	for (int n = 0; n < SLICE && seq && job->items < room; n++) {
		if (!consider(daemon, snapshot, seq))
			break;
		job->walked = seq;
		job->seq_at++;
		seq = next_seq(job);
	}
	chy_snapshot_close(snapshot);
	return !seq;
}

/* Whether the views tell what was in force when the job began. */
static bool views_tell(struct daemon *daemon)
{
	uint64_t seq = 0;
	bool good;

	pthread_mutex_lock(&daemon->view_mutex);
	good = daemon->view && chy_view_position(daemon->view, &seq, NULL) == CHY_OK &&
	       seq >= daemon->recode->views_at;
	pthread_mutex_unlock(&daemon->view_mutex);
	return good;
}

static void on_timer(uv_timer_t *timer)
{
	recode_pump(timer->data);
}

void recode_pump(struct daemon *daemon)
{
	struct recode *job = daemon->recode;
	bool end;

	if (!running(job) || daemon->draining || daemon->closing)
		return;
	if (!views_tell(daemon)) {
		uv_timer_start(&job->timer, on_timer, 200, 0);
		return;
	}
	end = look(daemon);
	settle(daemon);
	if (end && !job->first) {
		end_job(daemon, "done");
		return;
	}
	if (!end && job->items < (size_t)daemon->worker_count * AHEAD)
		uv_timer_start(&job->timer, on_timer, 1, 0);
	pool_wake(daemon);
}

/* -- workers and writer ----------------------------------------------------- */

struct recode_item *recode_take(
	struct daemon *daemon, const char **out_header, const char **out_bytes, size_t *out_size)
{
	struct recode *job = daemon->recode;

	if (!running(job) || daemon->draining || !views_tell(daemon))
		return NULL;
	for (struct recode_item *item = job->first; item; item = item->next) {
		if (item->given || item->settled)
			continue;
		item->given = true;
		*out_header = item->header;
		*out_bytes = item->text;
		*out_size = item->size;
		return item;
	}
	return NULL;
}

static struct part *part_of_coding(struct recode *job, struct recode_item *item, json_t *coded)
{
	struct chy_hash *key = malloc(sizeof(*key));
	struct chy_hasher hasher;
	struct part *part;

	if (!key)
		return NULL;
	json_object_set_new(coded, "recoding", json_string(job->id));
	part = part_of_record(0, CHY_KIND_EVENTS_CODED, json_incref(coded));
	if (!part) {
		free(key);
		return NULL;
	}
	chy_hasher_init(&hasher);
	chy_hasher_add(&hasher, "recoded", sizeof("recoded"));
	chy_hasher_add(&hasher, job->id, strlen(job->id) + 1);
	chy_hasher_add(&hasher, item->id.bytes, CHY_HASH_SIZE);
	chy_hasher_finish(&hasher, key);
	part->entries[0].once = key;
	part->item = item;
	return part;
}

static int compare(struct daemon *daemon, struct recode_item *item, const json_t *coded,
	struct chy_fault *fault)
{
	int result;

	pthread_mutex_lock(&daemon->view_mutex);
	result = chy_view_recoding(daemon->view, daemon->archive, &item->id,
		json_is_object(coded) ? json_object_get(coded, "events") : NULL,
		chy_str_from(daemon->recode->id), &item->changes, fault);
	pthread_mutex_unlock(&daemon->view_mutex);
	return result;
}

/* What becomes of the document, where nothing has to be written. */
static void judge(struct recode_item *item, const json_t *answer)
{
	const char *reason = json_string_value(json_object_get(answer, "reason"));
	const struct chy_recoding *changes = &item->changes;

	item->settled = true;
	if (changes->withdrawn) {
		item->outcome = WITHDRAWN;
	} else if (json_is_object(json_object_get(answer, "coded"))) {
		item->outcome = changes->added + changes->gone + changes->changed ? CHANGED : SAME;
		item->settled = item->outcome == SAME || changes->written;
	} else if (changes->before) {
		fail(item, reason ? reason : "the worker gave no reason");
	} else {
		item->outcome = SAME; /* nobody could code it before either */
	}
}

static void take(struct daemon *daemon, struct recode_item *item, json_t *answer)
{
	json_t *coded = json_object_get(answer, "coded");
	struct chy_fault fault = {0};
	char sentence[1024];
	struct part *part;
	int result;

	if (!views_tell(daemon)) {
		item->given = false; /* they are being made again */
		return;
	}
	result = compare(daemon, item, coded, &fault);
	if (result) {
		fail(item, result == CHY_NOT_FOUND
				   ? "the views do not know it"
				   : chy_fault_sentence(&fault, sentence, sizeof(sentence)));
		return;
	}
	judge(item, answer);
	if (item->settled)
		return;
	part = part_of_coding(daemon->recode, item, coded);
	if (part)
		writer_add(daemon, part);
	else
		fail(item, "no memory");
}

/* The answer is about that document and has events, or says that it has none. */
static bool makes_sense(const struct recode_item *item, const json_t *answer)
{
	const json_t *coded = json_object_get(answer, "coded");
	struct chy_hash id;
	struct chy_str hex = chy_json_str(coded, "document");

	if (json_is_null(coded))
		return true;
	return hex.size && !chy_hash_from_hex(hex.data, &id) && chy_hash_equal(&id, &item->id) &&
	       json_is_array(json_object_get(coded, "events"));
}

int recode_answer(struct daemon *daemon, struct recode_item *item, json_t *answer)
{
	if (daemon->closing)
		return CHY_OK; /* the job is gone, and is gone on with at the next start */
	if (!makes_sense(item, answer))
		return CHY_EINPUT;
	take(daemon, item, answer);
	settle(daemon);
	recode_pump(daemon);
	return CHY_OK;
}

void recode_again(struct daemon *daemon, struct recode_item *item, const char *why)
{
	char reason[160];

	item->given = false;
	snprintf(reason, sizeof(reason), "two workers %s over it", why);
	if (++item->tries >= 2)
		fail(item, reason);
	settle(daemon);
	recode_pump(daemon);
}

void recode_written(struct daemon *daemon, struct part *part)
{
	part->item->settled = true;
	settle(daemon);
	recode_pump(daemon);
}

/* -- beginning and end ------------------------------------------------------ */

static int by_number(const void *one, const void *other)
{
	const uint64_t *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

static const char *find_documents(struct daemon *daemon, struct recode *job)
{
	const json_t *list = json_object_get(job->wanted, "documents");
	size_t n = json_array_size(list);
	struct chy_snapshot *snapshot;
	struct chy_hash id;
	int result = CHY_OK;

	if (!json_is_array(list))
		return NULL;
	if (n > MOST_DOCUMENTS)
		return "too many documents are named";
	job->seqs = calloc(n + 1, sizeof(*job->seqs));
	if (!job->seqs || chy_snapshot_open(daemon->archive, &snapshot, NULL))
		return "no memory";
	for (size_t i = 0; i < n && !result; i++) {
		const char *hex = json_string_value(json_array_get(list, i));

		result = hex ? chy_hash_from_hex(hex, &id) : CHY_EINPUT;
		if (!result)
			result = chy_snapshot_document(snapshot, &id, &job->seqs[i], NULL);
	}
	chy_snapshot_close(snapshot);
	job->seq_count = n;
	qsort(job->seqs, n, sizeof(*job->seqs), by_number);
	while (job->seq_at < n && job->seqs[job->seq_at] <= job->walked)
		job->seq_at++;
	return result ? "the log has no such document" : NULL;
}

static bool read_bound(const json_t *wanted, const char *key, bool last, int64_t *out)
{
	struct chy_str text = chy_json_str(wanted, key);
	struct chy_edtf date;
	int64_t other;

	if (!text.size)
		return true;
	if (chy_edtf_parse(text, &date))
		return false;
	chy_edtf_bounds(&date, last ? &other : out, last ? out : &other);
	return true;
}

static void free_job(struct recode *job)
{
	if (!job)
		return;
	while (job->first) {
		struct recode_item *item = job->first;

		job->first = item->next;
		free_item(item);
	}
	json_decref(job->wanted);
	json_decref(job->failures);
	free(job->seqs);
	free(job);
}

/* What was asked for, as far as it is known of. */
static json_t *wanted_of(const json_t *request)
{
	static const char *const members[] = {"documents", "language", "since", "source", "until"};
	json_t *out = json_object();

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		json_t *value = json_object_get(request, members[i]);

		if (value && !json_is_null(value))
			json_object_set(out, members[i], value);
	}
	return out;
}

static uint64_t end_of_log(struct daemon *daemon)
{
	struct chy_snapshot *snapshot;
	uint64_t seq;

	if (chy_snapshot_open(daemon->archive, &snapshot, NULL))
		return 0;
	seq = chy_snapshot_last_seq(snapshot);
	chy_snapshot_close(snapshot);
	return seq;
}

/* `wanted` is taken over. NULL with a sentence. */
static struct recode *new_job(
	struct daemon *daemon, json_t *wanted, uint64_t at, const char **out_wrong)
{
	struct recode *job = calloc(1, sizeof(*job));

	*out_wrong = "no memory";
	if (!job) {
		json_decref(wanted);
		return NULL;
	}
	job->wanted = wanted;
	job->failures = json_array();
	job->state = "running";
	job->filter = (struct chy_recoding_filter){.language = chy_json_str(wanted, "language"),
		.source = chy_json_str(wanted, "source"),
		.first_day = INT64_MIN,
		.last_day = INT64_MAX};
	job->walked = job->at = at;
	job->to = job->views_at = end_of_log(daemon);
	*out_wrong = find_documents(daemon, job);
	if (!read_bound(wanted, "since", false, &job->filter.first_day) ||
		!read_bound(wanted, "until", true, &job->filter.last_day))
		*out_wrong = "since and until are dates: 2013, 2013-11 or 2013-11-03";
	if (!*out_wrong)
		return job;
	free_job(job);
	return NULL;
}

static void on_closed(uv_handle_t *handle)
{
	struct recode *job = (struct recode *)((char *)handle - offsetof(struct recode, timer));

	free_job(job);
}

/* Puts a job in the place of the last one, which runs no more. */
static void begin(struct daemon *daemon, struct recode *job)
{
	if (daemon->recode)
		uv_close((uv_handle_t *)&daemon->recode->timer, on_closed);
	daemon->recode = job;
	uv_timer_init(&daemon->loop, &job->timer);
	job->timer.data = daemon;
}

static json_t *error_json(const char *words)
{
	return json_pack("{s:s}", "error", words);
}

json_t *recode_start(struct daemon *daemon, const json_t *request)
{
	struct timespec now;
	const char *wrong;
	struct recode *job;

	if (recode_runs(daemon))
		return error_json("a recode is running; `chancery recode --stop` ends it");
	if (daemon->recode && daemon->recode->first)
		return error_json("the last recode is just ending; ask again in a moment");
	if (!daemon->view)
		return error_json("the views are not kept, so that nobody knows what is in force");
	job = new_job(daemon, wanted_of(request), 0, &wrong);
	if (!job)
		return error_json(wrong);
	clock_gettime(CLOCK_REALTIME, &now);
	chy_time_format((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000, job->id);
	begin(daemon, job);
	say(SAY_NOTICE, "recode %s begins", job->id);
	if (!save(daemon)) {
		job->state = "stopped";
		return error_json("recode.json cannot be written beside the log");
	}
	uv_timer_start(&job->timer, on_timer, 0, 0);
	return json_pack("{s:o}", "recode", recode_json(daemon));
}

json_t *recode_stop(struct daemon *daemon)
{
	struct recode *job = daemon->recode;

	if (!recode_runs(daemon))
		return error_json("no recode is running");
	/* What a worker or the writer has is finished; the rest is let go. */
	for (struct recode_item **link = &job->first; *link;) {
		struct recode_item *item = *link;

		if (item->given || item->settled) {
			link = &item->next;
			continue;
		}
		*link = item->next;
		job->items--;
		free_item(item);
	}
	for (job->last = job->first; job->last && job->last->next;)
		job->last = job->last->next;
	uv_timer_stop(&job->timer);
	end_job(daemon, "stopped");
	return json_pack("{s:o}", "recode", recode_json(daemon));
}

/* -- over a restart --------------------------------------------------------- */

static const char *state_from(struct chy_str text)
{
	return chy_str_is(text, "running") ? "running"
	       : chy_str_is(text, "done")  ? "done"
					   : "stopped";
}

static void restore(struct recode *job, const json_t *kept)
{
	json_t *failures = json_object_get(kept, "failures");

	snprintf(job->id, sizeof(job->id), "%s", json_string_value(json_object_get(kept, "id")));
	job->state = state_from(chy_json_str(kept, "state"));
	job->to = (uint64_t)json_integer_value(json_object_get(kept, "to"));
	for (int i = 0; i < COUNTS; i++)
		job->counts[i] =
			(uint64_t)json_integer_value(json_object_get(kept, count_names[i]));
	if (json_is_array(failures)) {
		json_decref(job->failures);
		job->failures = json_incref(failures);
	}
}

static json_t *read_kept(struct daemon *daemon)
{
	struct chy_buffer text;
	char path[4096], bytes[4096];
	json_t *kept = NULL;
	ssize_t n;
	int fd;

	path_of(daemon, "", path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return NULL;
	chy_buffer_init(&text);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		chy_buffer_add(&text, bytes, (size_t)n);
	close(fd);
	if (text.size && chy_json_parse(text.data, text.size, &kept, NULL))
		kept = NULL;
	chy_buffer_fini(&text);
	if (json_is_string(json_object_get(kept, "id")) &&
		json_is_object(json_object_get(kept, "wanted")))
		return kept;
	say(SAY_WARNING, "recode.json cannot be read; a recode that ran is not gone on with");
	json_decref(kept);
	return NULL;
}

void recode_open(struct daemon *daemon)
{
	json_t *kept = read_kept(daemon);
	struct recode *job;
	const char *wrong;

	if (!kept)
		return;
	job = new_job(daemon, json_incref(json_object_get(kept, "wanted")),
		(uint64_t)json_integer_value(json_object_get(kept, "at")), &wrong);
	if (job) {
		restore(job, kept);
		begin(daemon, job);
	} else {
		say(SAY_WARNING, "the recode that ran is not gone on with: %s", wrong);
	}
	json_decref(kept);
	if (!recode_runs(daemon))
		return;
	say(SAY_NOTICE, "recode %s goes on after record %llu", job->id,
		(unsigned long long)job->at);
	uv_timer_start(&job->timer, on_timer, 0, 0);
}

void recode_close(struct daemon *daemon)
{
	if (!daemon->recode)
		return;
	if (recode_runs(daemon))
		save(daemon);
	uv_close((uv_handle_t *)&daemon->recode->timer, on_closed);
	daemon->recode = NULL;
}
