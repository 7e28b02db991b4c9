/* replay: the views made again from the log, and looks at the past. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

/* From here on what is under way is ended in order. */
static void heed_interrupts(void)
{
	struct sigaction action = {.sa_handler = on_interrupt};

	sigaction(SIGINT, &action, NULL);
}

/* -- how far it is ---------------------------------------------------------------- */

struct progress {
	bool shown; /* on a terminal only */
	struct timespec begun;
	struct chy_view *view;
	uint64_t before, to; /* before: events, when it began */
};

static uint64_t events_in(struct chy_view *view)
{
	json_t *counts;
	uint64_t n;

	if (chy_view_counts(view, 0, &counts, NULL))
		return 0;
	n = (uint64_t)json_integer_value(json_object_get(counts, "events"));
	json_decref(counts);
	return n;
}

static void begin_progress(struct progress *progress, struct chy_view *view, uint64_t to)
{
	*progress = (struct progress){
		.shown = isatty(STDERR_FILENO), .view = view, .before = events_in(view), .to = to};
	clock_gettime(CLOCK_MONOTONIC, &progress->begun);
}

static void show_progress(const struct progress *progress, uint64_t seq)
{
	struct timespec now;
	double seconds;

	if (!progress->shown || !progress->to)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (double)(now.tv_sec - progress->begun.tv_sec) +
		  (double)(now.tv_nsec - progress->begun.tv_nsec) / 1e9;
	fprintf(stderr, "\r%3.0f %%  record %llu of %llu  %.0f events/s   ",
		100.0 * (double)seq / (double)progress->to, (unsigned long long)seq,
		(unsigned long long)progress->to,
		seconds > 0 ? (double)(events_in(progress->view) - progress->before) / seconds : 0);
}

static bool go_on(void *user, uint64_t seq)
{
	show_progress(user, seq);
	return !interrupted;
}

static void end_progress(const struct progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r%60s\r", "");
}

/* -- making ------------------------------------------------------------------------ */

/* From where the views are up to a record; *out_seq is how far it came. */
static int follow_to(struct client *client, struct chy_view *view, uint64_t to, uint64_t *out_seq,
	struct chy_fault *fault)
{
	struct progress progress;
	int result;

	begin_progress(&progress, view, to);
	result = chy_view_follow_far(view, client->archive, to, go_on, &progress, out_seq, fault);
	end_progress(&progress);
	return result;
}

/* Positive where it was interrupted: what is done is kept. */
static int fill(struct client *client, struct chy_view *view, uint64_t to, struct chy_hash *out,
	struct chy_fault *fault)
{
	uint64_t seq = 0;
	int result = follow_to(client, view, to, &seq, fault);

	if (!result && seq < to && interrupted)
		return 1;
	if (!result && seq < to)
		return chy_fault_set(fault, CHY_ECONFLICT, client->program_archive, 0,
			"its log ends with record %llu, and record %llu was asked for",
			(unsigned long long)seq, (unsigned long long)to);
	return result ? result : chy_view_digest(view, out, fault);
}

static int build(struct client *client, const char *directory, uint64_t to, struct chy_hash *out,
	struct chy_fault *fault)
{
	struct chy_view *view = NULL;
	int result = chy_view_open_writer(directory, client->archive, &view, fault);

	if (result)
		return result;
	result = fill(client, view, to, out, fault);
	chy_view_close(view);
	return result;
}

/* As whoever sent the signal expects. */
static int leave_interrupted(bool kept)
{
	fprintf(stderr, "chancery: interrupted%s\n",
		kept ? "; what is done is kept, and the same command goes on from there" : "");
	signal(SIGINT, SIG_DFL);
	raise(SIGINT);
	return EXIT_CHECK;
}

/* In files that are gone afterwards. */
static int build_aside(
	struct client *client, uint64_t to, struct chy_hash *out, struct chy_fault *fault)
{
	struct chy_view *view;
	int result = chy_view_open_unnamed(place_for_own(), client->archive, &view, fault);

	if (result)
		return result;
	result = fill(client, view, to, out, fault);
	chy_view_close(view);
	return result;
}

/* -- comparing ---------------------------------------------------------------------- */

/* A daemon may be writing: the live views are asked until they stood still
 * while they were read. */
static int read_live(
	struct client *client, struct chy_hash *out, uint64_t *out_seq, struct chy_fault *fault)
{
	uint64_t again = 1;
	int result = 0;

	*out_seq = 0;
	for (int tries = 0; !result && *out_seq != again && tries < 20; tries++) {
		result = chy_view_position(client->view, out_seq, fault);
		if (!result)
			result = chy_view_digest(client->view, out, fault);
		if (!result)
			result = chy_view_position(client->view, &again, fault);
	}
	return result;
}

int compare_views(struct client *client)
{
	char live_hex[CHY_HASH_HEX], made_hex[CHY_HASH_HEX];
	struct chy_hash live, made;
	struct chy_fault fault;
	uint64_t seq;
	int result = read_live(client, &live, &seq, &fault);

	heed_interrupts();
	if (!result)
		result = build_aside(client, seq, &made, &fault);
	if (result > 0)
		return leave_interrupted(false);
	if (result) {
		int status = tell(&fault);

		return result == CHY_EDAMAGED ? EXIT_CHECK : status;
	}
	if (chy_hash_equal(&live, &made))
		return 0;
	printf("views at record %llu: the live digest is %s, the replayed one %s; `chancery "
	       "replay` "
	       "makes them again\n",
		(unsigned long long)seq, chy_hash_to_hex(&live, live_hex),
		chy_hash_to_hex(&made, made_hex));
	return EXIT_CHECK;
}

/* -- the command ---------------------------------------------------------------------- */

static int print_digest(int result, const struct chy_hash *digest, const struct chy_fault *fault)
{
	char hex[CHY_HASH_HEX];

	if (result > 0)
		return leave_interrupted(true);
	if (result)
		return tell(fault);
	printf("%s\n", chy_hash_to_hex(digest, hex));
	return 0;
}

/* Whether a look at the past has a file of that name. */
static bool is_of_look(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || chy_past_is_file(name) ||
	       chy_view_is_file(name);
}

static bool holds_log(const char *directory)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/log.mdb", directory);
	return access(path, F_OK) == 0;
}

/* Nothing is put among what somebody else keeps. */
static int check_place(const char *directory)
{
	const struct dirent *entry;
	DIR *list;
	int status = 0;

	if (!directory[0])
		return usage_error("--into takes a directory: one that is to be made, is empty, or "
				   "has a look at the past");
	if (holds_log(directory))
		return usage_error("%s holds a log of its own: a look at the past needs another "
				   "directory",
			directory);
	list = opendir(directory);
	if (!list && errno == ENOTDIR)
		return usage_error("--into %s: that is no directory, or lies in none", directory);
	while (list && !status && (entry = readdir(list)))
		if (!is_of_look(entry->d_name))
			status = usage_error(
				"%s holds %s, which is not of a look at the past: name a directory "
				"that is to be made, or an empty one",
				directory, entry->d_name);
	if (list)
		closedir(list);
	return status;
}

/* A place that is not there is not the archive's. */
static int tell_of_place(const struct chy_fault *fault)
{
	char sentence[1024];

	fprintf(stderr,
		"chancery: no look can be made there: %s; --into takes a directory in one that is "
		"there and can be written to\n",
		chy_fault_sentence(fault, sentence, sizeof(sentence)));
	return EXIT_ARCHIVE;
}

/* Whether a look is the one that is asked for, so that its views may be gone on
 * with: a note of it, and no view beyond its record. */
static int is_look(struct chy_view *view, const char *directory, const struct chy_past *wanted,
	bool *out, struct chy_fault *fault)
{
	struct chy_past past = {.last = 0};
	uint64_t seq = 0;
	int result = chy_past_read(directory, &past, fault);

	*out = false;
	if (result)
		return result < 0 ? result : CHY_OK;
	result = chy_view_position(view, &seq, fault);
	*out = !result && past.last == wanted->last && seq <= wanted->last &&
	       strcmp(past.archive, wanted->archive) == 0;
	return result;
}

/* In this order: wherever it is ended, the note and the views agree, or the
 * views are empty. */
static int make_look(struct chy_view *view, const char *directory, const struct chy_past *wanted,
	struct chy_fault *fault)
{
	bool same;
	int result = is_look(view, directory, wanted, &same, fault);

	if (result || same)
		return result;
	result = chy_view_clear(view, fault);
	return result ? result : chy_past_write(directory, wanted, fault);
}

static int open_look(struct client *client, const char *directory, uint64_t to,
	struct chy_view **out, struct chy_fault *fault)
{
	struct chy_past wanted;
	int result = chy_past_of(chy_archive_directory(client->archive), to, &wanted, fault);

	if (!result)
		result = chy_past_prepare(directory, fault);
	if (!result)
		result = chy_view_open_writer(directory, client->archive, out, fault);
	if (result)
		return result;
	result = make_look(*out, directory, &wanted, fault);
	if (result)
		chy_view_close(*out);
	return result;
}

/* Goes on where one of the same record was interrupted. */
static int replay_into(struct client *client, const char *directory, uint64_t to)
{
	struct chy_view *view;
	struct chy_fault fault;
	struct chy_hash digest;
	int result;

	client->into = directory;
	result = open_look(client, directory, to, &view, &fault);
	if (result == CHY_EBUSY || result == CHY_ENOSPACE)
		return tell(&fault);
	if (result)
		return tell_of_place(&fault);
	result = fill(client, view, to, &digest, &fault);
	chy_view_close(view);
	return print_digest(result, &digest, &fault);
}

static void mark_path(const struct client *client, char *out, size_t size)
{
	chy_view_path(client->program_archive, CHY_VIEW_FILE_UNFINISHED, out, size);
}

/* Others follow the log too: what was interrupted here they may have ended. */
static bool is_at_end(struct client *client)
{
	struct chy_view *view;
	uint64_t seq;
	bool same;

	if (chy_view_open(client->program_archive, &view, NULL))
		return false;
	same = chy_view_position(view, &seq, NULL) == CHY_OK && seq == end_of_log(client);
	chy_view_close(view);
	return same;
}

/* The mark stands while views are made, so that the next one goes on. */
static int begin_here(struct client *client, struct chy_fault *fault)
{
	char path[4096];
	FILE *mark;
	int result;

	mark_path(client, path, sizeof(path));
	if (access(path, F_OK) == 0 && !is_at_end(client))
		return CHY_OK;
	result = chy_view_discard(client->program_archive, fault);
	if (result)
		return result;
	mark = fopen(path, "we");
	if (mark)
		fclose(mark);
	return CHY_OK; /* without a mark the next one begins afresh */
}

static int tell_of_follower(const struct client *client, const struct chy_fault *fault)
{
	json_t *holder = NULL;
	bool daemon = chy_archive_holder(client->program_archive, &holder) == CHY_OK &&
		      json_object_get(holder, "socket");

	json_decref(holder);
	if (!daemon)
		return tell(fault);
	fprintf(stderr, "chancery: the daemon keeps the views up to date; "
			"`chancery replay --check` compares them with the log\n");
	return EXIT_ARCHIVE;
}

static int replay_here(struct client *client)
{
	uint64_t to = end_of_log(client);
	struct chy_fault fault;
	struct chy_hash digest;
	char path[4096];
	int result = begin_here(client, &fault);

	if (!result)
		result = build(client, client->program_archive, to, &digest, &fault);
	if (result == CHY_EBUSY)
		return tell_of_follower(client, &fault);
	mark_path(client, path, sizeof(path));
	if (!result)
		unlink(path);
	return print_digest(result, &digest, &fault);
}

static int replay_aside(struct client *client, uint64_t to)
{
	struct chy_fault fault;
	struct chy_hash digest;
	int result = build_aside(client, to, &digest, &fault);

	if (result > 0)
		return leave_interrupted(false);
	return print_digest(result, &digest, &fault);
}

static int check(struct client *client)
{
	int status = compare_views(client);

	if (!status)
		printf("the views are what the log says\n");
	return status;
}

int run_replay(struct client *client, int argc, char **argv)
{
	const char *to_text = NULL, *into = NULL;
	bool only_check = false;
	const struct option_spec specs[] = {
		{"--to", &to_text, NULL}, {"--into", &into, NULL}, {"--check", NULL, &only_check}};
	uint64_t to = 0;
	int rest,
		status = read_options(client, command_named("replay"), specs, 3, argc, argv, &rest);

	if (!status && rest)
		return usage_error("replay takes no '%s'", argv[0]);
	if (!status && only_check && (to_text || into))
		return usage_error("--check compares the archive's own views, which are of now");
	if (!status)
		status = refuse_formats(client, "replay");
	if (!status && into)
		status = check_place(into);
	/* What replaces the views need not open them. */
	if (!status)
		status = only_check ? open_archive(client) : open_log(client);
	if (!status && to_text)
		status = read_when(client, "--to", to_text, &to);
	if (status)
		return status < 0 ? 0 : status;
	if (only_check)
		return check(client);
	heed_interrupts();
	if (into)
		return replay_into(client, into, to ? to : end_of_log(client));
	if (to)
		return replay_aside(client, to);
	return check_marks(client) ? EXIT_ARCHIVE : replay_here(client);
}
