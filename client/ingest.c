/* ingest: files into the inbox so that the daemon never sees half of one. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"

static int find_inbox(struct client *client, const char *given, char *out, size_t size)
{
	json_t *holder = NULL;
	const char *inbox = given;
	struct stat info;
	int result = inbox ? CHY_NOT_FOUND : chy_archive_holder(client->program_archive, &holder);

	if (result == CHY_EACCESS) {
		fprintf(stderr,
			"chancery: this user may not read in %s where its daemon looks; name the "
			"inbox with --inbox\n",
			client->program_archive);
		return EXIT_ARCHIVE;
	}
	if (result == CHY_OK)
		inbox = json_string_value(json_object_get(holder, "inbox"));
	if (inbox)
		snprintf(out, size, "%s", inbox);
	else
		snprintf(out, size, "%s/inbox", client->program_archive);
	json_decref(holder);
	if (stat(out, &info) || !S_ISDIR(info.st_mode)) {
		fprintf(stderr,
			"chancery: there is no inbox at %s; name it with --inbox, or start "
			"chanceryd, which makes one\n",
			out);
		return EXIT_ARCHIVE;
	}
	return 0;
}

static int complain(const char *path, const char *what)
{
	fprintf(stderr, "chancery: %s: %s: %s\n", path, what, strerror(errno));
	return EXIT_ARCHIVE;
}

static int copy_bytes(int from, int to)
{
	char bytes[65536];
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		for (ssize_t done = 0; done < n;) {
			ssize_t m = write(to, bytes + done, (size_t)(n - done));

			if (m < 0)
				return -1;
			done += m;
		}
	return n < 0 ? -1 : fsync(to);
}

/* A name that is not taken yet: link(2) fails where one is. */
static int publish(
	const char *temporary, const char *inbox, const char *name, char *out, size_t size)
{
	for (int i = 1; i < 10000; i++) {
		const char *dot = strrchr(name, '.');
		int stem = dot && dot != name ? (int)(dot - name) : (int)strlen(name);

		if (i == 1)
			snprintf(out, size, "%s/%s", inbox, name);
		else
			snprintf(out, size, "%s/%.*s-%d%s", inbox, stem, name, i, name + stem);
		if (link(temporary, out) == 0) {
			/* The watcher waits for a file that is renamed in or closed. */
			return 0;
		}
		if (errno != EEXIST)
			return -1;
	}
	errno = EEXIST;
	return -1;
}

static int ingest_file(const char *path, const char *inbox)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char temporary[4096], final[4096];
	int from = open(path, O_RDONLY | O_CLOEXEC), to, status = 0;
	struct stat info;

	if (from < 0)
		return complain(path, "it cannot be read");
	if (fstat(from, &info) || !S_ISREG(info.st_mode)) {
		close(from);
		fprintf(stderr, "chancery: %s: it is no regular file\n", path);
		return EXIT_ARCHIVE;
	}
	snprintf(temporary, sizeof(temporary), "%s/.%s.%d.tmp", inbox, name, (int)getpid());
	to = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (to < 0) {
		status = complain(inbox, "nothing can be put there");
	} else if (copy_bytes(from, to)) {
		status = complain(path, "it cannot be copied");
	} else {
		struct timespec times[2] = {info.st_atim, info.st_mtim};

		/* The file's own time may be all that dates the article. */
		futimens(to, times);
		if (publish(temporary, inbox, name, final, sizeof(final)))
			status = complain(inbox, "nothing can be put there");
	}
	if (to >= 0) {
		/* Closed last, so that the watcher is told once the name is there. */
		close(to);
		if (!status) {
			int again = open(final, O_WRONLY | O_CLOEXEC);

			if (again >= 0)
				close(again);
		}
		unlink(temporary);
	}
	close(from);
	if (!status)
		printf("%s\n", final);
	return status;
}

int run_ingest(struct client *client, int argc, char **argv)
{
	const char *given = NULL;
	const struct option_spec specs[] = {{"--inbox", &given, NULL}};
	char inbox[2048];
	int rest,
		status = read_options(client, command_named("ingest"), specs, 1, argc, argv, &rest);

	if (!status && !rest)
		return usage_error("ingest takes at least one file");
	if (!status)
		status = find_inbox(client, given, inbox, sizeof(inbox));
	if (status)
		return status < 0 ? 0 : status;
	for (int i = 0; i < rest; i++) {
		int one = ingest_file(argv[i], inbox);

		status = one ? one : status;
	}
	return status;
}
