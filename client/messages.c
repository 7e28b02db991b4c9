#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "client.h"

/* What to do about each kind of fault. */
static const struct {
	int code, status;
	const char *advice;
} advices[] = {
	{CHY_EABSENT, EXIT_ARCHIVE,
		"name the archive with --archive or $CHANCERY_ARCHIVE; chanceryd makes one"},
	{CHY_EACCESS, EXIT_ARCHIVE, "ask its owner for the right to it, or run this as the owner"},
	{CHY_EDAMAGED, EXIT_ARCHIVE, "`chancery verify` names everything that is damaged"},
	{CHY_EVERSION, EXIT_ARCHIVE, "use the edition that wrote it, or a newer one"},
	{CHY_EBUSY, EXIT_ARCHIVE, "try again when the other process has left"},
	{CHY_ENOSPACE, EXIT_ARCHIVE, "make room and try again"},
	{CHY_EMEM, EXIT_ARCHIVE, "try again when more memory is free"},
	{CHY_EUNSUPPORTED, EXIT_ARCHIVE, NULL},
	{CHY_EIO, EXIT_ARCHIVE, NULL},
	{CHY_EINPUT, EXIT_ARCHIVE, NULL},
	{CHY_ELIMIT, EXIT_ARCHIVE, NULL},
};

/* By its name alone, or by its path. */
bool is_of_data(const struct chy_fault *fault)
{
	struct chy_str subject = chy_str_from(fault->subject);
	char place[4096] = "";

	if (chy_str_ends(subject, ".tsv") || chy_str_ends(subject, ".lex"))
		return true;
	(void)chy_data_directory(place, sizeof(place), NULL);
	return place[0] && strncmp(fault->subject, place, strlen(place)) == 0;
}

static int tell_of_data(const struct chy_fault *fault)
{
	char sentence[1024];

	fprintf(stderr,
		"chancery: %s; it is one of the program's own data: install it again, or let "
		"$CHANCERY_DATA name a directory that has them\n",
		chy_fault_sentence(fault, sentence, sizeof(sentence)));
	return EXIT_ARCHIVE;
}

int tell(const struct chy_fault *fault)
{
	char sentence[1024];

	fflush(stdout);
	if (is_of_data(fault))
		return tell_of_data(fault);
	fprintf(stderr, "chancery: %s", chy_fault_sentence(fault, sentence, sizeof(sentence)));
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (advices[i].code == fault->code) {
			if (fault->code == CHY_EDAMAGED &&
				chy_str_ends(chy_str_from(fault->subject), "views.mdb"))
				fputs("; `chancery replay` makes the views again", stderr);
			else if (advices[i].advice)
				fprintf(stderr, "; %s", advices[i].advice);
			fputc('\n', stderr);
			return advices[i].status;
		}
	fputc('\n', stderr);
	return EXIT_ARCHIVE;
}

int tell_of_file(const struct chy_fault *fault)
{
	char sentence[1024];

	fflush(stdout);
	fprintf(stderr, "chancery: %s%s\n", chy_fault_sentence(fault, sentence, sizeof(sentence)),
		fault->code == CHY_ENOSPACE ? what_helps(ENOSPC) : "");
	return EXIT_ARCHIVE;
}

const char *what_helps(int os_error)
{
	return chy_error_from_errno(os_error) == CHY_ENOSPACE ? "; make room and try again" : "";
}

static const struct client *watched;

static bool is_full(const char *place)
{
	struct statvfs room;

	return statvfs(place, &room) == 0 && room.f_bavail == 0;
}

/* LMDB maps its files: a page that points nowhere, or for which the disk has no
 * room, ends in a signal. Nothing is printed as right after that. */
static void on_damage(int signal_number)
{
	static const char damaged[] =
		"chancery: a file of the archive is damaged; `chancery verify` says where, and "
		"`chancery replay` makes the views again\n";
	static const char full[] =
		"chancery: no space is left where the log or the views lie; make room and try "
		"again "
		"(if that does not help, `chancery verify` says what is damaged)\n";
	bool no_room =
		signal_number == SIGBUS &&
		(is_full(watched->program_archive) || (watched->into && is_full(watched->into)));

	if (write(STDERR_FILENO, no_room ? full : damaged,
		    (no_room ? sizeof(full) : sizeof(damaged)) - 1) < 0)
		_exit(EXIT_ARCHIVE);
	_exit(EXIT_ARCHIVE);
}

void watch_for_damage(const struct client *client)
{
	static char stack[16384]; /* of its own: the first may be what ran out */
	const stack_t alternative = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action;

	watched = client;
	sigaltstack(&alternative, NULL);
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_damage;
	action.sa_flags = SA_ONSTACK;
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}
