/* chanceryd: from a file in the inbox to a record in the log. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "chancery/coder.h"
#include "chancery/edtf.h"
#include "daemon.h"

void daemon_notify(const char *state)
{
	sd_notify(0, state);
}

json_t *status_json(struct daemon *daemon)
{
	char since[CHY_TIME_SIZE], trouble[sizeof(daemon->trouble)];

	pthread_mutex_lock(&daemon->mutex);
	memcpy(trouble, daemon->trouble, sizeof(trouble));
	pthread_mutex_unlock(&daemon->mutex);
	return json_pack("{s:s, s:i, s:s, s:s, s:s, s:b, s:b, s:s?, s:I, s:I, s:I, s:I, s:I, s:I, "
			 "s:I, s:I, s:I, s:o}",
		"version", CHY_VERSION, "pid", (int)getpid(), "since",
		chy_time_format(daemon->since, since), "inbox", daemon->config.inbox, "archive",
		daemon->config.archive, "paused", daemon->paused, "draining", daemon->draining,
		"trouble", trouble[0] ? trouble : NULL, "files_in_flight",
		(json_int_t)daemon->files, "bytes_in_flight", (json_int_t)daemon->bytes, "taken",
		(json_int_t)daemon->taken, "documents", (json_int_t)daemon->documents, "sightings",
		(json_int_t)daemon->sightings, "rejected", (json_int_t)daemon->rejected,
		"looked_at_again", (json_int_t)daemon->failures, "workers",
		(json_int_t)daemon->worker_count, "workers_replaced", (json_int_t)daemon->restarts,
		"recode", recode_json(daemon));
}

static void tell_systemd(struct daemon *daemon)
{
	char state[160];

	snprintf(state, sizeof(state), "STATUS=%llu documents, %llu sightings, %llu rejected%s",
		(unsigned long long)daemon->documents, (unsigned long long)daemon->sightings,
		(unsigned long long)daemon->rejected, daemon->out_of_room ? "; no room" : "");
	daemon_notify(state);
}

void daemon_file_done(struct daemon *daemon, struct file *file)
{
	daemon->files--;
	daemon->bytes -= file->size;
	if (file->abandoned) {
		inbox_forget(daemon, file->name, NULL);
	} else {
		daemon->rejected += file->rejected;
		if (!file->rejected)
			say(file->reason ? SAY_WARNING : SAY_INFO,
				"%s: %zu new, %zu seen before%s%s", file->shown, file->fresh,
				file->sighted, file->reason ? "; some could not be read: " : "",
				file->reason ? file->reason : "");
		file_leave(file);
	}
	file_free(file);
	tell_systemd(daemon);
}

void daemon_check_idle(struct daemon *daemon)
{
	/* What cannot be written now stays in the inbox for the next start. */
	if (daemon->draining && daemon->out_of_room)
		uv_stop(&daemon->loop);
	if (daemon->files == 0 && (daemon->draining || daemon->config.once) &&
		(!daemon->config.once || daemon->draining ||
			(inbox_idle(daemon) && !recode_runs(daemon))))
		uv_stop(&daemon->loop);
}

/* -- signals -------------------------------------------------------------- */

/* Less than the unit's TimeoutStopSec. */
enum { DRAIN_SECONDS = 60 };

static void on_patience(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;

	say(SAY_NOTICE, "not waiting any longer: %zu files stay in the inbox", daemon->files);
	uv_stop(&daemon->loop);
}

static void drain(struct daemon *daemon)
{
	if (daemon->draining) {
		say(SAY_NOTICE,
			"told twice: leaving at once; what is in flight stays in the inbox");
		uv_stop(&daemon->loop);
		return;
	}
	daemon->draining = true;
	daemon->config.once = false;
	daemon_notify("STOPPING=1");
	pool_send_back(daemon);
	say(SAY_NOTICE, "leaving when %zu files are done", daemon->files);
	uv_timer_start(&daemon->patience, on_patience, DRAIN_SECONDS * 1000, 0);
	daemon_check_idle(daemon);
}

/* Only what needs no new inbox or archive changes while the daemon runs. */
static void reload(struct daemon *daemon)
{
	struct config fresh;

	if (!daemon->config.file) {
		say(SAY_NOTICE, "there is no configuration file to read again");
		return;
	}
	config_init(&fresh);
	if (config_read_again(&fresh, daemon->config.file)) {
		say(SAY_ERROR, "the configuration stays as it was");
	} else {
		daemon->config.rescan_seconds = fresh.rescan_seconds;
		inbox_set_pace(daemon);
		daemon->config.worker_seconds = fresh.worker_seconds;
		daemon->config.files_in_flight = fresh.files_in_flight;
		daemon->config.megabytes_in_flight = fresh.megabytes_in_flight;
		daemon->config.file_megabytes = fresh.file_megabytes;
		daemon->config.article_kilobytes = fresh.article_kilobytes;
		daemon->config.remove_done = fresh.remove_done;
		say(SAY_NOTICE, "the configuration was read again (limits and times; inbox and "
				"archive need a restart)");
	}
	config_fini(&fresh);
}

static void tell_status(struct daemon *daemon)
{
	json_t *status = status_json(daemon);
	char *text = json_dumps(status, JSON_COMPACT | JSON_SORT_KEYS);

	say(SAY_INFO, "status %s", text ? text : "");
	free(text);
	json_decref(status);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct daemon *daemon = handle->data;

	if (number == SIGHUP)
		reload(daemon);
	else if (number == SIGUSR1)
		tell_status(daemon);
	else
		drain(daemon);
}

static void watch_signals(struct daemon *daemon)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < 4; i++) {
		uv_signal_init(&daemon->loop, &daemon->signals[i]);
		daemon->signals[i].data = daemon;
		uv_signal_start(&daemon->signals[i], on_signal, numbers[i]);
	}
}

static void on_watchdog(uv_timer_t *timer)
{
	(void)timer;
	daemon_notify("WATCHDOG=1");
}

static void watch_the_watchdog(struct daemon *daemon)
{
	uint64_t microseconds = 0;

	uv_timer_init(&daemon->loop, &daemon->watchdog);
	uv_timer_init(&daemon->loop, &daemon->patience);
	daemon->patience.data = daemon;
	if (sd_watchdog_enabled(0, &microseconds) > 0)
		uv_timer_start(
			&daemon->watchdog, on_watchdog, microseconds / 2000, microseconds / 2000);
}

/* -- beginning and end ---------------------------------------------------- */

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static const char *advice_for(int code)
{
	switch (code) {
	case CHY_EBUSY:
		return "stop it first, or name another archive with --archive";
	case CHY_EACCESS:
		return "run chanceryd as the archive's owner";
	case CHY_EDAMAGED:
		return "`chancery verify` names the damage; restore a backup";
	case CHY_EABSENT:
		return "make the directory above it, or name another with --archive";
	default:
		return "see the sentence above";
	}
}

static int open_archive(struct daemon *daemon)
{
	struct chy_fault fault;
	char since[CHY_TIME_SIZE];
	json_t *holder = json_pack("{s:i, s:s, s:s, s:s, s:s}", "pid", (int)getpid(), "socket",
		daemon->config.socket, "inbox", daemon->config.inbox, "since",
		chy_time_format(daemon->since, since), "version", CHY_VERSION);
	int result =
		chy_archive_open_writer(daemon->config.archive, holder, &daemon->archive, &fault);

	json_decref(holder);
	if (result) {
		say_fault(SAY_ERROR, "the archive cannot be used", &fault);
		say(SAY_ERROR, "%s", advice_for(result));
		return STATUS_ARCHIVE;
	}
	/* Catching up with a long log is the writer thread's, between batches. */
	if (chy_view_open_writer(daemon->config.archive, daemon->archive, &daemon->view, &fault)) {
		daemon->view = NULL;
		say_fault(SAY_WARNING, "the views are not kept up to date", &fault);
	}
	return 0;
}

static void close_signals(struct daemon *daemon)
{
	for (size_t i = 0; i < 4; i++)
		uv_close((uv_handle_t *)&daemon->signals[i], NULL);
	uv_close((uv_handle_t *)&daemon->watchdog, NULL);
	uv_close((uv_handle_t *)&daemon->patience, NULL);
	uv_close((uv_handle_t *)&daemon->committed, NULL);
	uv_close((uv_handle_t *)&daemon->notify, NULL);
	uv_close((uv_handle_t *)&daemon->rescan_timer, NULL);
	uv_close((uv_handle_t *)&daemon->again_timer, NULL);
}

static void run(struct daemon *daemon)
{
	say(SAY_NOTICE, "chanceryd %s watches %s and writes to %s", CHY_VERSION,
		daemon->config.inbox, daemon->config.archive);
	daemon_notify("READY=1");
	inbox_rescan(daemon);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
}

static void close_all(struct daemon *daemon)
{
	writer_close(daemon);
	daemon->closing = true;
	control_close(daemon);
	recode_close(daemon);
	close_signals(daemon);
	pool_close(daemon);
	inbox_close(daemon);
	chy_view_close(daemon->view);
	chy_catalogue_close(daemon->catalogue);
	chy_archive_close(daemon->archive);
	uv_loop_close(&daemon->loop);
	say(SAY_NOTICE, "%llu documents, %llu sightings, %llu rejected since the start",
		(unsigned long long)daemon->documents, (unsigned long long)daemon->sightings,
		(unsigned long long)daemon->rejected);
}

static int serve(struct daemon *daemon)
{
	int status;

	daemon->since = now();
	daemon->inbox_fd = daemon->done_fd = daemon->rejected_fd = daemon->notify_fd = -1;
	status = open_archive(daemon);
	if (status)
		return status;
	uv_loop_init(&daemon->loop);
	watch_signals(daemon);
	watch_the_watchdog(daemon);
	status = writer_open(daemon);
	if (!status)
		status = inbox_open(daemon);
	if (!status)
		status = pool_open(daemon);
	if (status)
		return status; /* the process ends; the lock goes with it */
	control_open(daemon);
	recode_open(daemon);
	run(daemon);
	close_all(daemon);
	return daemon->failed ? STATUS_ARCHIVE : 0;
}

int main(int argc, char **argv)
{
	static struct daemon daemon;
	int status;

	journal_open();
	if (argc == 3 && strcmp(argv[1], "--worker") == 0)
		return worker_main((size_t)strtoul(argv[2], NULL, 10));
	config_init(&daemon.config);
	status = options_read(&daemon.config, argc, argv);
	if (!status)
		status = config_complete(&daemon.config);
	if (!status)
		status = serve(&daemon);
	config_fini(&daemon.config);
	return status < 0 ? 0 : status;
}
