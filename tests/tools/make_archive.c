/* make_archive DIRECTORY: an archive of the lines on standard input. */
#include <stdio.h>
#include <unistd.h>

#include "script.h"

int main(int argc, char **argv)
{
	json_t *holder = json_pack("{s:i}", "pid", (int)getpid());
	struct chy_archive *archive = NULL;
	struct script *script = NULL;
	struct chy_buffer lines;
	struct chy_fault fault;
	char words[1024];
	int result;

	if (argc != 2) {
		fprintf(stderr, "usage: make_archive DIRECTORY < LINES\n");
		return 2;
	}
	chy_buffer_init(&lines);
	result = chy_buffer_read_fd(&lines, STDIN_FILENO, (size_t)64 << 20, &fault);
	if (!result)
		result = chy_archive_open_writer(argv[1], holder, &archive, &fault);
	if (!result) {
		script = script_new(archive);
		result = script_run(script, lines.data ? lines.data : "", &fault);
	}
	if (result)
		fprintf(stderr, "make_archive: line %llu: %s\n", (unsigned long long)fault.at,
			chy_fault_sentence(&fault, words, sizeof(words)));
	script_free(script);
	chy_archive_close(archive);
	chy_buffer_fini(&lines);
	json_decref(holder);
	return result ? 1 : 0;
}
