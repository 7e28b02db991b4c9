/* code: what would be coded from files, archive not needed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chancery/ingest.h"
#include "chancery/text.h"
#include "client.h"

/* Models and coders, opened when the first text of a language comes. */
struct reader {
	const char *date, *language;
	bool why;
	struct chy_text_model *models[8];
	struct chy_coder *coders[8];
};

static int language_index(const char *language)
{
	const char *const *languages = chy_text_languages();

	for (int i = 0; languages[i] && i < 8; i++)
		if (strcmp(languages[i], language) == 0)
			return i;
	return -1;
}

static int open_language(
	struct reader *reader, int i, const char *language, struct chy_fault *fault)
{
	int result = CHY_OK;

	if (!reader->models[i])
		result = chy_text_open(language, &reader->models[i], fault);
	if (!result && !reader->coders[i])
		result = chy_coder_open(language, &reader->coders[i], fault);
	return result;
}

static void close_reader(struct reader *reader)
{
	for (int i = 0; i < 8; i++) {
		chy_text_close(reader->models[i]);
		chy_coder_close(reader->coders[i]);
	}
}

/* The document's own word, else the command line's, else a guess. */
static const char *language_of(
	const struct reader *reader, const struct chy_article *article, char guess[8])
{
	if (reader->language)
		return reader->language;
	if (article->language.size && article->language.size < 8) {
		memcpy(guess, article->language.data, article->language.size);
		guess[article->language.size] = '\0';
		return guess;
	}
	return chy_text_guess_language(article->text, guess) == CHY_OK ? guess : NULL;
}

/* A sentence that codes nothing, and which rule came nearest. */
static int print_miss(const struct chy_reason *miss)
{
	json_t *object = json_pack("{s:n, s:o}", "event", "reason", chy_reason_to_json(miss));
	int failed = !object || json_dumpf(object, stdout, JSON_COMPACT);

	putchar('\n');
	json_decref(object);
	return failed;
}

static int print_events(
	const struct chy_article *article, const struct chy_events *events, const char *language)
{
	for (size_t i = 0; i < events->count; i++) {
		const struct chy_event *event = &events->events[i];
		uint64_t first, last;
		json_t *object;

		chy_map_span(&article->map, event->start, event->end, &first, &last);
		object = chy_event_to_json(event, language, first, last);
		if (object && event->reason)
			json_object_set_new(object, "reason", chy_reason_to_json(event->reason));
		if (!object || json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15)))
			return EXIT_ARCHIVE;
		putchar('\n');
		json_decref(object);
	}
	for (size_t i = 0; i < events->miss_count; i++)
		if (print_miss(&events->misses[i]))
			return EXIT_ARCHIVE;
	return 0;
}

static int code_article(struct reader *reader, const struct chy_article *article,
	struct chy_arena *arena, const char *name)
{
	struct chy_coder_input input = {.text = article->text,
		.date = article->date,
		.source = article->source,
		.explain = reader->why};
	struct chy_analysis analysis;
	struct chy_events events;
	struct chy_fault fault = {0};
	char guess[8];
	const char *language = language_of(reader, article, guess);
	int i = language ? language_index(language) : -1, result;

	if (i < 0) {
		fprintf(stderr, "chancery: %s: its language (%s) is none that is read here\n", name,
			language ? language : "unknown");
		return 0;
	}
	result = open_language(reader, i, language, &fault);
	if (result)
		return tell(&fault);
	input.analysis = &analysis;
	result = chy_text_analyse(reader->models[i], article->text, arena, &analysis);
	if (!result)
		result = chy_coder_code(reader->coders[i], &input, arena, &events);
	if (result) {
		chy_fault_set(&fault, result, name, 0, NULL);
		return tell_of_file(&fault);
	}
	return print_events(article, &events, language);
}

static int code_bytes(
	struct reader *reader, const struct chy_buffer *bytes, const char *name, int64_t file_time)
{
	struct chy_ingest_input input = {.bytes = bytes->data,
		.size = bytes->size,
		.name = chy_str_from(name),
		.date = chy_str_from(reader->date),
		.file_time = file_time};
	struct chy_articles articles;
	struct chy_arena arena;
	struct chy_fault fault;
	int status = 0;

	chy_arena_init(&arena);
	if (chy_ingest(&input, &arena, &articles, &fault)) {
		snprintf(fault.subject, sizeof(fault.subject), "%s", name);
		status = tell_of_file(&fault);
		chy_arena_fini(&arena);
		return status;
	}
	for (size_t i = 0; i < articles.count; i++) {
		int one = code_article(reader, &articles.articles[i], &arena, name);

		status = one ? one : status;
	}
	for (size_t i = 0; i < articles.refusal_count; i++) {
		fault = articles.refusals[i].fault;
		snprintf(fault.subject, sizeof(fault.subject), "%s", name);
		status = tell_of_file(&fault);
	}
	chy_articles_fini(&articles);
	chy_arena_fini(&arena);
	return status;
}

static int code_file(struct reader *reader, const char *path)
{
	struct chy_buffer bytes;
	struct chy_fault fault;
	struct stat info;
	int64_t file_time = INT64_MIN;
	const char *slash = strrchr(path, '/');
	int result, status;

	chy_buffer_init(&bytes);
	if (strcmp(path, "-") == 0) {
		result = chy_buffer_read_fd(&bytes, STDIN_FILENO, 1u << 30, &fault);
		snprintf(fault.subject, sizeof(fault.subject), "standard input");
	} else {
		result = chy_buffer_read_file(&bytes, path, 1u << 30, &fault);
		if (!result && stat(path, &info) == 0)
			file_time = (int64_t)info.st_mtim.tv_sec * 1000000;
	}
	/* --date speaks for files that do not; a file's own time would beat no
	 * date at all only in an inbox, where it is when the article came. */
	if (!reader->date)
		file_time = INT64_MIN;
	status = result ? tell_of_file(&fault)
			: code_bytes(reader, &bytes, slash ? slash + 1 : path, file_time);
	chy_buffer_fini(&bytes);
	return status;
}

int run_code(struct client *client, int argc, char **argv)
{
	struct reader reader = {0};
	const char *lang = NULL;
	/* There is nothing to translate here: --lang too is the text's language. */
	const struct option_spec specs[] = {{"--date", &reader.date, NULL},
		{"--language", &reader.language, NULL}, {"--lang", &lang, NULL},
		{"--why", NULL, &reader.why}};
	int rest, status = read_options(client, command_named("code"), specs, 4, argc, argv, &rest);
	struct chy_edtf date;

	if (status)
		return status < 0 ? 0 : status;
	if (reader.date && (chy_edtf_parse(chy_str_from(reader.date), &date) || date.interval ||
				   !date.from.day))
		return usage_error("--date %s is no day; write 2013-11-03", reader.date);
	if (reader.language && language_index(reader.language) < 0)
		return usage_error(
			"--language %s is not read here; take pt, en or es", reader.language);
	if (lang && language_index(lang) < 0)
		return usage_error("--lang %s is not read here; take pt, en or es", lang);
	reader.language = reader.language ? reader.language : lang;
	if (!rest)
		status = code_file(&reader, "-");
	for (int i = 0; i < rest; i++) {
		int one = code_file(&reader, argv[i]);

		status = one ? one : status;
	}
	close_reader(&reader);
	return status;
}
