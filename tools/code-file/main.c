/* Codes one plain text (headline on its first line): an event a line, JSON.
 *
 * code-file [--lang L] [--date D] FILE
 * code-file [--lang L] [--date D] --why FILE   and why: a reason beside each event,
 *                                     the nearest miss of each sentence without
 * code-file [--lang L] --lines FILE   each line a text of its own, whose events
 *                                     stand on one line as a JSON array; a date
 *                                     and a tab may stand before the text */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/coder.h"

struct tool {
	const char *language, *date, *file;
	bool lines, why;
	struct chy_text_model *model;
	struct chy_coder *coder;
	struct chy_arena arena;
};

static int fail(const struct chy_fault *fault)
{
	char sentence[1024];

	fprintf(stderr, "code-file: %s\n", chy_fault_sentence(fault, sentence, sizeof(sentence)));
	return 1;
}

static json_t *to_json(const struct tool *tool, const struct chy_event *event)
{
	return chy_event_to_json(event, tool->language, event->start, event->end);
}

static int code(struct tool *tool, struct chy_str text, struct chy_str date, struct chy_events *out)
{
	struct chy_coder_input input = {.text = text, .date = date, .explain = tool->why};
	struct chy_analysis analysis;
	int result = chy_text_analyse(tool->model, text, &tool->arena, &analysis);

	input.analysis = &analysis;
	if (!result)
		result = chy_coder_code(tool->coder, &input, &tool->arena, out);
	if (result)
		fprintf(stderr, "code-file: error %d\n", result);
	return result ? 1 : 0;
}

static void print_reason(const struct chy_reason *reason)
{
	json_t *object = chy_reason_to_json(reason);

	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

static int print_events(const struct tool *tool, const struct chy_events *events)
{
	for (size_t i = 0; i < events->count; i++) {
		json_t *event = to_json(tool, &events->events[i]);

		if (!event)
			return 1;
		json_dumpf(event, stdout, JSON_COMPACT | JSON_SORT_KEYS);
		putchar('\n');
		json_decref(event);
		if (events->events[i].reason)
			print_reason(events->events[i].reason);
	}
	for (size_t i = 0; i < events->miss_count; i++)
		print_reason(&events->misses[i]);
	return 0;
}

static int print_array(const struct tool *tool, const struct chy_events *events)
{
	json_t *array = json_array();

	for (size_t i = 0; i < events->count; i++)
		json_array_append_new(array, to_json(tool, &events->events[i]));
	json_dumpf(array, stdout, JSON_COMPACT | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(array);
	return 0;
}

static int code_lines(struct tool *tool, struct chy_str text)
{
	struct chy_str line;
	int result = 0;

	while (!result && text.size && chy_str_split(&text, '\n', &line)) {
		const char *tab = memchr(line.data, '\t', line.size);
		struct chy_str date = {0};
		struct chy_events events;

		if (tab) {
			date = (struct chy_str){line.data, (size_t)(tab - line.data)};
			line = (struct chy_str){tab + 1, line.size - date.size - 1};
		}
		result = code(tool, line, date, &events);
		if (!result)
			result = print_array(tool, &events);
		chy_arena_clear(&tool->arena);
	}
	return result;
}

static int run(struct tool *tool)
{
	struct chy_fault fault = {0};
	struct chy_buffer buffer;
	struct chy_events events;
	struct chy_str text;
	int result;

	chy_buffer_init(&buffer);
	if (chy_text_open(tool->language, &tool->model, &fault) ||
		chy_coder_open(tool->language, &tool->coder, &fault) ||
		chy_buffer_read_file(&buffer, tool->file, 64u << 20, &fault))
		return fail(&fault);
	chy_arena_init(&tool->arena);
	text = (struct chy_str){buffer.data, buffer.size};
	if (tool->lines) {
		result = code_lines(tool, text);
	} else {
		result = code(tool, text, chy_str_from(tool->date), &events);
		if (!result)
			result = print_events(tool, &events);
	}
	chy_arena_fini(&tool->arena);
	chy_buffer_fini(&buffer);
	chy_coder_close(tool->coder);
	chy_text_close(tool->model);
	return result;
}

int main(int argc, char **argv)
{
	struct tool tool = {.language = "pt"};

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			tool.language = argv[++i];
		else if (strcmp(argv[i], "--date") == 0 && i + 1 < argc)
			tool.date = argv[++i];
		else if (strncmp(argv[i], "--date=", 7) == 0)
			tool.date = argv[i] + 7;
		else if (strcmp(argv[i], "--lines") == 0)
			tool.lines = true;
		else if (strcmp(argv[i], "--why") == 0)
			tool.why = true;
		else
			tool.file = argv[i];
	if (!tool.file) {
		fprintf(stderr, "usage: code-file [--lang L] [--date D] [--lines | --why] FILE\n");
		return 2;
	}
	return run(&tool);
}
