/* What analysts add to the log: withdraw, correct; and history, which tells
 * every record that ever touched a document. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "chancery/edtf.h"
#include "client.h"

/* -- into the log --------------------------------------------------------------- */

/* What a try comes to, where it is no status to leave with: another writes at
 * present, and was told nothing. */
enum { BUSY = -1 };

/* In hundredths of a second: of several analysts who write at once each is
 * through in a few. */
enum { PATIENCE = 300, PAUSE = 5 };

/* By the daemon that holds the archive. Positive where it was asked and no answer
 * came. */
static int ask_to_record(json_t *holder, const char *kind, const json_t *body, json_t **answer)
{
	json_t *request = json_pack("{s:s, s:s, s:O}", "do", "record", "kind", kind, "body", body);
	struct chy_buffer line;
	char reply[4096];
	size_t size = 0;
	ssize_t got = 1;
	int fd;

	chy_buffer_init(&line);
	chy_json_canonical(request, &line);
	chy_buffer_add_char(&line, '\n');
	json_decref(request);
	fd = line.failed ? -1 : ask_daemon(holder, line.data);
	chy_buffer_fini(&line);
	if (fd < 0)
		return BUSY;
	while (size < sizeof(reply) && got > 0 && !memchr(reply, '\n', size)) {
		got = recv(fd, reply + size, sizeof(reply) - size, 0);
		size += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	return size && chy_json_parse(reply, size, answer, NULL) == CHY_OK ? 0 : 1;
}

static int tell_of_silence(void)
{
	fprintf(stderr, "chancery: another process writes to the archive and does not answer; "
			"nothing was recorded that is known of\n");
	return EXIT_ARCHIVE;
}

static int record_by_daemon(json_t *holder, const char *kind, const json_t *body, uint64_t *out_seq)
{
	json_t *answer;
	int status = ask_to_record(holder, kind, body, &answer);

	if (status)
		return status == BUSY ? BUSY : tell_of_silence();
	*out_seq = (uint64_t)json_integer_value(json_object_get(answer, "seq"));
	if (!*out_seq) {
		const char *words = json_string_value(json_object_get(answer, "error"));

		fprintf(stderr, "chancery: the daemon refused it: %s\n",
			words ? words : "it gave no reason");
		status = EXIT_ARCHIVE;
	}
	json_decref(answer);
	return status;
}

/* Alone: nobody holds the archive. It must not be open here. */
static int record_alone(const char *directory, const char *kind, json_t *body, uint64_t *out_seq)
{
	struct chy_record_draft draft = {chy_kind_from_name(chy_str_from(kind)), body};
	struct chy_entry entry = {.records = &draft, .record_count = 1};
	json_t *holder = json_pack("{s:i, s:s}", "pid", (int)getpid(), "program", "chancery");
	struct chy_archive *archive;
	struct chy_fault fault;
	int result = chy_archive_open_writer(directory, holder, &archive, &fault);

	json_decref(holder);
	if (result == CHY_EBUSY)
		return BUSY;
	if (!result) {
		result = chy_archive_append(archive, &entry, 1, &fault);
		chy_archive_close(archive);
	}
	*out_seq = entry.first_seq;
	return result ? tell(&fault) : 0;
}

static int try_to_record(const char *directory, const char *kind, json_t *body, uint64_t *out_seq)
{
	json_t *holder;
	int status;

	if (chy_archive_holder(directory, &holder))
		return record_alone(directory, kind, body, out_seq);
	status = record_by_daemon(holder, kind, body, out_seq);
	json_decref(holder);
	return status;
}

/* Closes what is open: a process may not open one log twice. */
int put_record(struct client *client, const char *kind, json_t *body, uint64_t *out_seq)
{
	const struct timespec pause = {.tv_nsec = PAUSE * 10000000L};
	int status = BUSY;

	close_archive(client);
	client->view = NULL;
	client->archive = NULL;
	client->catalogue = NULL;
	for (int waited = 0; status == BUSY && waited <= PATIENCE; waited += PAUSE) {
		if (waited)
			nanosleep(&pause, NULL);
		status = try_to_record(client->program_archive, kind, body, out_seq);
	}
	return status == BUSY ? tell_of_silence() : status;
}

static const char *user_name(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user && user->pw_name[0] ? user->pw_name : "unknown";
}

int check_signature(struct signature *signature, const char *command)
{
	if (!signature->reason || !signature->reason[0])
		return usage_error(
			"%s needs --reason: history keeps it for those who come after", command);
	if (!signature->author)
		signature->author = user_name();
	return 0;
}

/* -- withdraw ------------------------------------------------------------------- */

/* What is taken back already is not taken back again. */
static int check_in_force(struct client *client, const struct chy_hash *id)
{
	struct chy_fault fault;
	json_int_t seq;
	json_t *document;
	int result = chy_view_document(client->view, id, &document, &fault);

	if (result)
		return result < 0 ? tell(&fault) : 0;
	seq = json_integer_value(json_object_get(document, "withdrawn"));
	json_decref(document);
	return seq ? usage_error("record %lld withdrew it already", seq) : 0;
}

int run_withdraw(struct client *client, int argc, char **argv)
{
	struct signature signature = {NULL, NULL};
	const struct option_spec specs[] = {
		{"--author", &signature.author, NULL}, {"--reason", &signature.reason, NULL}};
	char hex[CHY_HASH_HEX];
	struct chy_hash id;
	uint64_t seq;
	json_t *body;
	int rest, status = read_options(
			  client, command_named("withdraw"), specs, 2, argc, argv, &rest);

	if (!status && rest != 1)
		return usage_error("withdraw takes one document's id");
	if (!status)
		status = check_signature(&signature, "withdraw");
	if (!status)
		status = open_archive(client);
	if (!status)
		status = find_document(client, argv[0], &id);
	if (!status)
		status = check_in_force(client, &id);
	if (status)
		return status < 0 ? 0 : status;
	body = json_pack("{s:s, s:s, s:s}", "document", chy_hash_to_hex(&id, hex), "author",
		signature.author, "reason", signature.reason);
	status = put_record(client, "document-withdrawn", body, &seq);
	json_decref(body);
	if (!status)
		printf("record %llu: document %.12s is withdrawn; what it told is told no more\n",
			(unsigned long long)seq, hex);
	return status;
}

/* -- correct -------------------------------------------------------------------- */

struct changes {
	const char *category, *mode, *actor, *recipient, *date, *due, *aux, *place, *dispute;
	bool no_event;
};

static int set_date(json_t *change, const char *key, const char *text)
{
	struct chy_edtf date;

	if (!text)
		return 0;
	if (text[0] && chy_edtf_parse(chy_str_from(text), &date))
		return usage_error("--%s %s is no date; write 2013, 2013-11, 2013-11-03, or '' "
				   "for none",
			key, text);
	json_object_set_new(change, key, text[0] ? json_string(text) : json_null());
	return 0;
}

/* "RUS,Japan": each as somebody may type it. */
static int set_side(struct client *client, json_t *change, const char *key, const char *text)
{
	struct chy_str rest = chy_str_from(text), typed;
	json_t *side = json_array();

	while (text && chy_str_split(&rest, ',', &typed)) {
		struct chy_str code =
			chy_catalogue_actor_code(client->catalogue, chy_str_trim(typed));
		struct chy_str name;

		if (!chy_str_trim(typed).size)
			continue;
		if (!code.size) {
			json_decref(side);
			return usage_error("nobody in the catalogue is called '%.*s'",
				(int)typed.size, typed.data);
		}
		name = chy_catalogue_actor_name(client->catalogue, code, "en");
		json_array_append_new(side, json_pack("{s:s%, s:s%}", "code", code.data, code.size,
						    "name", name.data, name.size));
	}
	if (text)
		json_object_set(change, key, side);
	json_decref(side);
	return 0;
}

static int set_disputes(struct client *client, json_t *change, const char *text)
{
	struct chy_str rest = chy_str_from(text), typed;
	json_t *list = json_array();

	while (text && chy_str_split(&rest, ',', &typed)) {
		typed = chy_str_trim(typed);
		if (!typed.size)
			continue;
		if (declared_named(client, typed)) {
			json_decref(list);
			return usage_error("%.*s is declared: what belongs to it is told by its "
					   "parties and terms",
				(int)typed.size, typed.data);
		}
		if (!is_dispute(client, typed)) {
			json_decref(list);
			return usage_error("there is no dispute '%.*s'; `chancery disputes` lists "
					   "them",
				(int)typed.size, typed.data);
		}
		json_array_append_new(list, json_stringn(typed.data, typed.size));
	}
	if (text)
		json_object_set(change, "dispute", list);
	json_decref(list);
	return 0;
}

/* Of the roots of CAMEO that the categories stand for (Goldstein 1992, as
 * CAMEO's authors carried it over). */
static double score_of(struct chy_str category)
{
	static const struct {
		const char *category;
		double score;
	} scores[] = {{"AGREE", 4}, {"CONSULT", 1}, {"SUPPORT", 3.5}, {"COOPERATE", 6}, {"AID", 7},
		{"CONCEDE", 5}, {"RETREAT", 9}, {"REQUEST", 3}, {"ACCUSE", -2}, {"REJECT", -4},
		{"THREATEN", -4.4}, {"PROTEST", -6.5}, {"SANCTION", -4}, {"MOBILIZE", -7.2},
		{"COERCE", -7}, {"ASSAULT", -10}};

	for (size_t i = 0; i < sizeof(scores) / sizeof(scores[0]); i++)
		if (chy_str_is(category, scores[i].category))
			return scores[i].score;
	return 0;
}

static int set_category(json_t *change, const struct changes *changes)
{
	struct filter_options options = {.event = changes->category};
	struct client nobody = {.format = FORMAT_TABLE};
	struct chy_event_filter filter;
	int status;

	if (!changes->category)
		return 0;
	status = read_filter(&nobody, &options, &filter);
	if (status)
		return status;
	json_object_set_new(
		change, "event", json_stringn(filter.category.data, filter.category.size));
	/* What hung on the old category goes with it. */
	json_object_set_new(
		change, "mode", changes->mode ? json_string(changes->mode) : json_null());
	json_object_set_new(change, "cameo", json_null());
	json_object_set_new(change, "score", json_real(score_of(filter.category)));
	return 0;
}

static int set_aux(json_t *change, const char *text)
{
	static const char *const known[] = {"", "future", "historical", "hypothetical", "negation"};

	for (size_t i = 0; text && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], text) == 0) {
			json_object_set_new(
				change, "aux", text[0] ? json_string(text) : json_null());
			return 0;
		}
	return text ? usage_error("--aux takes future, historical, hypothetical, negation or ''")
		    : 0;
}

static int read_changes(struct client *client, const struct changes *changes, json_t *out)
{
	int status = set_category(out, changes);

	if (!status && changes->mode && !changes->category)
		json_object_set_new(out, "mode", json_string(changes->mode));
	if (!status)
		status = set_side(client, out, "actor", changes->actor);
	if (!status)
		status = set_side(client, out, "recipient", changes->recipient);
	if (!status)
		status = set_date(out, "date", changes->date);
	if (!status)
		status = set_date(out, "due", changes->due);
	if (!status)
		status = set_aux(out, changes->aux);
	if (!status)
		status = set_disputes(client, out, changes->dispute);
	if (!status && changes->place)
		json_object_set_new(out, "place",
			changes->place[0] ? json_string(changes->place) : json_null());
	if (!status && changes->no_event)
		json_object_set_new(out, "not_an_event", json_true());
	if (!status && !json_object_size(out))
		return usage_error(
			"correct needs to know what is wrong: `chancery correct --help`");
	return status;
}

static int find_in_force(struct client *client, const char *typed, json_t **out)
{
	struct chy_fault fault;
	int result = chy_view_event(client->view, chy_str_from(typed), out, &fault);
	json_int_t superseded;

	if (result == CHY_EINPUT)
		return usage_error("'%s' is no event's id; they look like E12.3", typed);
	if (result < 0)
		return tell(&fault);
	if (result) {
		fprintf(stderr, "chancery: the archive has no event %s\n", typed);
		return EXIT_NOTHING;
	}
	superseded = json_integer_value(json_object_get(*out, "superseded"));
	if (!superseded)
		return 0;
	json_decref(*out);
	return usage_error("record %lld took %s back: correct what is told now (`chancery history "
			   "%s`)",
		superseded, typed, typed);
}

static int correct(struct client *client, const char *typed, const struct changes *changes,
	const struct signature *signature)
{
	json_t *event, *body, *change = json_object();
	struct chy_fault fault;
	uint64_t seq;
	int status = find_in_force(client, typed, &event);

	if (!status) {
		status = read_changes(client, changes, change);
		if (!status && chy_change_check(client->catalogue, change,
				       chy_json_str(event, "event"), &fault))
			status = usage_error("%s", fault.detail);
		body = json_pack("{s:O, s:O, s:O, s:s, s:s, s:O}", "event",
			json_object_get(event, "id"), "document",
			json_object_get(event, "document"), "sentence",
			json_object_get(event, "sentence"), "author", signature->author, "reason",
			signature->reason, "change", change);
		if (!status)
			status = put_record(client, "event-corrected", body, &seq);
		if (!status && changes->no_event)
			printf("record %llu: %s is no event any more\n", (unsigned long long)seq,
				typed);
		else if (!status)
			printf("record %llu: %s is now E%llu.1\n", (unsigned long long)seq, typed,
				(unsigned long long)seq);
		json_decref(body);
		json_decref(event);
	}
	json_decref(change);
	return status;
}

int run_correct(struct client *client, int argc, char **argv)
{
	struct signature signature = {NULL, NULL};
	struct changes changes = {.no_event = false};
	const struct option_spec specs[] = {{"--author", &signature.author, NULL},
		{"--reason", &signature.reason, NULL}, {"--event", &changes.category, NULL},
		{"--mode", &changes.mode, NULL}, {"--actor", &changes.actor, NULL},
		{"--recipient", &changes.recipient, NULL}, {"--date", &changes.date, NULL},
		{"--due", &changes.due, NULL}, {"--aux", &changes.aux, NULL},
		{"--place", &changes.place, NULL}, {"--dispute", &changes.dispute, NULL},
		{"--not-an-event", NULL, &changes.no_event}};
	int rest, status = read_options(client, command_named("correct"), specs,
			  sizeof(specs) / sizeof(specs[0]), argc, argv, &rest);

	if (!status && rest != 1)
		return usage_error("correct takes one event's id");
	if (!status)
		status = check_signature(&signature, "correct");
	if (!status)
		status = open_archive(client);
	if (status)
		return status < 0 ? 0 : status;
	return correct(client, argv[0], &changes, &signature);
}

/* -- history --------------------------------------------------------------------- */

/* The document of an event, or a document. */
static int find_subject(struct client *client, const char *typed, json_t **out)
{
	struct chy_fault fault;
	struct chy_hash id;
	json_t *event;
	int result, status;

	if ((typed[0] | 32) == 'e' && strchr(typed, '.')) {
		result = chy_view_event(client->view, chy_str_from(typed), &event, &fault);
		if (result < 0 && result != CHY_EINPUT)
			return tell(&fault);
		if (result) {
			fprintf(stderr, "chancery: the archive has no event %s\n", typed);
			return result == CHY_EINPUT ? EXIT_USAGE : EXIT_NOTHING;
		}
		result = chy_hash_from_hex(
			json_string_value(json_object_get(event, "document")), &id);
		json_decref(event);
	} else {
		status = find_document(client, typed, &id);
		if (status)
			return status;
	}
	result = chy_view_document(client->view, &id, out, &fault);
	return result < 0 ? tell(&fault) : result ? EXIT_NOTHING : 0;
}

static void add_seq(json_t *list, json_int_t seq)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_integer_value(json_array_get(list, i)) == seq)
			return;
	if (seq)
		json_array_append_new(list, json_integer(seq));
}

/* The numbers of all records that touched a document. */
static json_t *records_of(const json_t *document)
{
	static const char *const lists[] = {"codings", "corrections"};
	json_t *out = json_array(), *one;
	size_t i;

	add_seq(out, json_integer_value(json_object_get(document, "seq")));
	json_array_foreach(json_object_get(document, "sightings"), i, one)
		add_seq(out, json_integer_value(json_object_get(one, "seq")));
	for (size_t n = 0; n < 2; n++)
		json_array_foreach(json_object_get(document, lists[n]), i, one)
			add_seq(out, json_integer_value(one));
	add_seq(out, json_integer_value(json_object_get(document, "withdrawn")));
	return out;
}

static int by_number(const void *one, const void *other)
{
	json_int_t a = json_integer_value(*(json_t *const *)one);
	json_int_t b = json_integer_value(*(json_t *const *)other);

	return (a > b) - (a < b);
}

/* One line of what a record did. */
static json_t *what_it_did(const json_t *record, const json_t *document)
{
	const json_t *body = json_object_get(record, "body"), *orphan;
	const char *kind = json_string_value(json_object_get(record, "kind"));
	json_int_t seq = json_integer_value(json_object_get(record, "seq"));
	const char *author = json_string_value(json_object_get(body, "author"));
	const char *reason = json_string_value(json_object_get(body, "reason"));
	struct chy_buffer text;
	json_t *out;
	size_t i;

	chy_buffer_init(&text);
	if (strcmp(kind, "events-coded") == 0) {
		const json_t *coder = json_object_get(body, "coder");

		size_t events = json_array_size(json_object_get(body, "events"));

		chy_buffer_printf(&text, "%s%zu event%s by %s %s",
			json_object_get(body, "recoding") ? "coded again: " : "", events,
			events == 1 ? "" : "s", json_string_value(json_object_get(coder, "name")),
			json_string_value(json_object_get(coder, "version")));
	} else if (strcmp(kind, "event-corrected") == 0) {
		chy_buffer_printf(&text, "%s: ", json_string_value(json_object_get(body, "event")));
		chy_json_canonical(json_object_get(body, "change"), &text);
		json_array_foreach(json_object_get(document, "orphaned"), i,
			orphan) if (json_integer_value(orphan) == seq)
			chy_buffer_add_str(&text, CHY_STR(" (orphaned: its sentence tells "
							  "nothing like it any more)"));
	} else if (json_is_string(json_object_get(body, "path"))) {
		chy_buffer_add_str(&text, chy_json_str(body, "path"));
	}
	if (author)
		chy_buffer_printf(
			&text, "%s%s: %s", text.size ? "; " : "", author, reason ? reason : "");
	out = json_stringn(text.data ? text.data : "", text.size);
	chy_buffer_fini(&text);
	return out;
}

static int read_records(
	struct client *client, json_t *numbers, const json_t *document, json_t *rows)
{
	struct chy_snapshot *snapshot;
	struct chy_record record;
	struct chy_fault fault;
	json_t *shown;
	int result = chy_snapshot_open(client->archive, &snapshot, &fault);

	for (size_t i = 0; i < json_array_size(numbers) && !result; i++) {
		uint64_t seq = (uint64_t)json_integer_value(json_array_get(numbers, i));

		if (client->as_of && seq > client->as_of)
			break;
		result = chy_snapshot_record(snapshot, seq, &record, &fault);
		if (!result)
			result = chy_record_to_json(&record, &shown, &fault);
		if (result)
			break;
		json_object_set_new(shown, "what", what_it_did(shown, document));
		json_array_append_new(rows, shown);
	}
	chy_snapshot_close(snapshot);
	return result ? tell(&fault) : 0;
}

int run_history(struct client *client, int argc, char **argv)
{
	static const struct column columns[] = {{"record", "seq", false}, {"time", "time", false},
		{"kind", "kind", false}, {"what", "what", true}};
	json_t *document, *numbers, *rows = json_array(), **sorted;
	size_t n;
	int rest,
		status = read_options(client, command_named("history"), NULL, 0, argc, argv, &rest);

	if (!status && rest != 1)
		status = usage_error("history takes one id (E12.3, or a document's)");
	if (!status)
		status = open_archive(client);
	if (!status)
		status = find_subject(client, argv[0], &document);
	if (status) {
		json_decref(rows);
		return status < 0 ? 0 : status;
	}
	numbers = records_of(document);
	n = json_array_size(numbers);
	sorted = calloc(n + 1, sizeof(json_t *));
	for (size_t i = 0; sorted && i < n; i++)
		sorted[i] = json_incref(json_array_get(numbers, i));
	if (sorted)
		qsort(sorted, n, sizeof(json_t *), by_number);
	for (size_t i = 0; sorted && i < n; i++)
		json_array_set_new(numbers, i, sorted[i]);
	free(sorted);
	status = read_records(client, numbers, document, rows);
	if (!status)
		status = print_rows(client, columns, 4, rows);
	json_decref(numbers);
	json_decref(document);
	json_decref(rows);
	return status;
}
