/* The inbox: raw inotify under a uv_poll handle, since libuv's own watching
 * hides that the kernel dropped notifications and that a file was closed after
 * writing. Whatever is missed is found by the next scan. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "daemon.h"

enum { FULL = 4096, LONGEST_PAUSE = 60 };

/* Names that wait, are in flight, or are not to be taken again. */
struct name {
	struct name *next, *next_waiting;
	uint64_t hash;
	enum { WAITING, FLYING, KEPT } state;
	bool settled; /* the kernel said that it is complete */
	bool again; /* told of while it was in flight: it may be another by now */
	ino_t inode; /* of a kept one */
	struct timespec changed;
	char text[];
};

enum { BUCKETS = 8192 };
struct name_set {
	struct name *buckets[BUCKETS];
	struct name *first, *last; /* that wait */
	size_t waiting, flying;
};

static struct name **place_of(struct name_set *set, const char *text)
{
	uint64_t hash = chy_str_hash(chy_str_from(text));
	struct name **link = &set->buckets[hash % BUCKETS];

	while (*link && ((*link)->hash != hash || strcmp((*link)->text, text) != 0))
		link = &(*link)->next;
	return link;
}

/* What is left alone: half-written files by their names, and our own. */
static bool left_alone(const char *name)
{
	static const char *const endings[] = {
		".tmp", ".part", ".partial", ".lock", ".swp", "~", ".crdownload", ".filepart"};
	struct chy_str text = chy_str_from(name);

	if (name[0] == '.')
		return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (chy_str_ends(text, endings[i]))
			return true;
	return false;
}

/* A kept name is only taken again when another file stands under it. */
static bool kept_and_same(struct daemon *daemon, const struct name *name)
{
	struct stat now;

	return fstatat(daemon->inbox_fd, name->text, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       now.st_ino == name->inode && now.st_mtim.tv_sec == name->changed.tv_sec &&
	       now.st_mtim.tv_nsec == name->changed.tv_nsec;
}

static void queue(struct name_set *set, struct name *name)
{
	name->state = WAITING;
	name->next_waiting = NULL;
	if (set->last)
		set->last->next_waiting = name;
	else
		set->first = name;
	set->last = name;
	set->waiting++;
}

static void add_name(struct daemon *daemon, const char *text, bool settled)
{
	struct name_set *set = daemon->names;
	struct name **link = place_of(set, text), *name = *link;
	size_t size = strlen(text) + 1;

	if (left_alone(text))
		return;
	if (name) {
		name->settled |= settled;
		name->again |= name->state == FLYING && settled;
		if (name->state == KEPT && !kept_and_same(daemon, name))
			queue(set, name);
		return;
	}
	if (set->waiting < FULL)
		name = calloc(1, sizeof(*name) + size);
	if (!name) {
		daemon->missed = true;
		return;
	}
	memcpy(name->text, text, size);
	name->hash = chy_str_hash(chy_str_from(text));
	name->settled = settled;
	*link = name;
	queue(set, name);
}

void inbox_forget(struct daemon *daemon, const char *text, const struct stat *keep)
{
	struct name_set *set = daemon->names;
	struct name **link = place_of(set, text), *name = *link;

	if (!name)
		return;
	if (name->state == FLYING)
		set->flying--;
	if (keep) {
		name->state = KEPT;
		name->inode = keep->st_ino;
		name->changed = keep->st_mtim;
		return;
	}
	if (name->again) {
		name->again = false;
		queue(set, name);
		return;
	}
	*link = name->next;
	free(name);
}

bool inbox_idle(const struct daemon *daemon)
{
	return !daemon->names->waiting && !daemon->names->flying && !daemon->pass &&
	       !daemon->missed;
}

static void end_pass(struct daemon *daemon)
{
	if (daemon->pass)
		closedir(daemon->pass);
	daemon->pass = NULL;
}

static bool begin_pass(struct daemon *daemon)
{
	int fd = openat(daemon->inbox_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	daemon->missed = false;
	daemon->pass = fd < 0 ? NULL : fdopendir(fd);
	if (daemon->pass)
		return true;
	say(SAY_WARNING, "the inbox %s cannot be listed (%s)", daemon->config.inbox,
		strerror(errno));
	if (fd >= 0)
		close(fd);
	return false;
}

/* Goes on with the pass over the directory where it left off, so that each
 * pass sees a name once, however many of them cannot be taken. */
static void scan(struct daemon *daemon)
{
	struct dirent *entry = NULL;

	if (!daemon->pass && !begin_pass(daemon))
		return;
	while (daemon->names->waiting < FULL && (entry = readdir(daemon->pass)))
		if (entry->d_type != DT_DIR)
			add_name(daemon, entry->d_name, false);
	if (!entry && daemon->names->waiting < FULL)
		end_pass(daemon);
}

/* -- the directory comes and goes ----------------------------------------- */

static int open_directory(const char *path, bool make)
{
	if (make && mkdir(path, 0750) && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int attach(struct daemon *daemon)
{
	struct config *config = &daemon->config;

	close_fd(&daemon->inbox_fd);
	close_fd(&daemon->done_fd);
	close_fd(&daemon->rejected_fd);
	end_pass(daemon);
	daemon->inbox_fd = open_directory(config->inbox, true);
	if (daemon->inbox_fd < 0)
		return -1;
	/* Where they cannot be made, files stay where they are. */
	daemon->done_fd = open_directory(config->done_directory, true);
	daemon->rejected_fd = open_directory(config->rejected_directory, true);
	daemon->watch = inotify_add_watch(daemon->notify_fd, config->inbox,
		IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
	if (daemon->watch < 0)
		say(SAY_WARNING, "%s cannot be watched (%s); it is scanned every %ld s",
			config->inbox, strerror(errno), config->rescan_seconds);
	return 0;
}

/* The same path may be another directory by now. */
static bool replaced(struct daemon *daemon)
{
	struct stat path, open_one;

	return stat(daemon->config.inbox, &path) || fstat(daemon->inbox_fd, &open_one) ||
	       path.st_ino != open_one.st_ino || path.st_dev != open_one.st_dev;
}

void inbox_rescan(struct daemon *daemon)
{
	if (replaced(daemon)) {
		if (!daemon->inbox_gone)
			say(SAY_WARNING, "the inbox %s is gone; it is made again",
				daemon->config.inbox);
		daemon->inbox_gone = true;
		if (daemon->watch >= 0)
			inotify_rm_watch(daemon->notify_fd, daemon->watch);
		if (attach(daemon))
			return;
		daemon->inbox_gone = false;
	}
	daemon->missed = true; /* what the pass under way has behind it may be new */
	inbox_pump(daemon);
}

static void on_timer(uv_timer_t *timer)
{
	inbox_rescan(timer->data);
}

static void on_event(struct daemon *daemon, const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW) {
		say(SAY_NOTICE, "the kernel dropped notifications; the inbox is scanned");
		daemon->missed = true;
	} else if (event->wd != daemon->watch) {
		return;
	} else if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) {
		uv_timer_start(&daemon->again_timer, on_timer, 200, 0);
	} else if (event->len && !(event->mask & IN_ISDIR)) {
		add_name(daemon, event->name, true);
	}
}

static void on_notify(uv_poll_t *poll, int status, int events)
{
	struct daemon *daemon = poll->data;
	_Alignas(struct inotify_event) char bytes[65536];
	ssize_t n;

	(void)status;
	(void)events;
	while ((n = read(daemon->notify_fd, bytes, sizeof(bytes))) > 0)
		for (char *at = bytes; at < bytes + n;) {
			const struct inotify_event *event = (void *)at;

			on_event(daemon, event);
			at += sizeof(*event) + event->len;
		}
	inbox_pump(daemon);
}

/* -- taking --------------------------------------------------------------- */

static struct name *next_waiting(struct name_set *set)
{
	struct name *name = set->first;

	set->first = name->next_waiting;
	if (!set->first)
		set->last = NULL;
	set->waiting--;
	name->state = FLYING;
	set->flying++;
	return name;
}

/* A file that cannot be taken now is found again by a scan, after a pause that
 * grows while there are such files. */
static void look_again(struct daemon *daemon)
{
	daemon->failures++;
	if (uv_is_active((uv_handle_t *)&daemon->again_timer))
		return;
	daemon->again_seconds = daemon->again_seconds ? daemon->again_seconds * 2 : 1;
	if (daemon->again_seconds > LONGEST_PAUSE)
		daemon->again_seconds = LONGEST_PAUSE;
	uv_timer_start(&daemon->again_timer, on_timer, daemon->again_seconds * 1000, 0);
}

static bool room(const struct daemon *daemon)
{
	return !daemon->paused && !daemon->out_of_room &&
	       daemon->files < (size_t)daemon->config.files_in_flight;
}

/* Whether a file may join those in memory. The largest go alone; what is too
 * large to be taken at all needs no room. */
static bool fits(const struct daemon *daemon, const struct name *name)
{
	struct stat info;

	if (!daemon->bytes || fstatat(daemon->inbox_fd, name->text, &info, AT_SYMLINK_NOFOLLOW) ||
		!S_ISREG(info.st_mode) || info.st_size > (off_t)daemon->config.file_megabytes << 20)
		return true;
	return daemon->bytes + (size_t)info.st_size <= (size_t)daemon->config.megabytes_in_flight
							       << 20;
}

static void take(struct daemon *daemon, struct name *name)
{
	struct file *file = NULL;
	int result = file_take(daemon, name->text, name->settled, &file);

	if (result == CHY_OK || result == CHY_EINPUT) {
		daemon->files++;
		daemon->bytes += file->size;
		daemon->taken++;
		daemon->again_seconds = 0;
	}
	if (result == CHY_OK) {
		pool_give(daemon, file);
	} else if (result == CHY_EINPUT) {
		say(SAY_WARNING, "%s is rejected: %s", file->shown, file->reason);
		writer_give(daemon, file);
	} else {
		inbox_forget(daemon, name->text, NULL);
		if (result == CHY_EBUSY)
			look_again(daemon);
	}
}

void inbox_pump(struct daemon *daemon)
{
	while (!(daemon->draining && !daemon->config.once) && room(daemon)) {
		if (!daemon->names->waiting && (daemon->pass || daemon->missed))
			scan(daemon);
		if (!daemon->names->waiting || !fits(daemon, daemon->names->first))
			break;
		take(daemon, next_waiting(daemon->names));
	}
	daemon_check_idle(daemon);
}

void inbox_set_pace(struct daemon *daemon)
{
	uint64_t milliseconds = (uint64_t)daemon->config.rescan_seconds * 1000;

	uv_timer_start(&daemon->rescan_timer, on_timer, milliseconds, milliseconds);
}

/* Files are renamed out of the inbox, which no other file system allows. */
static bool apart(struct daemon *daemon, int fd, const char *path)
{
	struct stat inbox, other;

	if (fd < 0 || fstat(daemon->inbox_fd, &inbox) || fstat(fd, &other) ||
		inbox.st_dev == other.st_dev)
		return false;
	say(SAY_ERROR, "%s lies on another file system than the inbox %s; name one on the same",
		path, daemon->config.inbox);
	return true;
}

int inbox_open(struct daemon *daemon)
{
	daemon->names = calloc(1, sizeof(*daemon->names));
	daemon->notify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (!daemon->names || daemon->notify_fd < 0 || attach(daemon)) {
		say(SAY_ERROR,
			"the inbox %s cannot be opened (%s); make it, or name another with "
			"--inbox",
			daemon->config.inbox, strerror(errno));
		return STATUS_ARCHIVE;
	}
	if (apart(daemon, daemon->done_fd, daemon->config.done_directory) ||
		apart(daemon, daemon->rejected_fd, daemon->config.rejected_directory))
		return STATUS_ARCHIVE;
	uv_poll_init(&daemon->loop, &daemon->notify, daemon->notify_fd);
	uv_timer_init(&daemon->loop, &daemon->rescan_timer);
	uv_timer_init(&daemon->loop, &daemon->again_timer);
	daemon->notify.data = daemon->rescan_timer.data = daemon->again_timer.data = daemon;
	uv_poll_start(&daemon->notify, UV_READABLE, on_notify);
	inbox_set_pace(daemon);
	return 0;
}

void inbox_close(struct daemon *daemon)
{
	if (daemon->names)
		for (size_t i = 0; i < BUCKETS; i++)
			while (daemon->names->buckets[i]) {
				struct name *name = daemon->names->buckets[i];

				daemon->names->buckets[i] = name->next;
				free(name);
			}
	free(daemon->names);
	daemon->names = NULL;
	end_pass(daemon);
	close_fd(&daemon->inbox_fd);
	close_fd(&daemon->done_fd);
	close_fd(&daemon->rejected_fd);
	close_fd(&daemon->notify_fd);
}
