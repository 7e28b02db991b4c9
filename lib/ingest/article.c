/* From a draft to an article: the text that the coder reads, the content that
 * names the document. */
#include <stdio.h>
#include <string.h>

#include "internal.h"

static const int64_t MICROSECONDS_A_DAY = 86400000000;

int chy_draft_init(struct chy_draft *draft)
{
	*draft = (struct chy_draft){0};
	trace_init(&draft->title);
	trace_init(&draft->text);
	draft->fields = json_object();
	return draft->fields ? CHY_OK : CHY_EMEM;
}

void chy_draft_fini(struct chy_draft *draft)
{
	trace_fini(&draft->title);
	trace_fini(&draft->text);
	json_decref(draft->fields);
	draft->fields = NULL;
}

/* What is known of the time besides the document: --date, else the file's. */
static bool other_day(const struct chy_ingest_input *input, struct chy_date *out)
{
	struct chy_edtf given;
	int64_t days;

	if (input->date.size && chy_edtf_parse(input->date, &given) == CHY_OK && given.from.day) {
		*out = given.from;
		return true;
	}
	if (input->file_time == INT64_MIN)
		return false;
	days = input->file_time / MICROSECONDS_A_DAY;
	/* Division goes towards zero, days before 1970 away from it. */
	chy_day_to_date(days - (input->file_time % MICROSECONDS_A_DAY < 0), out);
	return true;
}

/* A day without its year is the last such day before the other evidence, a
 * week ahead of it allowed; a 29 February goes back to a leap year. */
static bool give_year(const struct chy_ingest_input *input, struct chy_date *day)
{
	struct chy_date evidence;
	int64_t latest;

	if (!other_day(input, &evidence))
		return false;
	latest = chy_day_number(evidence.year, evidence.month, evidence.day) + 7;
	for (int year = evidence.year + 1; year > evidence.year - 9; year--)
		if (day->day <= chy_days_in_month(year, day->month) &&
			chy_day_number(year, day->month, day->day) <= latest) {
			day->year = year;
			return true;
		}
	return false;
}

/* The dateline is no part of the first sentence: it is kept as a field. */
static void take_off(struct chy_draft *draft, size_t end)
{
	struct chy_str text = trace_str(&draft->text);
	struct trace rest;

	chy_keep_field(draft, CHY_STR("dateline"), chy_str_trim((struct chy_str){text.data, end}));
	trace_init(&rest);
	trace_add_slice(&rest, &draft->text, end, text.size);
	trace_fini(&draft->text);
	draft->text = rest;
}

static void use_dateline(struct chy_reading *reading, struct chy_draft *draft)
{
	struct chy_claim *source = &draft->claims[CHY_CLAIM_SOURCE];
	struct chy_claim *date = &draft->claims[CHY_CLAIM_DATE];
	struct chy_dateline line;

	if (!chy_read_dateline(trace_str(&draft->text), &line))
		return;
	line.source = chy_keep(reading, line.source);
	take_off(draft, line.end);
	if (line.alone && !draft->title.text.size)
		chy_take_headline(draft);
	if (!source->value.size)
		source->value = line.source;
	if (date->value.size || !line.dated)
		return;
	draft->date_inferred = !line.date.year;
	if (line.date.year || give_year(reading->input, &line.date)) {
		date->value = chy_keep_day(reading, line.date);
		draft->date_from = CHY_DATE_DATELINE;
	}
}

static void use_other_dates(struct chy_reading *reading, struct chy_draft *draft)
{
	struct chy_claim *date = &draft->claims[CHY_CLAIM_DATE];
	struct chy_date day;

	if (date->value.size || !other_day(reading->input, &day))
		return;
	date->value = chy_keep_day(reading, day);
	draft->date_from = reading->input->date.size ? CHY_DATE_ARGUMENT : CHY_DATE_FILE;
}

static json_t *text_or_null(struct chy_str text)
{
	return text.size ? json_stringn(text.data, text.size) : json_null();
}

int chy_article_content(const struct chy_article *article, struct chy_buffer *out)
{
	bool borne = article->date_from == CHY_DATE_HEADER ||
		     article->date_from == CHY_DATE_METADATA ||
		     article->date_from == CHY_DATE_DATELINE;
	char unknown[] = "XXXX-00-00";
	json_t *content = json_object();
	int result;

	if (!content)
		return CHY_EMEM;
	if (borne && article->date_inferred && article->date.size == sizeof(unknown) - 1)
		memcpy(unknown + 4, article->date.data + 4, sizeof(unknown) - 5);
	json_object_set_new(content, "date",
		!borne			 ? json_null()
		: article->date_inferred ? json_string(unknown)
					 : text_or_null(article->date));
	json_object_set_new(content, "source", text_or_null(article->source));
	json_object_set_new(content, "text", json_stringn(article->text.data, article->text.size));
	json_object_set_new(content, "title", text_or_null(article->title));
	json_object_set_new(content, "url", text_or_null(article->url));
	result = chy_json_canonical(content, out);
	json_decref(content);
	return result;
}

static int whole_text(
	struct chy_reading *reading, struct chy_draft *draft, struct chy_article *article)
{
	struct trace whole;
	int result;

	trace_init(&whole);
	trace_add_slice(&whole, &draft->title, 0, draft->title.text.size);
	if (draft->title.text.size && draft->text.text.size)
		trace_add_free(&whole, "\n\n", 2);
	trace_add_slice(&whole, &draft->text, 0, draft->text.text.size);
	result = trace_keep(&whole, reading->arena, &article->text, &article->map);
	trace_fini(&whole);
	if (!result)
		result = trace_keep(&draft->title, reading->arena, &article->title, NULL);
	return result;
}

static int identify(struct chy_article *article)
{
	struct chy_buffer content;
	int result;

	chy_buffer_init(&content);
	result = chy_article_content(article, &content);
	if (!result)
		chy_hash_of(content.data, content.size, &article->id);
	chy_buffer_fini(&content);
	return result;
}

/* Doubles an array in the arena when its count reaches a power of two. */
static void *grown(struct chy_arena *arena, void *list, size_t count, size_t size)
{
	void *more;

	if (count && (count & (count - 1)))
		return list;
	more = chy_arena_alloc(arena, (count ? 2 * count : 1) * size);
	if (more && count)
		memcpy(more, list, count * size);
	return more;
}

int chy_add_article(struct chy_reading *reading, struct chy_draft *draft, uint64_t start,
	uint64_t end, struct chy_articles *out)
{
	struct chy_article article = {.media = reading->media,
		.charset = reading->charset,
		.original_start = start,
		.original_end = end};
	struct chy_article *list;
	int result;

	if (!draft->title.text.size && !draft->text.text.size)
		return chy_fault_set(reading->fault, CHY_EINPUT, NULL, 0, "there is no text in it");
	if (draft->title.text.size + draft->text.text.size > reading->limits->article_bytes)
		return chy_fault_set(reading->fault, CHY_ELIMIT, "article_bytes", 0,
			"the article has %zu bytes of text, more than the %zu allowed",
			draft->title.text.size + draft->text.text.size,
			reading->limits->article_bytes);
	chy_drop_second_title(draft);
	use_dateline(reading, draft);
	use_other_dates(reading, draft);
	article.date = draft->claims[CHY_CLAIM_DATE].value;
	article.date_from = draft->date_from;
	article.date_inferred = draft->date_inferred && draft->date_from == CHY_DATE_DATELINE;
	article.source = draft->claims[CHY_CLAIM_SOURCE].value;
	article.url = draft->claims[CHY_CLAIM_URL].value;
	article.language = draft->claims[CHY_CLAIM_LANGUAGE].value;
	result = whole_text(reading, draft, &article);
	if (!result)
		result = identify(&article);
	list = grown(reading->arena, out->articles, out->count, sizeof(*list));
	if (result || !list)
		return chy_fault_set(reading->fault, CHY_EMEM, NULL, 0, NULL);
	article.fields = json_incref(draft->fields);
	out->articles = list;
	out->articles[out->count++] = article;
	return CHY_OK;
}

int chy_add_refusal(struct chy_reading *reading, uint64_t start, uint64_t end,
	const struct chy_fault *fault, struct chy_articles *out)
{
	struct chy_ingest_refusal *list =
		grown(reading->arena, out->refusals, out->refusal_count, sizeof(*out->refusals));

	if (!list)
		return CHY_EMEM;
	out->refusals = list;
	out->refusals[out->refusal_count++] = (struct chy_ingest_refusal){start, end, *fault};
	return CHY_OK;
}

void chy_articles_fini(struct chy_articles *articles)
{
	for (size_t i = 0; i < articles->count; i++)
		json_decref(articles->articles[i].fields);
	*articles = (struct chy_articles){0};
}

const char *chy_media_type(enum chy_media media)
{
	static const char *const types[] = {
		"text/plain", "text/html", "application/json", "application/jsonl"};

	return types[media];
}

const char *chy_date_source_name(enum chy_date_source source)
{
	static const char *const names[] = {
		"none", "header", "metadata", "dateline", "argument", "file"};

	return names[source];
}

json_t *chy_article_to_json(const struct chy_article *article)
{
	struct chy_buffer map;
	char id[CHY_HASH_HEX];
	json_t *object = json_object();

	chy_buffer_init(&map);
	chy_map_encode(&article->map, &map);
	json_object_set_new(object, "document", json_string(chy_hash_to_hex(&article->id, id)));
	json_object_set_new(object, "media", json_string(chy_media_type(article->media)));
	json_object_set_new(object, "charset", text_or_null(article->charset));
	json_object_set_new(object, "title", text_or_null(article->title));
	json_object_set_new(object, "date", text_or_null(article->date));
	json_object_set_new(
		object, "date_from", json_string(chy_date_source_name(article->date_from)));
	json_object_set_new(object, "source", text_or_null(article->source));
	json_object_set_new(object, "url", text_or_null(article->url));
	json_object_set_new(object, "language", text_or_null(article->language));
	json_object_set_new(object, "map", json_string(map.data ? map.data : ""));
	json_object_set(object, "fields", article->fields);
	json_object_set_new(object, "original_range",
		json_pack("[I, I]", (json_int_t)article->original_start,
			(json_int_t)article->original_end));
	chy_buffer_fini(&map);
	return object;
}
