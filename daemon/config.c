/* The configuration file, by libconfuse. Each key is described in
 * systemd/chanceryd.conf. */
#include <confuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"

void config_init(struct config *config)
{
	*config = (struct config){.rescan_seconds = 30,
		.worker_seconds = 60,
		.files_in_flight = 64,
		.file_megabytes = 32,
		.megabytes_in_flight = 32,
		.worker_megabytes = 2048,
		.article_kilobytes = 1024};
}

void config_fini(struct config *config)
{
	free(config->file);
	free(config->inbox);
	free(config->archive);
	free(config->socket);
	free(config->done_directory);
	free(config->rejected_directory);
	free(config->control_group);
	free(config->date);
}

/* The file that is being read, for the sentence about a fault in it, and
 * whether the daemon runs already, so that it goes where all else is said. */
static const char *reading;
static bool serving;

int config_read_again(struct config *config, const char *path)
{
	int status;

	serving = true;
	status = config_read(config, path);
	serving = false;
	return status;
}

static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *cfg, const char *format, va_list list)
{
	char what[512];

	vsnprintf(what, sizeof(what), format, list);
	if (serving)
		say(SAY_ERROR, "%s:%d: %s", reading, cfg ? cfg->line : 0, what);
	else
		fprintf(stderr, "chanceryd: %s:%d: %s; the sample chanceryd.conf names every key\n",
			reading, cfg ? cfg->line : 0, what);
}

enum { MOST_WORKERS = 256, MOST = 1000000000 };

static int positive(cfg_t *cfg, cfg_opt_t *option)
{
	long most = strcmp(cfg_opt_name(option), "workers") == 0 ? MOST_WORKERS : MOST;
	long value = cfg_opt_getnint(option, cfg_opt_size(option) - 1);

	if (value > 0 && value <= most)
		return 0;
	cfg_error(cfg, "%s takes a whole number from 1 to %ld", cfg_opt_name(option), most);
	return -1;
}

/* libconfuse counts a line that ends in a comment twice: comments are blanked
 * before it reads, so that the line it names is the right one. */
static void blank_comments(char *text)
{
	bool quoted = false, comment = false;

	for (; *text; text++) {
		if (*text == '\n')
			comment = quoted = false;
		else if (*text == '"' && !comment)
			quoted = !quoted;
		else if (*text == '#' && !quoted)
			comment = true;
		if (comment)
			*text = ' ';
	}
}

static int parse_file(cfg_t *cfg, const char *path)
{
	struct chy_buffer text;
	struct chy_fault fault;
	int result;

	chy_buffer_init(&text);
	result = chy_buffer_read_file(&text, path, 1 << 20, &fault);
	if (result) {
		char sentence[1024];

		fprintf(stderr, "chanceryd: the configuration cannot be read: %s\n",
			chy_fault_sentence(&fault, sentence, sizeof(sentence)));
		chy_buffer_fini(&text);
		return CFG_FILE_ERROR;
	}
	chy_buffer_add_char(&text, '\n');
	blank_comments(text.data);
	reading = path;
	result = cfg_parse_buf(cfg, text.data);
	chy_buffer_fini(&text);
	return result;
}

int config_read(struct config *config, const char *path)
{
	char *inbox = NULL, *archive = NULL, *socket = NULL, *done = NULL, *rejected = NULL;
	char *group = NULL;
	cfg_bool_t remove_done = config->remove_done ? cfg_true : cfg_false;
	cfg_opt_t options[] = {CFG_SIMPLE_STR("inbox", &inbox), CFG_SIMPLE_STR("archive", &archive),
		CFG_SIMPLE_STR("socket", &socket), CFG_SIMPLE_STR("done-directory", &done),
		CFG_SIMPLE_STR("rejected-directory", &rejected),
		CFG_SIMPLE_STR("control-group", &group),
		CFG_SIMPLE_BOOL("remove-done", &remove_done),
		CFG_SIMPLE_INT("workers", &config->workers),
		CFG_SIMPLE_INT("rescan-seconds", &config->rescan_seconds),
		CFG_SIMPLE_INT("worker-seconds", &config->worker_seconds),
		CFG_SIMPLE_INT("worker-megabytes", &config->worker_megabytes),
		CFG_SIMPLE_INT("files-in-flight", &config->files_in_flight),
		CFG_SIMPLE_INT("megabytes-in-flight", &config->megabytes_in_flight),
		CFG_SIMPLE_INT("article-kilobytes", &config->article_kilobytes),
		CFG_SIMPLE_INT("file-megabytes", &config->file_megabytes), CFG_END()};
	static const char *const counted[] = {"workers", "rescan-seconds", "worker-seconds",
		"worker-megabytes", "files-in-flight", "megabytes-in-flight", "file-megabytes",
		"article-kilobytes"};
	char **const targets[] = {&config->inbox, &config->archive, &config->socket,
		&config->done_directory, &config->rejected_directory, &config->control_group};
	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	int result;

	cfg_set_error_function(cfg, on_error);
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		cfg_set_validate_func(cfg, counted[i], positive);
	result = parse_file(cfg, path);
	if (result == CFG_SUCCESS) {
		char *read[] = {inbox, archive, socket, done, rejected, group};

		for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++)
			if (read[i]) {
				free(*targets[i]);
				*targets[i] = read[i]; /* the caller of libconfuse owns it */
			}
		config->remove_done = remove_done == cfg_true;
	}
	cfg_free(cfg);
	return result == CFG_SUCCESS ? 0 : STATUS_USAGE;
}

static char *joined(const char *directory, const char *name)
{
	size_t size = strlen(directory) + strlen(name) + 2;
	char *path = malloc(size);

	if (path)
		snprintf(path, size, "%s/%s", directory, name);
	return path;
}

static int no_memory(void)
{
	fprintf(stderr, "chanceryd: no memory, or the present directory has no name\n");
	return STATUS_ARCHIVE;
}

/* A path that others can use, from wherever they are: writer.lock tells them. */
static int make_absolute(char **path)
{
	char *here, *whole;

	if (!*path)
		return -1;
	if ((*path)[0] == '/')
		return 0;
	here = getcwd(NULL, 0);
	whole = here ? joined(here, *path) : NULL;
	free(here);
	if (!whole)
		return -1;
	free(*path);
	*path = whole;
	return 0;
}

/* "/a//b/./c/" is "/a/b/c". */
static void shorten(const char *path, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; path[i] && n + 1 < size; i++) {
		size_t next = i + 1;

		if (path[i] == '/') {
			while (path[next] == '/' ||
				(path[next] == '.' && (path[next + 1] == '/' || !path[next + 1])))
				next++;
			if (!path[next] && n)
				break;
		}
		out[n++] = path[i];
		i = next - 1;
	}
	out[n] = '\0';
}

static bool same_place(const char *a, const char *b)
{
	char one[4096], other[4096];
	struct stat first, second;

	if (stat(a, &first) == 0 && stat(b, &second) == 0)
		return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
	shorten(a, one, sizeof(one));
	shorten(b, other, sizeof(other));
	return strcmp(one, other) == 0;
}

/* The archive's own files would be taken for news, or written over. */
static int keep_apart(const struct config *config)
{
	const struct {
		const char *name, *path;
	} places[] = {{"the inbox", config->inbox}, {"done-directory", config->done_directory},
		{"rejected-directory", config->rejected_directory}};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (same_place(places[i].path, config->archive)) {
			fprintf(stderr,
				"chanceryd: %s and the archive are one directory, %s; an archive "
				"needs its own (its subdirectory inbox will do)\n",
				places[i].name, config->archive);
			return STATUS_USAGE;
		}
	return 0;
}

/* An empty path is a mistake, mostly of a script whose variable was not set: it is
 * not the present directory, whose files would be taken for news. */
static int check_paths(const struct config *config)
{
	const struct {
		const char *name, *path;
	} paths[] = {{"inbox", config->inbox}, {"archive", config->archive},
		{"socket", config->socket}, {"done-directory", config->done_directory},
		{"rejected-directory", config->rejected_directory}};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (paths[i].path && !paths[i].path[0]) {
			fprintf(stderr,
				"chanceryd: the path of %s is empty; name one, or leave it "
				"out\n",
				paths[i].name);
			return STATUS_USAGE;
		}
	return 0;
}

int config_complete(struct config *config)
{
	const char *archive = getenv("CHANCERY_ARCHIVE");
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (check_paths(config))
		return STATUS_USAGE;
	if (!config->archive)
		config->archive = strdup(archive && archive[0] ? archive : "/var/lib/chancery");
	if (make_absolute(&config->archive))
		return no_memory();
	if (!config->inbox)
		config->inbox = joined(config->archive, "inbox");
	if (make_absolute(&config->inbox))
		return no_memory();
	if (!config->socket)
		config->socket = joined(config->archive, "control.sock");
	if (!config->done_directory)
		config->done_directory = joined(config->inbox, "done");
	if (!config->rejected_directory)
		config->rejected_directory = joined(config->inbox, "rejected");
	if (config->workers <= 0)
		config->workers = cores > 0 ? cores : 1;
	if (make_absolute(&config->socket) || make_absolute(&config->done_directory) ||
		make_absolute(&config->rejected_directory))
		return no_memory();
	return keep_apart(config);
}
