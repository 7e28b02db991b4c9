#include <string.h>
#include <strings.h>

#include "internal.h"

/* Places in a text are 32 bits wide, and decoding can treble it. */
enum { MOST_BYTES = 1 << 30 };

const struct chy_ingest_limits chy_ingest_default_limits = {
	.file_bytes = (size_t)64 << 20,
	.article_bytes = (size_t)8 << 20,
	.articles = 200000,
	.depth = 200,
	.line_bytes = (size_t)16 << 20,
};

static bool named(struct chy_str name, const char *extension)
{
	size_t size = strlen(extension);

	return name.size > size && strncasecmp(name.data + name.size - size, extension, size) == 0;
}

static bool tag_at(struct chy_str text, const char *tag)
{
	size_t size = strlen(tag);

	return text.size > size && strncasecmp(text.data, tag, size) == 0;
}

static bool looks_like_a_page(struct chy_str text)
{
	static const char *const tags[] = {"<!doctype html", "<html", "<head", "<body", "<article",
		"<meta", "<div", "<p>", "<h1", "<?xml", "<!--"};

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (tag_at(text, tags[i]))
			return true;
	return false;
}

/* XML that is no page: a feed, a sitemap, NewsML. */
static bool other_xml(struct chy_str text)
{
	size_t head = text.size < 4096 ? text.size : 4096;

	if (tag_at(text, "<rss") || tag_at(text, "<feed") || tag_at(text, "<urlset"))
		return true;
	if (!tag_at(text, "<?xml"))
		return false;
	for (size_t i = 0; i < head; i++)
		if (tag_at((struct chy_str){text.data + i, text.size - i}, "<html"))
			return false;
	return true;
}

/* A text may begin with a bracket too: what follows it tells. */
static bool looks_like_json(struct chy_str text)
{
	struct chy_str rest;

	if (text.size < 2 || (text.data[0] != '{' && text.data[0] != '['))
		return false;
	rest = chy_str_trim((struct chy_str){text.data + 1, text.size - 1});
	if (!rest.size)
		return true;
	return text.data[0] == '{' ? rest.data[0] == '"' || rest.data[0] == '}'
				   : rest.data[0] == '{' || rest.data[0] == ']';
}

static enum chy_media media_of(const struct chy_reading *reading)
{
	struct chy_str text = chy_str_trim(trace_str(&reading->text));
	struct chy_str name = reading->input->name;

	if (text.size && text.data[0] == '<' && looks_like_a_page(text))
		return CHY_MEDIA_HTML; /* whatever the name: an answer of a server */
	if (named(name, ".jsonl") || named(name, ".ndjson") || named(name, ".jl"))
		return CHY_MEDIA_JSONL;
	if (named(name, ".json") || looks_like_json(text))
		return CHY_MEDIA_JSON;
	if ((named(name, ".html") || named(name, ".htm")) && text.size &&
		memchr(text.data, '<', text.size))
		return CHY_MEDIA_HTML;
	return CHY_MEDIA_TEXT;
}

static int read_one(struct chy_reading *reading, struct chy_articles *out)
{
	struct chy_draft draft;
	int result;

	result = chy_draft_init(&draft);
	if (!result)
		result = reading->media == CHY_MEDIA_HTML
				 ? chy_read_html(reading, &reading->text, &draft)
				 : chy_read_plain(reading, &draft);
	if (!result)
		result = chy_add_article(reading, &draft, 0, reading->input->size, out);
	chy_draft_fini(&draft);
	return result;
}

static bool empty(struct chy_str text)
{
	for (size_t at = 0; at < text.size;)
		if (!chy_blank(chy_utf8_next(text.data, text.size, &at)))
			return false;
	return true;
}

static int read_decoded(struct chy_reading *reading, struct chy_articles *out)
{
	if (empty(trace_str(&reading->text)))
		return chy_fault_set(reading->fault, CHY_EINPUT, NULL, 0, "the file is empty");
	if (other_xml(chy_str_trim(trace_str(&reading->text))))
		return chy_fault_set(
			reading->fault, CHY_EUNSUPPORTED, NULL, 0, "it is XML, but no page");
	reading->media = media_of(reading);
	if (reading->media == CHY_MEDIA_JSON || reading->media == CHY_MEDIA_JSONL)
		return chy_read_json(reading, out);
	return read_one(reading, out);
}

int chy_ingest(const struct chy_ingest_input *input, struct chy_arena *arena,
	struct chy_articles *out, struct chy_fault *fault)
{
	struct chy_fault unheard;
	struct chy_reading reading = {.input = input,
		.limits = input->limits ? input->limits : &chy_ingest_default_limits,
		.arena = arena,
		.fault = fault ? fault : &unheard};
	int result;

	*out = (struct chy_articles){0};
	if (!input->size)
		return chy_fault_set(fault, CHY_EINPUT, NULL, 0, "the file is empty");
	if (input->size > reading.limits->file_bytes)
		return chy_fault_set(fault, CHY_ELIMIT, "file_bytes", 0,
			"the file has %zu bytes, more than the %zu allowed", input->size,
			reading.limits->file_bytes);
	if (input->size > MOST_BYTES)
		return chy_fault_set(fault, CHY_ELIMIT, "file_bytes", 0,
			"the file has %zu bytes, more than can be mapped", input->size);
	trace_init(&reading.text);
	result = chy_decode(&reading);
	if (!result)
		result = read_decoded(&reading, out);
	trace_fini(&reading.text);
	if (result) {
		chy_articles_fini(out);
		if (result == CHY_EMEM)
			chy_fault_set(fault, result, NULL, 0, NULL);
	}
	return result;
}
