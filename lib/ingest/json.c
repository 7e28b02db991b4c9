/* JSON of the usual scrapers: an object, an array of them, or a line each.
 * A scanner of our own finds where each member's string stands, so that the
 * text keeps its place in the file; jansson reads the values themselves. */
#include <ctype.h>
#include <string.h>

#include "internal.h"

struct scanner {
	struct chy_str text;
	size_t at;
	size_t depth;
};

static void skip_space(struct scanner *s)
{
	while (s->at < s->text.size && isspace((unsigned char)s->text.data[s->at]))
		s->at++;
}

/* Past a string whose opening quote is at s->at; its inside in [from, to). */
static bool skip_string(struct scanner *s, size_t *from, size_t *to)
{
	if (s->at >= s->text.size || s->text.data[s->at] != '"')
		return false;
	*from = ++s->at;
	while (s->at < s->text.size && s->text.data[s->at] != '"')
		s->at += s->text.data[s->at] == '\\' ? 2 : 1;
	if (s->at >= s->text.size)
		return false;
	*to = s->at++;
	return true;
}

/* Past any value; nesting is counted, not recursed into. */
static bool skip_value(struct scanner *s)
{
	size_t depth = 0, from, to;

	do {
		char c;

		skip_space(s);
		if (s->at >= s->text.size)
			return false;
		c = s->text.data[s->at];
		if (c == '"') {
			if (!skip_string(s, &from, &to))
				return false;
		} else if (c == '{' || c == '[') {
			depth++;
			s->at++;
		} else if (c == '}' || c == ']') {
			if (!depth)
				return false;
			depth--;
			s->at++;
		} else if (c == ',' || c == ':') {
			if (!depth)
				return false;
			s->at++;
		} else {
			while (s->at < s->text.size &&
				!strchr(",:{}[]\" \t\r\n", s->text.data[s->at]))
				s->at++;
		}
	} while (depth);
	return true;
}

static uint32_t hexadecimal(const char *at)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++) {
		int c = tolower((unsigned char)at[i]);

		value = value << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return value & 0xffff;
}

/* One escape at `at`, which begins with a backslash: its length and its text. */
static size_t unescape(struct chy_str text, size_t at, char out[4], unsigned *size)
{
	static const char from[] = "nrtbf", to[] = "\n\n\t  ";
	char c = text.data[at + 1];
	const char *found = strchr(from, c);
	uint32_t point;
	size_t used = 6;

	if (c != 'u') {
		out[0] = found ? to[found - from] : c;
		*size = 1;
		return 2;
	}
	point = at + 6 <= text.size ? hexadecimal(text.data + at + 2) : 0xfffd;
	if (point >= 0xd800 && point < 0xdc00 && at + 12 <= text.size &&
		text.data[at + 6] == '\\') {
		uint32_t low = hexadecimal(text.data + at + 8);

		point = 0x10000 + ((point - 0xd800) << 10) + ((low - 0xdc00) & 0x3ff);
		used = 12;
	}
	*size = chy_utf8_put(point ? point : 0xfffd, out);
	return used;
}

static void add_string(const struct trace *source, size_t from, size_t to, struct trace *out)
{
	struct chy_str text = trace_str(source);
	size_t at = from;

	while (at < to) {
		size_t run = at, used;
		unsigned size;
		char bytes[4];

		while (run < to && text.data[run] != '\\')
			run++;
		trace_add_slice(out, source, at, run);
		at = run;
		if (at + 1 >= to)
			break;
		used = unescape((struct chy_str){text.data, to}, at, bytes, &size);
		trace_add_instead(out, bytes, size, source, at, at + used < to ? at + used : to);
		at += used;
	}
}

static int add_text(
	struct chy_reading *reading, struct chy_draft *draft, const struct trace *raw, bool title)
{
	struct chy_reading inner = *reading;
	struct chy_draft part;
	struct chy_str text = trace_str(raw);
	int result = CHY_OK;

	chy_draft_init(&part);
	trace_init(&inner.text);
	result = chy_normalise(raw, &inner.text);
	if (!result && memchr(text.data, '<', text.size) && strstr(text.data, "</"))
		result = chy_read_html(reading, &inner.text, &part);
	else if (!result)
		trace_add_slice(&part.text, &inner.text, 0, inner.text.text.size);
	if (!result && title)
		trace_add_slice(&draft->title, &part.text, 0, part.text.text.size);
	else if (!result)
		chy_read_body(draft, &part.text);
	trace_fini(&inner.text);
	chy_draft_fini(&part);
	return result;
}

static int take_member(struct chy_reading *reading, struct chy_draft *draft, struct chy_str name,
	json_t *value, size_t from, size_t to)
{
	const char *field = chy_field_of(name);
	bool title = field && strcmp(field, "title") == 0 && !draft->title.text.size;
	bool text = field && strcmp(field, "text") == 0 && !draft->text.text.size;
	struct trace raw;
	char key[128];
	int result;

	if (json_is_string(value) && (title || text)) {
		trace_init(&raw);
		add_string(&reading->text, from, to, &raw);
		result = trace_failed(&raw) ? CHY_EMEM : add_text(reading, draft, &raw, title);
		trace_fini(&raw);
		return result;
	}
	if (json_is_string(value)) {
		chy_set_field(reading, draft, name,
			(struct chy_str){json_string_value(value), json_string_length(value)},
			CHY_DATE_METADATA);
	} else if (name.size < sizeof(key)) {
		memcpy(key, name.data, name.size);
		key[name.size] = '\0';
		json_object_set(draft->fields, key, value);
	}
	return CHY_OK;
}

/* The members of the object at s->at, with their places. */
static int read_members(
	struct chy_reading *reading, struct scanner *s, json_t *object, struct chy_draft *draft)
{
	size_t from, to, start;
	int result = CHY_OK;

	s->at++;
	for (;;) {
		struct chy_str name;
		json_t *value;
		char key[256];

		skip_space(s);
		if (s->at < s->text.size && s->text.data[s->at] == ',') {
			s->at++;
			continue;
		}
		if (result || !skip_string(s, &from, &to))
			break;
		name = (struct chy_str){s->text.data + from, to - from};
		skip_space(s);
		s->at++; /* the colon */
		skip_space(s);
		start = s->at;
		if (!skip_value(s))
			break;
		if (name.size >= sizeof(key))
			continue;
		memcpy(key, name.data, name.size);
		key[name.size] = '\0';
		value = json_object_get(object, key);
		if (value)
			result = take_member(reading, draft, name, value, start + 1, s->at - 1);
	}
	while (s->at < s->text.size && s->text.data[s->at] != '}')
		s->at++;
	s->at++;
	return result;
}

/* One object in [start, end) of the text. */
static int read_object(
	struct chy_reading *reading, size_t start, size_t end, struct chy_articles *out)
{
	struct scanner s = {{trace_str(&reading->text).data, end}, start, 0};
	struct chy_map map = trace_map(&reading->text);
	struct chy_draft draft;
	uint64_t first, last;
	json_t *object;
	int result = chy_json_parse(s.text.data + start, end - start, &object, reading->fault);

	if (result)
		return result;
	if (!json_is_object(object)) {
		json_decref(object);
		return chy_fault_set(reading->fault, CHY_EINPUT, NULL, 0, "it is no JSON object");
	}
	chy_draft_init(&draft);
	result = read_members(reading, &s, object, &draft);
	chy_map_span(&map, (uint32_t)start, (uint32_t)end, &first, &last);
	if (!result)
		result = chy_add_article(reading, &draft, first, last, out);
	chy_draft_fini(&draft);
	json_decref(object);
	return result;
}

/* Reads one and keeps a refusal of it apart from those of the others. */
static int read_or_refuse(struct chy_reading *reading, size_t start, size_t end, uint64_t number,
	struct chy_articles *out)
{
	struct chy_map map = trace_map(&reading->text);
	uint64_t first, last;
	int result;

	if (out->count + out->refusal_count >= reading->limits->articles)
		return chy_fault_set(reading->fault, CHY_ELIMIT, NULL, number,
			"more than %zu articles in one file", reading->limits->articles);
	if (end - start > reading->limits->line_bytes)
		result = chy_fault_set(reading->fault, CHY_ELIMIT, NULL, number,
			"longer than %zu bytes", reading->limits->line_bytes);
	else
		result = read_object(reading, start, end, out);
	if (!result || result == CHY_EMEM)
		return result;
	reading->fault->at = number;
	chy_map_span(&map, (uint32_t)start, (uint32_t)end, &first, &last);
	return chy_add_refusal(reading, first, last, reading->fault, out);
}

static int read_lines(struct chy_reading *reading, struct chy_articles *out)
{
	struct chy_str text = trace_str(&reading->text);
	size_t at = 0;
	int result = CHY_OK;

	for (uint64_t number = 1; at < text.size && !result; number++) {
		const char *newline = memchr(text.data + at, '\n', text.size - at);
		size_t end = newline ? (size_t)(newline - text.data) : text.size;

		if (chy_str_trim((struct chy_str){text.data + at, end - at}).size)
			result = read_or_refuse(reading, at, end, number, out);
		at = end + 1;
	}
	return result;
}

static int read_array(struct chy_reading *reading, struct scanner *s, struct chy_articles *out)
{
	int result = CHY_OK;

	s->at++;
	for (uint64_t number = 1; !result; number++) {
		size_t start;

		skip_space(s);
		while (s->at < s->text.size && s->text.data[s->at] == ',') {
			s->at++;
			skip_space(s);
		}
		if (s->at >= s->text.size || s->text.data[s->at] == ']')
			break;
		start = s->at;
		if (!skip_value(s))
			return chy_fault_set(
				reading->fault, CHY_EINPUT, NULL, number, "the array is cut off");
		result = read_or_refuse(reading, start, s->at, number, out);
	}
	return result;
}

int chy_read_json(struct chy_reading *reading, struct chy_articles *out)
{
	struct scanner s = {trace_str(&reading->text), 0, 0};
	size_t start;
	int result;

	skip_space(&s);
	start = s.at;
	if (reading->media == CHY_MEDIA_JSON && s.text.data[start] == '[') {
		result = read_array(reading, &s, out);
	} else {
		bool whole = skip_value(&s);

		skip_space(&s);
		if (whole && s.at >= s.text.size) {
			/* A single object, over however many lines. */
			return read_object(reading, start, s.text.size, out);
		}
		reading->media = CHY_MEDIA_JSONL;
		result = read_lines(reading, out);
	}
	if (!result && !out->count)
		return chy_fault_set(reading->fault, CHY_EINPUT, NULL,
			out->refusal_count ? out->refusals[0].fault.at : 0,
			"no article in it: %.180s",
			out->refusal_count ? out->refusals[0].fault.detail : "it is empty");
	return result;
}
