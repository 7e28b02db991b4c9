/* export: events for other programs, one format a file. What is written to a
 * file has its name only once it is whole. */
#include "export.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chancery/edtf.h"

static const struct form {
	const char *name;
	export_write *write; /* NULL: chancery-reader has it */
	bool needs_file;
} forms[] = {{"csv", export_csv, false}, {"jsonl", export_jsonl, false}, {"sqlite", NULL, true},
	{"ics", export_ics, false}, {"dot", export_dot, false},
	{"timelinejs", export_timelinejs, false}, {"gdelt", export_gdelt, false},
	{"cameo", export_cameo, false}};
enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

/* -- walks -------------------------------------------------------------------- */

int export_next(struct export *export)
{
	export->rows++;
	return export->out && ferror(export->out) ? 1 : CHY_OK;
}

static int status_of(const struct export *export, int result, const struct chy_fault *fault)
{
	if (export->status)
		return export->status;
	return result < 0 ? tell(fault) : 0;
}

int export_events(struct export *export, chy_event_visit *visit)
{
	struct chy_fault fault;
	int result = chy_view_events(export->client->view, &export->filter, visit, export, &fault);

	return status_of(export, result, &fault);
}

int export_happenings(struct export *export, chy_happening_visit *visit)
{
	struct chy_fault fault;
	int result = chy_view_each_happening(
		export->client->view, &export->filter, visit, export, &fault);

	return status_of(export, result, &fault);
}

static int write_event(void *user, json_t *event)
{
	struct export *export = user;

	json_dumpf(event, export->out, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
	fputc('\n', export->out);
	return export_next(export);
}

int export_jsonl(struct export *export)
{
	export->filter.with_happening = true;
	return export_events(export, write_event);
}

/* -- of events ------------------------------------------------------------------ */

bool days_of(struct chy_str edtf, int64_t *out_first, int64_t *out_last)
{
	struct chy_edtf date;

	if (!edtf.size || chy_edtf_parse(edtf, &date))
		return false;
	chy_edtf_bounds(&date, out_first, out_last);
	return true;
}

int64_t day_of_event(const json_t *event)
{
	int64_t first, last;

	if (days_of(chy_json_str(event, "date"), &first, &last) && first != INT64_MIN)
		return first;
	if (days_of(chy_json_str(event, "reported"), &first, &last))
		return first;
	return INT64_MIN;
}

bool is_done(const json_t *event)
{
	struct chy_str aux = chy_json_str(event, "aux");

	return !aux.size || chy_str_is(aux, "historical");
}

static int pairs_among(const json_t *side, visit_pair *visit, void *user)
{
	const struct pair alone = {json_array_get(side, 0), NULL, false};
	size_t n = json_array_size(side);
	bool any = false;
	int result = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n && !result; j++) {
			struct pair pair = {json_array_get(side, i), json_array_get(side, j), true};

			if (i == j || chy_str_equal(chy_json_str(pair.from, "code"),
					      chy_json_str(pair.to, "code")))
				continue;
			any = true;
			result = visit(user, &pair);
		}
	/* Several of one body did it among themselves. */
	return any ? result : visit(user, &alone);
}

int each_pair(const json_t *event, visit_pair *visit, void *user)
{
	const json_t *actors = json_object_get(event, "actor");
	const json_t *recipients = json_object_get(event, "recipient");
	size_t n = json_array_size(actors), m = json_array_size(recipients);
	int result = 0;

	if (!m && n > 1)
		return pairs_among(actors, visit, user);
	for (size_t i = 0; i < (n ? n : 1); i++)
		for (size_t j = 0; j < (m ? m : 1) && !result; j++) {
			struct pair pair = {
				json_array_get(actors, i), json_array_get(recipients, j), false};

			result = visit(user, &pair);
		}
	return result;
}

/* -- the file -------------------------------------------------------------------- */

/* Written beside the file that is asked for, and removed where this process is
 * stopped. */
static char temporary[4096];

static void on_stop(int signal_number)
{
	unlink(temporary);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static int file_error(const char *path)
{
	fprintf(stderr, "chancery: %s: %s%s\n", path, strerror(errno), what_helps(errno));
	return EXIT_ARCHIVE;
}

static int refuse(const char *path)
{
	return usage_error("%s is there already; name another file, or give --force", path);
}

static int open_file(struct export *export, const char *path, bool force, bool own)
{
	struct stat info;
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	/* Else what is renamed over it would take the place of the device. */
	if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
		return usage_error("%s is no file that could be replaced; name another", path);
	if (!force && lstat(path, &info) == 0)
		return refuse(path);
	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= sizeof(temporary))
		return usage_error("the name %s is too long", path);
	fd = mkstemp(temporary);
	if (fd < 0)
		return file_error(path);
	signal(SIGINT, on_stop);
	signal(SIGTERM, on_stop);
	signal(SIGHUP, on_stop);
	fchmod(fd, 0666 & ~mask);
	export->path = temporary;
	export->name = path;
	if (own) {
		close(fd);
		return 0;
	}
	export->out = fdopen(fd, "w");
	if (export->out)
		return 0;
	close(fd);
	return file_error(path);
}

static int sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC), failed;

	if (fd < 0)
		return -1;
	failed = fsync(fd);
	close(fd);
	return failed;
}

/* The whole file under its name, which must not have come up meanwhile. */
static int keep_file(struct export *export, const char *path, bool force)
{
	if (export->out && (fflush(export->out) || ferror(export->out)))
		return file_error(path);
	if (sync_path(temporary, O_RDONLY))
		return file_error(path);
	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, force ? 0 : RENAME_NOREPLACE) == 0)
		return 0;
	if (errno == EEXIST)
		return refuse(path);
	/* Not every file system knows how to spare what is there. */
	if (errno != EINVAL || link(temporary, path))
		return errno == EEXIST ? refuse(path) : file_error(path);
	unlink(temporary);
	return 0;
}

static int to_file(struct export *export, const struct form *form, const char *path, bool force)
{
	int status = open_file(export, path, force, form->needs_file);

	if (!status)
		status = form->write(export);
	if (!status)
		status = keep_file(export, path, force);
	if (export->out)
		fclose(export->out);
	if (status && export->path)
		unlink(temporary);
	return status;
}

/* -- the command ------------------------------------------------------------------ */

static bool find_form(const char *name, struct form *out)
{
	const char *names[FORMS], *near;

	for (size_t i = 0; i < FORMS; i++) {
		names[i] = forms[i].name;
		if (strcmp(forms[i].name, name) == 0) {
			*out = forms[i];
			return true;
		}
	}
	near = nearest(name, names, FORMS);
	usage_error("export knows no format '%s'; %s%s%s", name,
		near ? "did you mean '"
		     : "take one of csv, jsonl, sqlite, ics, dot, timelinejs, gdelt, cameo",
		near ? near : "", near ? "'?" : "");
	return false;
}

/* The filter as it was typed, for whoever reads the file later. */
static char *wanted_text(const struct option_spec *specs, size_t n)
{
	struct chy_buffer text;

	chy_buffer_init(&text);
	for (size_t i = 0; i < n; i++)
		if (*specs[i].value)
			chy_buffer_printf(&text, "%s%s %s", text.size ? " " : "", specs[i].name,
				*specs[i].value);
	chy_buffer_add(&text, "", 0);
	return chy_buffer_take(&text, NULL);
}

static int write_form(struct export *export, const struct form *form, const char *path, bool force)
{
	struct chy_fault fault;
	int status;

	if (chy_view_hold(export->client->view, &fault) ||
		chy_view_position(export->client->view, &export->seq, &fault))
		return tell(&fault);
	if (export->client->as_of)
		export->seq = export->client->as_of;
	if (path)
		status = to_file(export, form, path, force);
	else
		status = form->write(export);
	chy_view_let_go(export->client->view);
	return status || export->rows ? status : EXIT_NOTHING;
}

int run_export(struct client *client, int argc, char **argv)
{
	struct filter_options options = {.actor = NULL};
	struct export export = {.client = client, .out = stdout};
	struct option_spec specs[32];
	const char *path = NULL;
	struct form form;
	char *wanted = NULL;
	bool force = false;
	size_t filters = filter_specs(&options, specs), n = filters;
	int rest = 0, status;

	specs[n++] = (struct option_spec){"--output", &path, NULL};
	specs[n++] = (struct option_spec){"--force", NULL, &force};
	status = read_options(client, command_named("export"), specs, n, argc, argv, &rest);
	if (status)
		return status < 0 ? 0 : status;
	if (rest != 1)
		return usage_error("export takes one format; `chancery export --help` lists them");
	if (!find_form(argv[0], &form))
		return EXIT_USAGE;
	if (form.needs_file && !path)
		return usage_error("export %s writes a file: name it with --output", form.name);
	if (!form.write)
		status = sqlite_of_reader(client, &form.write);
	if (!status)
		status = open_archive(client);
	if (!status)
		status = read_filter(client, &options, &export.filter);
	if (status)
		return status;
	if (path)
		export.out = NULL;
	export.done_only = !options.aux;
	export.wanted = wanted = wanted_text(specs, filters);
	status = write_form(&export, &form, path, force);
	free(wanted);
	return status;
}
