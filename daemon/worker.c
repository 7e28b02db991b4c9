/* The worker: a document in, an article and its events out, over a pipe. It
 * opens every model before the first document comes, then gives up files and
 * network (confine.c). It is the one process that reads foreign bytes. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chancery/coder.h"
#include "chancery/ingest.h"
#include "chancery/text.h"
#include "confine.h"
#include "daemon.h"
#include "frame.h"

enum { LANGUAGES = 8, LARGEST = 1 << 30 };

struct reader {
	const char *languages[LANGUAGES];
	struct chy_text_model *models[LANGUAGES];
	struct chy_coder *coders[LANGUAGES];
	size_t count;
};

/* A language whose model or lexicon is missing is read without events. */
static int open_all(struct reader *reader)
{
	const char *const *languages = chy_text_languages();
	struct chy_fault fault;
	int result;

	for (size_t i = 0; languages[i] && i < LANGUAGES; i++) {
		struct chy_text_model *model = NULL;
		struct chy_coder *coder = NULL;

		result = chy_text_open(languages[i], &model, &fault);
		if (!result)
			result = chy_coder_open(languages[i], &coder, &fault);
		if (result == CHY_EABSENT || result == CHY_EUNSUPPORTED) {
			chy_text_close(model);
			continue;
		}
		if (result) {
			say_fault(SAY_ERROR, "a worker cannot read its data", &fault);
			return result;
		}
		reader->languages[reader->count] = languages[i];
		reader->models[reader->count] = model;
		reader->coders[reader->count++] = coder;
	}
	if (!reader->count)
		say_fault(SAY_ERROR, "no language can be read", &fault);
	return reader->count ? CHY_OK : CHY_EABSENT;
}

static void close_all(struct reader *reader)
{
	for (size_t i = 0; i < reader->count; i++) {
		chy_text_close(reader->models[i]);
		chy_coder_close(reader->coders[i]);
	}
}

static const char *code_of(int result)
{
	switch (result) {
	case CHY_ELIMIT:
		return "limit";
	case CHY_EUNSUPPORTED:
		return "unsupported";
	default:
		return "input";
	}
}

/* -- one article ---------------------------------------------------------- */

static size_t find_language(
	const struct reader *reader, const struct chy_article *article, char out[8], bool *told)
{
	*told = article->language.size > 0 && article->language.size < 8;
	out[0] = '\0';
	if (*told) {
		memcpy(out, article->language.data, article->language.size);
		out[article->language.size] = '\0';
	} else if (chy_text_guess_language(article->text, out)) {
		out[0] = '\0';
	}
	for (size_t i = 0; i < reader->count; i++)
		if (strcmp(reader->languages[i], out) == 0)
			return i;
	return reader->count;
}

static json_t *events_json(
	const struct chy_article *article, const struct chy_events *events, const char *language)
{
	json_t *array = json_array();

	for (size_t i = 0; i < events->count; i++) {
		uint64_t first, last;

		chy_map_span(&article->map, events->events[i].start, events->events[i].end, &first,
			&last);
		json_array_append_new(
			array, chy_event_to_json(&events->events[i], language, first, last));
	}
	return array;
}

static json_t *code(const struct reader *reader, size_t i, const struct chy_article *article,
	const char *id, struct chy_arena *arena)
{
	struct chy_coder_input input = {
		.text = article->text, .date = article->date, .source = article->source};
	struct chy_analysis analysis;
	struct chy_events events;

	input.analysis = &analysis;
	if (chy_text_analyse(reader->models[i], article->text, arena, &analysis) ||
		chy_coder_code(reader->coders[i], &input, arena, &events))
		return json_null();
	return json_pack("{s:s, s:o, s:s, s:s, s:I, s:o}", "document", id, "coder",
		chy_coder_identity(reader->coders[i]), "model",
		chy_text_model_name(reader->models[i]), "language", reader->languages[i],
		"sentences", (json_int_t)analysis.sentence_count, "events",
		events_json(article, &events, reader->languages[i]));
}

static json_t *article_json(
	const struct reader *reader, const struct chy_article *article, struct chy_arena *arena)
{
	json_t *document = chy_article_to_json(article), *coded = json_null();
	char language[8], id[CHY_HASH_HEX];
	struct chy_buffer content;
	bool told;
	size_t i = find_language(reader, article, language, &told);
	json_t *out;

	json_object_set_new(
		document, "language", language[0] ? json_string(language) : json_null());
	json_object_set_new(document, "language_from", json_string(told ? "document" : "text"));
	chy_hash_to_hex(&article->id, id);
	if (i < reader->count)
		coded = code(reader, i, article, id, arena);
	chy_buffer_init(&content);
	chy_article_content(article, &content);
	out = json_pack("{s:o, s:o, s:s%}", "document", document, "coded", coded, "content",
		content.data, content.size);
	chy_buffer_fini(&content);
	return out;
}

static json_t *refusals_json(const struct chy_articles *articles)
{
	json_t *array = json_array();

	for (size_t i = 0; i < articles->refusal_count; i++) {
		const struct chy_ingest_refusal *refusal = &articles->refusals[i];
		char reason[512];

		snprintf(reason, sizeof(reason), "line or element %llu: %s",
			(unsigned long long)refusal->fault.at, refusal->fault.detail);
		json_array_append_new(
			array, json_pack("{s:[I, I], s:s, s:s}", "range",
				       (json_int_t)refusal->original_start,
				       (json_int_t)refusal->original_end, "code",
				       code_of(refusal->fault.code), "reason", reason));
	}
	return array;
}

static json_t *read_document(const struct reader *reader, const json_t *header, const char *bytes,
	size_t size, struct chy_arena *arena)
{
	struct chy_ingest_input input = {.bytes = bytes,
		.size = size,
		.name = chy_json_str(header, "name"),
		.date = chy_json_str(header, "date"),
		.file_time = json_integer_value(json_object_get(header, "time"))};
	struct chy_articles articles;
	struct chy_fault fault;
	json_t *list, *out;
	int result = chy_ingest(&input, arena, &articles, &fault);

	if (result)
		return json_pack("{s:s, s:s}", "code", code_of(result), "reason",
			fault.detail[0] ? fault.detail : "it cannot be read");
	list = json_array();
	for (size_t i = 0; i < articles.count; i++)
		json_array_append_new(list, article_json(reader, &articles.articles[i], arena));
	out = json_pack("{s:o, s:o}", "articles", list, "refusals", refusals_json(&articles));
	chy_articles_fini(&articles);
	return out;
}

/* -- the pipe ------------------------------------------------------------- */

static bool read_whole(void *to, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read(STDIN_FILENO, (char *)to + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static bool write_whole(const void *from, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(STDOUT_FILENO, (const char *)from + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static bool answer(json_t *object)
{
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	unsigned char head[FRAME_HEAD];
	bool good;

	json_decref(object);
	if (!text)
		return false;
	frame_put(head, strlen(text), 0);
	good = write_whole(head, sizeof(head)) && write_whole(text, strlen(text));
	free(text);
	return good;
}

#ifdef CHY_TEST_HOOKS
/* For tests of the daemon: a document can bring its worker down. */
static void test_hook(const char *bytes, size_t size)
{
	if (memmem(bytes, size, "%%WORKER-FALLS%%", 16))
		abort();
	if (memmem(bytes, size, "%%WORKER-SPINS%%", 16))
		for (volatile int i = 0;;)
			i = i + 1;
	if (memmem(bytes, size, "%%WORKER-STOPS%%", 16))
		raise(SIGSTOP);
}
#else
static void test_hook(const char *bytes, size_t size)
{
	(void)bytes;
	(void)size;
}
#endif

static bool serve_one(const struct reader *reader, struct chy_arena *arena)
{
	unsigned char head[FRAME_HEAD];
	size_t header_size, size;
	json_t *header = NULL;
	char *bytes;
	bool good;

	if (!read_whole(head, sizeof(head)))
		return false;
	frame_get(head, &header_size, &size);
	if (header_size + size > LARGEST)
		return false;
	bytes = malloc(header_size + size + 1);
	good = bytes && read_whole(bytes, header_size + size) &&
	       chy_json_parse(bytes, header_size, &header, NULL) == CHY_OK;
	if (good) {
		test_hook(bytes + header_size, size);
		good = answer(read_document(reader, header, bytes + header_size, size, arena));
	}
	json_decref(header);
	free(bytes);
	chy_arena_clear(arena);
	return good;
}

int worker_main(size_t megabytes)
{
	struct reader reader = {0};
	struct chy_arena arena;
	struct chy_fault fault;

	/* The daemon decides when its workers leave. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (open_all(&reader) || chy_ingest_prepare() || chy_text_prepare(&fault))
		return STATUS_ARCHIVE;
	if (confine(megabytes)) {
		say(SAY_ERROR, "a worker cannot be confined (%s)", strerror(errno));
		return STATUS_ARCHIVE;
	}
	chy_arena_init(&arena);
	if (answer(json_pack("{s:b}", "ready", 1)))
		while (serve_one(&reader, &arena))
			;
	chy_arena_fini(&arena);
	close_all(&reader);
	return 0;
}
