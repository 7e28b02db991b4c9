/* What the daemon says: for the journal with its priorities, for a terminal
 * with the time. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"

static bool to_journal;

/* systemd says device and inode of the stream that leads to the journal. */
void journal_open(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat info;

	setvbuf(stderr, NULL, _IOLBF, 0);
	to_journal = stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
		     fstat(STDERR_FILENO, &info) == 0 && info.st_dev == device &&
		     info.st_ino == inode;
}

void say(int priority, const char *format, ...)
{
	static const char *const levels[] = {"", "", "", "error: ", "warning: ", "", "", "debug: "};
	char text[2048], when[32];
	struct timespec now;
	struct tm local;
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (to_journal) {
		fprintf(stderr, "<%d>%s\n", priority, text);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &local);
	strftime(when, sizeof(when), "%H:%M:%S", &local);
	fprintf(stderr, "%s.%03ld %s%s\n", when, now.tv_nsec / 1000000, levels[priority & 7], text);
}

void say_fault(int priority, const char *what, const struct chy_fault *fault)
{
	char sentence[1024];

	say(priority, "%s: %s", what, chy_fault_sentence(fault, sentence, sizeof(sentence)));
}
