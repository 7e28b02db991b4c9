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
	struct chy_arena arena, scratch; /* a file's, an article's */
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

#ifdef CHY_TEST_HOOKS
/* For tests of the daemon: an article can bring its worker down. */
static void test_hook(struct chy_str text)
{
	if (memmem(text.data, text.size, "%%WORKER-FALLS%%", 16))
		abort();
	if (memmem(text.data, text.size, "%%WORKER-SPINS%%", 16))
		for (volatile int i = 0;;)
			i = i + 1;
	if (memmem(text.data, text.size, "%%WORKER-STOPS%%", 16))
		raise(SIGSTOP);
}

/* So can a file, before it is known what articles are in it. */
static void test_hook_file(const char *bytes, size_t size)
{
	if (memmem(bytes, size, "%%READER-FALLS%%", 16))
		abort();
}
#else
static void test_hook(struct chy_str text)
{
	(void)text;
}

static void test_hook_file(const char *bytes, size_t size)
{
	(void)bytes;
	(void)size;
}
#endif

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

/* Null where the article cannot be coded; NULL without memory. */
static json_t *code(const struct reader *reader, size_t i, const struct chy_article *article,
	const char *id, struct chy_arena *arena)
{
	struct chy_coder_input input = {
		.text = article->text, .date = article->date, .source = article->source};
	struct chy_analysis analysis;
	struct chy_events events;
	int result;

	input.analysis = &analysis;
	result = chy_text_analyse(reader->models[i], article->text, arena, &analysis);
	if (!result)
		result = chy_coder_code(reader->coders[i], &input, arena, &events);
	if (result)
		return result == CHY_EMEM ? NULL : json_null();
	return json_pack("{s:s, s:o, s:s, s:s, s:I, s:o}", "document", id, "coder",
		chy_coder_identity(reader->coders[i]), "model",
		chy_text_model_name(reader->models[i]), "language", reader->languages[i],
		"sentences", (json_int_t)analysis.sentence_count, "events",
		events_json(article, &events, reader->languages[i]));
}

/* NULL without memory: then this worker leaves, and another may have it. */
static json_t *article_json(
	const struct reader *reader, const struct chy_article *article, struct chy_arena *arena)
{
	json_t *document = chy_article_to_json(article), *coded = json_null();
	char language[8], id[CHY_HASH_HEX];
	struct chy_buffer content;
	bool told;
	size_t i = find_language(reader, article, language, &told);
	json_t *out;

	test_hook(article->text);
	json_object_set_new(
		document, "language", language[0] ? json_string(language) : json_null());
	json_object_set_new(document, "language_from", json_string(told ? "document" : "text"));
	chy_hash_to_hex(&article->id, id);
	if (i < reader->count)
		coded = code(reader, i, article, id, arena);
	chy_buffer_init(&content);
	chy_article_content(article, &content);
	out = json_pack("{s:{s:o, s:o, s:s%}}", "article", "document", document, "coded", coded,
		"content", content.data, content.size);
	chy_buffer_fini(&content);
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

static bool send_text(const char *text, size_t size)
{
	unsigned char head[FRAME_HEAD];

	frame_put(head, size, 0);
	return write_whole(head, sizeof(head)) && write_whole(text, size);
}

static bool answer(json_t *object)
{
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	bool good = text && send_text(text, strlen(text));

	json_decref(object);
	free(text);
	return good;
}

/* -- one file ------------------------------------------------------------- */

static json_t *range_json(uint64_t start, uint64_t end)
{
	return json_pack("[I, I]", (json_int_t)start, (json_int_t)end);
}

static json_t *refusal_json(json_t *range, const char *code, const char *reason)
{
	return json_pack(
		"{s:{s:o, s:s, s:s}}", "refusal", "range", range, "code", code, "reason", reason);
}

static json_t *refused_json(const struct chy_ingest_refusal *refusal)
{
	char reason[512];

	snprintf(reason, sizeof(reason), "line or element %llu: %s",
		(unsigned long long)refusal->fault.at, refusal->fault.detail);
	return refusal_json(range_json(refusal->original_start, refusal->original_end),
		code_of(refusal->fault.code), reason);
}

/* The bytes of thing i of a file: its articles, then what it has that cannot be
 * taken. Null after the last. */
static json_t *range_of(const struct chy_articles *articles, uint64_t i)
{
	if (i < articles->count)
		return range_json(
			articles->articles[i].original_start, articles->articles[i].original_end);
	i -= articles->count;
	if (i < articles->refusal_count)
		return range_json(
			articles->refusals[i].original_start, articles->refusals[i].original_end);
	return json_null();
}

/* What would be too long an answer is refused instead. */
static bool answer_within(json_t *object, const struct chy_articles *articles, uint64_t i)
{
	char *text, reason[128];
	size_t size;
	bool good;

	json_object_set_new(object, "next", range_of(articles, i + 1));
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	size = text ? strlen(text) : 0;
	if (size <= LARGEST_ANSWER) {
		good = text && send_text(text, size);
		free(text);
		return good;
	}
	free(text);
	snprintf(reason, sizeof(reason),
		"with all that it says of itself and all that is coded it is longer than %d bytes",
		LARGEST_ANSWER);
	object = refusal_json(range_of(articles, i), "limit", reason);
	json_object_set_new(object, "next", range_of(articles, i + 1));
	return answer(object);
}

/* One answer for each thing of the file from the one on that the daemon does
 * not have yet, each saying where the next one lies: when the worker falls, the
 * daemon knows over what. */
static bool answer_all(const struct reader *reader, const struct chy_articles *articles,
	uint64_t from, struct chy_arena *scratch)
{
	uint64_t count = articles->count + articles->refusal_count;
	bool good = answer(json_pack(
		"{s:I, s:o}", "begin", (json_int_t)count, "next", range_of(articles, from)));

	for (uint64_t i = from; i < count && good; i++) {
		json_t *object;

		if (i < articles->count)
			object = article_json(reader, &articles->articles[i], scratch);
		else
			object = refused_json(&articles->refusals[i - articles->count]);
		good = object && answer_within(object, articles, i);
		chy_arena_clear(scratch);
	}
	return good && answer(json_pack("{s:b}", "end", 1));
}

static bool read_document(
	struct reader *reader, const json_t *header, const char *bytes, size_t size)
{
	struct chy_ingest_limits limits = chy_ingest_default_limits;
	struct chy_ingest_input input = {.bytes = bytes,
		.size = size,
		.name = chy_json_str(header, "name"),
		.date = chy_json_str(header, "date"),
		.file_time = json_integer_value(json_object_get(header, "time")),
		.limits = &limits};
	struct chy_articles articles;
	struct chy_fault fault;
	bool good;
	int result;

	limits.file_bytes = size;
	limits.article_bytes = (size_t)json_integer_value(json_object_get(header, "article_bytes"));
	result = chy_ingest(&input, &reader->arena, &articles, &fault);
	if (result == CHY_EMEM)
		return false; /* another worker may have it */
	if (result)
		return answer(json_pack("{s:b, s:s, s:s}", "end", 1, "code", code_of(result),
			"reason", fault.detail[0] ? fault.detail : "it cannot be read"));
	good = answer_all(reader, &articles,
		(uint64_t)json_integer_value(json_object_get(header, "from")), &reader->scratch);
	chy_articles_fini(&articles);
	return good;
}

/* -- a document again ------------------------------------------------------- */

static bool refuse_again(const char *reason)
{
	return answer(json_pack("{s:n, s:s}", "coded", "reason", reason));
}

/* What the log has of an article, as far as the coder asks. */
static int article_again(
	struct reader *reader, const json_t *header, struct chy_str text, struct chy_article *out)
{
	*out = (struct chy_article){.text = text,
		.date = chy_json_str(header, "date"),
		.source = chy_json_str(header, "source"),
		.language = chy_json_str(header, "language")};
	return chy_map_decode(chy_json_str(header, "map"), &reader->arena, &out->map);
}

static bool code_again(struct reader *reader, const json_t *header, const char *bytes, size_t size)
{
	struct chy_str id = chy_json_str(header, "document");
	struct chy_article article;
	char language[8], reason[80];
	json_t *coded;
	bool told;
	size_t i;

	if (article_again(reader, header, (struct chy_str){bytes, size}, &article))
		return refuse_again("the map from its text to its bytes is no map");
	test_hook(article.text);
	i = find_language(reader, &article, language, &told);
	snprintf(reason, sizeof(reason), "no coder reads its language ('%s')", language);
	if (i == reader->count)
		return refuse_again(reason);
	coded = code(reader, i, &article, id.size ? id.data : "", &reader->arena);
	if (!coded)
		return false; /* no memory: another worker may have it */
	if (json_is_null(coded)) {
		json_decref(coded);
		return refuse_again("the coder cannot read it");
	}
	return answer(json_pack("{s:o}", "coded", coded));
}

static bool serve_one(struct reader *reader)
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
		test_hook_file(bytes + header_size, size);
		good = json_is_true(json_object_get(header, "again"))
			       ? code_again(reader, header, bytes + header_size, size)
			       : read_document(reader, header, bytes + header_size, size);
	}
	json_decref(header);
	free(bytes);
	chy_arena_clear(&reader->arena);
	return good;
}

int worker_main(size_t megabytes)
{
	struct reader reader = {0};
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
	chy_arena_init(&reader.arena);
	chy_arena_init(&reader.scratch);
	if (answer(json_pack("{s:b}", "ready", 1)))
		while (serve_one(&reader))
			;
	chy_arena_fini(&reader.arena);
	chy_arena_fini(&reader.scratch);
	close_all(&reader);
	return 0;
}
