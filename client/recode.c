/* recode: stored documents coded again by the present coder. The daemon's
 * workers do it; what would change (--dry-run) is found out here, alone. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "chancery/ingest.h"
#include "chancery/text.h"
#include "client.h"

enum { MOST_DOCUMENTS = 200, SLICE = 256 };

struct recode {
	struct client *client;
	const char *since, *until, *language, *source;
	bool dry_run, stop, wait;
	char **typed; /* documents as they were named */
	int typed_count;
	json_t *documents; /* their whole ids; NULL where none was named */
};

static json_t *request_of(const struct recode *recode)
{
	json_t *request = json_pack("{s:s, s:b, s:s*, s:s*, s:s*, s:s*}", "do", "recode", "stop",
		recode->stop, "since", recode->since, "until", recode->until, "language",
		recode->language, "source", recode->source);

	if (recode->documents)
		json_object_set(request, "documents", recode->documents);
	return request;
}

/* -- by the daemon ---------------------------------------------------------- */

/* One line each way; NULL where nobody answers. */
static json_t *ask(const json_t *holder, const json_t *request)
{
	struct chy_buffer line, reply;
	char bytes[4096];
	json_t *answer = NULL;
	ssize_t got;
	int fd;

	chy_buffer_init(&line);
	chy_buffer_init(&reply);
	chy_json_canonical(request, &line);
	chy_buffer_add_char(&line, '\n');
	chy_buffer_add_char(&line, '\0');
	fd = line.failed ? -1 : ask_daemon(holder, line.data);
	while (fd >= 0 && (got = recv(fd, bytes, sizeof(bytes), 0)) > 0) {
		chy_buffer_add(&reply, bytes, (size_t)got);
		if (memchr(bytes, '\n', (size_t)got))
			break;
	}
	if (fd >= 0)
		close(fd);
	if (reply.size && chy_json_parse(reply.data, reply.size, &answer, NULL))
		answer = NULL;
	chy_buffer_fini(&line);
	chy_buffer_fini(&reply);
	return answer;
}

static json_int_t count_of(const json_t *job, const char *key)
{
	return json_integer_value(json_object_get(job, key));
}

/* "3 documents": what is counted, in the number that it has. */
static const char *s(json_int_t n)
{
	return n == 1 ? "" : "s";
}

static void print_totals(FILE *to, const json_t *job, const char *would)
{
	json_int_t changed = count_of(job, "changed"), all = count_of(job, "documents");

	fprintf(to,
		"%lld of %lld document%s %s: %lld event%s added, %lld gone, %lld told otherwise\n",
		(long long)changed, (long long)all, s(all), would,
		(long long)count_of(job, "events_added"), s(count_of(job, "events_added")),
		(long long)count_of(job, "events_gone"),
		(long long)count_of(job, "events_changed"));
	fprintf(to, "%lld the same, %lld withdrawn, %lld that cannot be coded any more\n",
		(long long)count_of(job, "same"), (long long)count_of(job, "withdrawn"),
		(long long)count_of(job, "failed"));
	if (count_of(job, "orphaned"))
		fprintf(to,
			"%lld correction%s without the event that it was made for: see "
			"`chancery history`\n",
			(long long)count_of(job, "orphaned"), s(count_of(job, "orphaned")));
}

static void print_failures(const json_t *job)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(job, "failures"), i, one)
		printf("document %.12s, of record %lld: %s\n",
			json_string_value(json_object_get(one, "document")),
			(long long)count_of(one, "record"),
			json_string_value(json_object_get(one, "reason")));
}

static int print_job(struct client *client, const json_t *job)
{
	struct chy_str state = chy_json_str(job, "state");

	if (print_as_json(client, job))
		return 0;
	if (chy_str_is(state, "running")) {
		printf("recode %s runs in the daemon: at record %lld of %lld; `chancery status` "
		       "tells how far it is\n",
			json_string_value(json_object_get(job, "id")),
			(long long)count_of(job, "at"), (long long)count_of(job, "to"));
		return 0;
	}
	printf("recode %s: %.*s\n", json_string_value(json_object_get(job, "id")), (int)state.size,
		state.data);
	print_totals(stdout, job, "changed");
	print_failures(job);
	return 0;
}

/* Until it runs no more, or the daemon is gone. */
static int wait_for(struct client *client, const json_t *holder, json_t **job)
{
	const struct timespec pause = {.tv_nsec = 200000000};
	json_t *question = json_pack("{s:s}", "do", "status"), *status;

	while (chy_str_is(chy_json_str(*job, "state"), "running")) {
		nanosleep(&pause, NULL);
		status = ask(holder, question);
		if (!json_is_object(json_object_get(status, "recode"))) {
			json_decref(status);
			json_decref(question);
			fprintf(stderr, "chancery: the daemon does not answer any more; the recode "
					"goes on when it is started again\n");
			return EXIT_ARCHIVE;
		}
		json_decref(*job);
		*job = json_incref(json_object_get(status, "recode"));
		json_decref(status);
	}
	json_decref(question);
	return print_job(client, *job);
}

static int by_daemon(struct recode *recode)
{
	json_t *holder = NULL, *request = NULL, *answer = NULL, *job;
	int status = EXIT_ARCHIVE;

	if (chy_archive_holder(recode->client->program_archive, &holder)) {
		fprintf(stderr, "chancery: no daemon runs on this archive, and its workers do the "
				"coding: start chanceryd and ask again (--dry-run needs none)\n");
		return EXIT_ARCHIVE;
	}
	request = request_of(recode);
	answer = ask(holder, request);
	job = json_incref(json_object_get(answer, "recode"));
	if (job)
		status = recode->wait && !recode->stop ? wait_for(recode->client, holder, &job)
						       : print_job(recode->client, job);
	else if (answer)
		fprintf(stderr, "chancery: the daemon refused it: %s\n",
			json_string_value(json_object_get(answer, "error")));
	else
		fprintf(stderr, "chancery: the daemon that holds the archive does not answer\n");
	json_decref(job);
	json_decref(answer);
	json_decref(request);
	json_decref(holder);
	return status;
}

/* -- what would change ------------------------------------------------------ */

struct rehearsal {
	struct client *client;
	struct chy_recoding_filter filter;
	struct chy_text_model *models[8];
	struct chy_coder *coders[8];
	json_t *rows, *totals;
};

static int find_coder(struct rehearsal *r, const char *language)
{
	const char *const *languages = chy_text_languages();

	for (int i = 0; languages[i] && i < 8; i++) {
		if (strcmp(languages[i], language) != 0)
			continue;
		if (!r->models[i] && chy_text_open(language, &r->models[i], NULL))
			return -1;
		return r->coders[i] || !chy_coder_open(language, &r->coders[i], NULL) ? i : -1;
	}
	return -1;
}

static json_t *events_of(
	const struct chy_events *events, const struct chy_map *map, const char *language)
{
	json_t *array = json_array();

	for (size_t i = 0; i < events->count; i++) {
		uint64_t first, last;

		chy_map_span(map, events->events[i].start, events->events[i].end, &first, &last);
		json_array_append_new(
			array, chy_event_to_json(&events->events[i], language, first, last));
	}
	return array;
}

/* The events that the present coder finds; NULL with a reason. */
static json_t *code(struct rehearsal *r, const json_t *document, const json_t *content,
	struct chy_arena *arena, const char **out_reason)
{
	struct chy_coder_input input = {.text = chy_json_str(content, "text"),
		.date = chy_json_str(document, "date"),
		.source = chy_json_str(document, "source")};
	struct chy_str told = chy_json_str(document, "language");
	struct chy_analysis analysis;
	struct chy_events events;
	struct chy_map map;
	char language[8] = "";
	int i;

	if (told.size && told.size < sizeof(language))
		memcpy(language, told.data, told.size);
	else if (chy_text_guess_language(input.text, language))
		language[0] = '\0';
	*out_reason = "no coder reads its language";
	i = find_coder(r, language);
	if (i < 0)
		return NULL;
	*out_reason = "the map from its text to its bytes is no map";
	if (chy_map_decode(chy_json_str(document, "map"), arena, &map))
		return NULL;
	input.analysis = &analysis;
	*out_reason = "the coder cannot read it";
	if (chy_text_analyse(r->models[i], input.text, arena, &analysis) ||
		chy_coder_code(r->coders[i], &input, arena, &events))
		return NULL;
	return events_of(&events, &map, language);
}

static void add_to(json_t *totals, const char *key, size_t n)
{
	json_object_set_new(totals, key, json_integer(count_of(totals, key) + (json_int_t)n));
}

static void add_row(struct rehearsal *r, const json_t *document, const struct chy_recoding *changes,
	const char *reason)
{
	json_t *row = json_pack("{s:O, s:O?, s:O?, s:O?, s:I, s:I, s:I, s:I, s:s?}", "document",
		json_object_get(document, "document"), "title", json_object_get(document, "title"),
		"date", json_object_get(document, "date"), "source",
		json_object_get(document, "source"), "added", (json_int_t)changes->added, "gone",
		(json_int_t)changes->gone, "changed", (json_int_t)changes->changed, "orphaned",
		(json_int_t)changes->orphaned, "reason", reason);

	json_array_append_new(r->rows, row);
}

static void judge(struct rehearsal *r, const json_t *document, const json_t *events,
	const struct chy_recoding *changes, const char *reason)
{
	bool failed = !events && changes->before;
	bool differs = events && changes->added + changes->gone + changes->changed;

	add_to(r->totals, "documents", 1);
	add_to(r->totals,
		changes->withdrawn ? "withdrawn"
		: failed	   ? "failed"
		: differs	   ? "changed"
				   : "same",
		1);
	if (changes->withdrawn || (!failed && !differs))
		return;
	add_row(r, document, changes, failed ? reason : NULL);
	if (failed)
		return;
	add_to(r->totals, "events_added", changes->added);
	add_to(r->totals, "events_gone", changes->gone);
	add_to(r->totals, "events_changed", changes->changed);
	add_to(r->totals, "orphaned", changes->orphaned);
}

static int rehearse_one(struct rehearsal *r, struct chy_snapshot *snapshot, const json_t *document,
	struct chy_fault *fault)
{
	struct chy_str hex = chy_json_str(document, "document");
	struct chy_recoding changes = {.before = 0};
	const char *reason = NULL;
	json_t *content = NULL, *events = NULL;
	struct chy_buffer bytes;
	struct chy_arena arena;
	struct chy_hash id;
	int result = hex.size ? chy_hash_from_hex(hex.data, &id) : CHY_EINPUT;

	chy_buffer_init(&bytes);
	chy_arena_init(&arena);
	if (!result)
		result = chy_snapshot_blob(snapshot, &id, &bytes, fault);
	if (!result)
		result = chy_json_parse(bytes.data, bytes.size, &content, fault);
	if (!result)
		events = code(r, document, content, &arena, &reason);
	if (result) /* what the daemon would report, too */
		reason = "its body cannot be read";
	result = chy_view_recoding(
		r->client->view, r->client->archive, &id, events, CHY_STR(""), &changes, fault);
	if (!result)
		judge(r, document, events, &changes, reason);
	chy_arena_fini(&arena);
	chy_buffer_fini(&bytes);
	json_decref(content);
	json_decref(events);
	return result < 0 ? result : CHY_OK;
}

static int rehearse_record(struct rehearsal *r, struct chy_snapshot *snapshot, uint64_t seq)
{
	struct chy_record record;
	struct chy_fault fault = {0};
	json_t *body;
	int result = chy_snapshot_record(snapshot, seq, &record, &fault);

	if (!result && record.kind != CHY_KIND_DOCUMENT_ADDED)
		return 0;
	if (!result)
		result = chy_record_body(&record, &body, &fault);
	if (result)
		return tell(&fault);
	if (chy_recoding_wants(&r->filter, body))
		result = rehearse_one(r, snapshot, body, &fault);
	json_decref(body);
	return result ? tell(&fault) : 0;
}

/* In slices: nobody is held back by a long look. */
static int rehearse_log(struct rehearsal *r)
{
	struct chy_snapshot *snapshot;
	struct chy_fault fault;
	uint64_t seq = 1, last = 1;
	int status = 0;

	while (seq <= last && !status) {
		if (chy_snapshot_open(r->client->archive, &snapshot, &fault))
			return tell(&fault);
		last = chy_snapshot_last_seq(snapshot);
		for (uint64_t end = seq + SLICE; seq < end && seq <= last && !status; seq++)
			status = rehearse_record(r, snapshot, seq);
		chy_snapshot_close(snapshot);
	}
	return status;
}

static int rehearse_documents(struct rehearsal *r, const json_t *documents)
{
	struct chy_snapshot *snapshot;
	struct chy_fault fault;
	struct chy_hash id;
	uint64_t seq;
	int result, status = 0;

	for (size_t i = 0; i < json_array_size(documents) && !status; i++) {
		if (chy_hash_from_hex(json_string_value(json_array_get(documents, i)), &id))
			continue;
		if (chy_snapshot_open(r->client->archive, &snapshot, &fault))
			return tell(&fault);
		result = chy_snapshot_document(snapshot, &id, &seq, &fault);
		status = result < 0 ? tell(&fault) : result ? 0 : rehearse_record(r, snapshot, seq);
		chy_snapshot_close(snapshot);
	}
	return status;
}

static int print_rehearsal(struct rehearsal *r)
{
	static const struct column columns[] = {{"document", "document", false},
		{"date", "date", false}, {"added", "added", false}, {"gone", "gone", false},
		{"changed", "changed", false}, {"orphaned", "orphaned", false},
		{"cannot be coded", "reason", false}, {"title", "title", true}};
	struct client *client = r->client;
	bool machine = client->format == FORMAT_CSV || client->format == FORMAT_TSV;

	json_object_set(r->totals, "changes", r->rows);
	if (!count_of(r->totals, "documents")) {
		fprintf(stderr, "chancery: no document of the archive is meant\n");
		return EXIT_NOTHING;
	}
	if (print_as_json(client, r->totals))
		return 0;
	if (machine || json_array_size(r->rows))
		print_rows(client, columns, sizeof(columns) / sizeof(columns[0]), r->rows);
	print_totals(machine ? stderr : stdout, r->totals, "would change");
	return 0;
}

static int rehearse(struct recode *recode)
{
	static const char *const counts[] = {"documents", "same", "changed", "failed", "withdrawn",
		"events_added", "events_gone", "events_changed", "orphaned"};
	struct rehearsal r = {.client = recode->client,
		.filter = {chy_str_from(recode->language), chy_str_from(recode->source), INT64_MIN,
			INT64_MAX},
		.rows = json_array(),
		.totals = json_object()};
	int status = 0;

	if (recode->since)
		status = read_day("--since", recode->since, false, &r.filter.first_day);
	if (!status && recode->until)
		status = read_day("--until", recode->until, true, &r.filter.last_day);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		json_object_set_new(r.totals, counts[i], json_integer(0));
	if (!status)
		status = recode->documents ? rehearse_documents(&r, recode->documents)
					   : rehearse_log(&r);
	if (!status)
		status = print_rehearsal(&r);
	for (int i = 0; i < 8; i++) {
		chy_text_close(r.models[i]);
		chy_coder_close(r.coders[i]);
	}
	json_decref(r.rows);
	json_decref(r.totals);
	return status;
}

/* -- the command ------------------------------------------------------------ */

static int find_documents(struct recode *recode)
{
	char hex[CHY_HASH_HEX];
	struct chy_hash id;
	int status = 0;

	if (recode->typed_count > MOST_DOCUMENTS)
		return usage_error("%d documents are named; name %d at most, or use filters",
			recode->typed_count, MOST_DOCUMENTS);
	for (int i = 0; i < recode->typed_count && !status; i++) {
		status = find_document(recode->client, recode->typed[i], &id);
		if (!status)
			json_array_append_new(
				recode->documents, json_string(chy_hash_to_hex(&id, hex)));
	}
	return status;
}

int run_recode(struct client *client, int argc, char **argv)
{
	struct recode recode = {.client = client};
	const struct option_spec specs[] = {{"--since", &recode.since, NULL},
		{"--until", &recode.until, NULL}, {"--language", &recode.language, NULL},
		{"--source", &recode.source, NULL}, {"--dry-run", NULL, &recode.dry_run},
		{"--wait", NULL, &recode.wait}, {"--stop", NULL, &recode.stop}};
	int64_t first = 0, last = 0;
	int status = read_options(client, command_named("recode"), specs,
		sizeof(specs) / sizeof(specs[0]), argc, argv, &recode.typed_count);

	if (status)
		return status < 0 ? 0 : status;
	recode.typed = argv;
	if (recode.stop && (recode.dry_run || recode.typed_count))
		return usage_error("recode --stop ends what runs, and takes nothing else");
	if ((recode.since && read_day("--since", recode.since, false, &first)) ||
		(recode.until && read_day("--until", recode.until, true, &last)) ||
		check_days(recode.since, recode.until, first, last) ||
		check_language(recode.language))
		return EXIT_USAGE;
	if (recode.dry_run)
		status = open_archive(client);
	else if (recode.typed_count)
		status = open_log(client);
	if (!status && recode.typed_count) {
		recode.documents = json_array();
		status = find_documents(&recode);
	}
	if (!status)
		status = recode.dry_run ? rehearse(&recode) : by_daemon(&recode);
	json_decref(recode.documents);
	return status;
}
