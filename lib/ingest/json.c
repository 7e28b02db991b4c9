/* JSON of the usual scrapers: an object, an array of them, a wrapper around
 * such an array, or one object a line. What the members are called is in
 * data/ingest/json.tsv. One bad article does not cost the others. */
#include <ctype.h>
#include <string.h>

#include "internal.h"
#include "names.h"
#include "scan.h"

/* What is read as traced text, in the order of CHY_PARTS's names. */
enum { TITLE, TEXT, SUMMARY, LIST, PARTS };
static const char *const part_names[PARTS] = {"title", "text", "summary", "list"};

struct member {
	struct chy_str name; /* as in the object */
	json_t *value; /* of the object */
	size_t place[2];
	int rank;
};

struct object {
	struct chy_reading *reading;
	struct chy_draft *draft;
	json_t *value;
	struct member parts[PARTS]; /* value NULL: not there */
};

static bool has_text(const json_t *value)
{
	return json_string_length(value) > 0 ||
	       (json_array_size(value) > 0 && json_is_string(json_array_get(value, 0)));
}

static void keep_member(struct object *object, const struct member *member)
{
	if (json_is_string(member->value))
		chy_keep_field(object->draft, member->name,
			(struct chy_str){json_string_value(member->value),
				json_string_length(member->value)});
	else if (!json_is_null(member->value))
		chy_keep_value(object->draft, member->name, member->value);
}

/* The best named of the members that could be the same part. */
static void take_part(struct object *object, int part, const struct member *member)
{
	struct member *best = &object->parts[part];

	if (!(part == LIST ? json_array_size(member->value) &&
				     json_is_object(json_array_get(member->value, 0))
			   : has_text(member->value))) {
		keep_member(object, member);
	} else if (!best->value || member->rank < best->rank) {
		if (best->value)
			keep_member(object, best);
		*best = *member;
	} else {
		keep_member(object, member);
	}
}

/* A value that says something about the article: a string, a number (seconds
 * since 1970), or an object with a name (`"source": {"name": …}`). */
static void take_field(struct object *object, const struct member *member)
{
	struct chy_str value = {NULL, 0};
	char number[32];

	if (json_is_string(member->value)) {
		value = (struct chy_str){
			json_string_value(member->value), json_string_length(member->value)};
	} else if (json_is_integer(member->value)) {
		snprintf(number, sizeof(number), "%lld",
			(long long)json_integer_value(member->value));
		value = chy_str_from(number);
	} else if (json_is_object(member->value)) {
		value = chy_json_str(member->value, "name");
	}
	if (value.size)
		chy_set_field(object->reading, object->draft, &names_json, member->name, value,
			CHY_DATE_METADATA);
	else
		keep_member(object, member);
}

static void take_member(struct object *object, struct member *member)
{
	const struct name *known = chy_name_find(&names_json, member->name);

	member->rank = known ? known->rank : 0;
	for (int part = 0; part < PARTS; part++)
		if (chy_name_means(known, part_names[part])) {
			take_part(object, part, member);
			return;
		}
	if (known)
		take_field(object, member);
	else
		keep_member(object, member);
}

static void read_members(struct object *object, size_t start, size_t end)
{
	const struct trace *text = &object->reading->text;
	struct scanner scanner = {.text = {trace_str(text).data, end},
		.at = start + 1,
		.depth_limit = object->reading->limits->depth};
	struct member member;
	struct trace name;
	size_t inside[2];

	trace_init(&name);
	while (chy_scan_member(&scanner, inside, member.place)) {
		trace_clear(&name);
		chy_unescape(text, inside[0], inside[1], &name);
		member.name = trace_str(&name);
		member.value = json_object_getn(object->value, member.name.data, member.name.size);
		if (!member.value)
			continue;
		member.name = (struct chy_str){
			chy_arena_copy(object->reading->arena, member.name.data, member.name.size),
			member.name.size};
		if (member.name.data)
			take_member(object, &member);
	}
	trace_fini(&name);
}

static bool tag_or_entity(struct chy_str rest)
{
	static const char *const marks[] = {"<p>", "<p ", "<br", "<div", "<img", "<b>", "<i>",
		"<em>", "<strong>", "<a ", "<span", "<!--", "&nbsp;", "&amp;", "&quot;", "&lt;",
		"&gt;", "&#", "&rsquo;", "&ldquo;", "&rdquo;", "&ndash;", "&mdash;", "&hellip;"};

	if (rest.size > 2 && rest.data[0] == '<' && rest.data[1] == '/')
		return isalpha((unsigned char)rest.data[2]);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (chy_str_starts(rest, marks[i]))
			return true;
	return rest.size > 8 && rest.data[0] == '&' && isalpha((unsigned char)rest.data[1]) &&
	       memchr(rest.data + 2, ';', 7);
}

static bool looks_like_html(struct chy_str text)
{
	for (size_t i = 0; i < text.size; i++)
		if ((text.data[i] == '<' || text.data[i] == '&') &&
			tag_or_entity((struct chy_str){text.data + i, text.size - i}))
			return true;
	return false;
}

/* Appends the paragraphs of one string. */
static int add_string(struct object *object, size_t from, size_t to, struct trace *out)
{
	struct trace raw, clean;
	int result;

	trace_init(&raw);
	trace_init(&clean);
	chy_unescape(&object->reading->text, from, to, &raw);
	result = trace_failed(&raw) ? CHY_EMEM : chy_normalise(&raw, &clean, true);
	if (!result && looks_like_html(trace_str(&clean)))
		result = chy_read_fragment(object->reading, &clean, out);
	else if (!result)
		chy_add_paragraphs(out, &clean, 0, clean.text.size);
	trace_fini(&raw);
	trace_fini(&clean);
	return result;
}

static int add_part(struct object *object, const struct member *member, struct trace *out)
{
	struct scanner scanner = {.text = trace_str(&object->reading->text),
		.at = member->place[0],
		.depth_limit = object->reading->limits->depth};
	size_t from, to, element[2];
	int result = CHY_OK;

	if (chy_scan_string(&scanner, &from, &to))
		return add_string(object, from, to, out);
	scanner.at++;
	scanner.text.size = member->place[1];
	while (!result && chy_scan_element(&scanner, element)) {
		struct scanner inner = scanner;

		inner.at = element[0];
		if (chy_scan_string(&inner, &from, &to))
			result = add_string(object, from, to, out);
	}
	return result;
}

/* A title is one line, however it was written. */
static int add_title(struct object *object, const struct member *member)
{
	struct trace paragraphs;
	int result;

	trace_init(&paragraphs);
	result = add_part(object, member, &paragraphs);
	if (!result)
		chy_add_words(&object->draft->title, &paragraphs, 0, paragraphs.text.size);
	trace_fini(&paragraphs);
	return result;
}

static int read_article(struct object *object, size_t start, size_t end, struct chy_articles *out)
{
	const struct member *text = &object->parts[TEXT];
	struct chy_map map = trace_map(&object->reading->text);
	uint64_t first, last;
	int result = CHY_OK;

	if (object->parts[TITLE].value)
		result = add_title(object, &object->parts[TITLE]);
	if (text->value && object->parts[SUMMARY].value)
		keep_member(object, &object->parts[SUMMARY]);
	else if (!text->value)
		text = &object->parts[SUMMARY];
	if (!result && text->value)
		result = add_part(object, text, &object->draft->text);
	if (result)
		return result;
	if (!object->draft->title.text.size)
		chy_take_headline(object->draft);
	chy_map_span(&map, (uint32_t)start, (uint32_t)end, &first, &last);
	return chy_add_article(object->reading, object->draft, first, last, out);
}

static int read_elements(
	struct chy_reading *reading, size_t start, size_t end, struct chy_articles *out);

/* One object in [start, end) of the text; a wrapper only where that is allowed. */
static int read_object(struct chy_reading *reading, size_t start, size_t end, bool wrapper,
	struct chy_articles *out)
{
	struct chy_draft draft;
	struct object object = {.reading = reading, .draft = &draft};
	const struct member *list = &object.parts[LIST];
	int result = chy_json_parse(
		trace_str(&reading->text).data + start, end - start, &object.value, reading->fault);

	if (result)
		return result;
	if (!json_is_object(object.value)) {
		json_decref(object.value);
		return chy_fault_set(reading->fault, CHY_EINPUT, NULL, 0, "it is no JSON object");
	}
	result = chy_draft_init(&draft);
	if (!result)
		read_members(&object, start, end);
	if (!result && wrapper && list->value && !object.parts[TEXT].value)
		result = read_elements(reading, list->place[0], list->place[1], out);
	else if (!result)
		result = read_article(&object, start, end, out);
	chy_draft_fini(&draft);
	json_decref(object.value);
	return result;
}

static int refuse(struct chy_reading *reading, size_t start, size_t end, uint64_t number,
	struct chy_articles *out)
{
	struct chy_map map = trace_map(&reading->text);
	uint64_t first, last;

	reading->fault->at = number;
	chy_map_span(&map, (uint32_t)start, (uint32_t)end, &first, &last);
	return chy_add_refusal(reading, first, last, reading->fault, out);
}

/* Why an object of [start, end) cannot even be looked at; 0 where it can. */
static int beyond_limits(struct chy_reading *reading, size_t start, size_t end)
{
	struct scanner scanner = {.text = {trace_str(&reading->text).data, end},
		.at = start,
		.depth_limit = reading->limits->depth};

	if (end - start > reading->limits->line_bytes)
		return chy_fault_set(reading->fault, CHY_ELIMIT, "line_bytes", 0,
			"it has %zu bytes, more than the %zu allowed", end - start,
			reading->limits->line_bytes);
	if (!chy_scan_value(&scanner) && scanner.too_deep)
		return chy_fault_set(reading->fault, CHY_ELIMIT, "depth", 0,
			"its values nest deeper than the %zu allowed", reading->limits->depth);
	return CHY_OK;
}

/* Reads one of many and keeps a refusal of it apart from the others. */
static int read_or_refuse(struct chy_reading *reading, size_t start, size_t end, uint64_t number,
	struct chy_articles *out)
{
	int result;

	if (out->count + out->refusal_count >= reading->limits->articles)
		return chy_fault_set(reading->fault, CHY_ELIMIT, "articles", number,
			"it holds more than the %zu articles allowed in one file",
			reading->limits->articles);
	*reading->fault = (struct chy_fault){0};
	result = beyond_limits(reading, start, end);
	if (!result)
		result = read_object(reading, start, end, false, out);
	if (!result || result == CHY_EMEM)
		return result;
	return refuse(reading, start, end, number, out);
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

static int read_elements(
	struct chy_reading *reading, size_t start, size_t end, struct chy_articles *out)
{
	struct scanner scanner = {.text = {trace_str(&reading->text).data, end},
		.at = start + 1,
		.depth_limit = reading->limits->depth};
	uint64_t number = 1;
	size_t place[2];
	int result = CHY_OK;

	while (!result && chy_scan_element(&scanner, place))
		result = read_or_refuse(reading, place[0], place[1], number++, out);
	if (result || chy_scan_peek(&scanner) == ']')
		return result;
	chy_fault_set(reading->fault, scanner.too_deep ? CHY_ELIMIT : CHY_EINPUT,
		scanner.too_deep ? "depth" : NULL, 0,
		scanner.too_deep ? "its values nest deeper than allowed"
				 : "the array is cut off here");
	return refuse(reading, scanner.at < end ? scanner.at : end, end, number, out);
}

/* An array that is the whole file. */
static int read_array(
	struct chy_reading *reading, size_t start, size_t end, struct chy_articles *out)
{
	struct scanner scanner = {.text = {trace_str(&reading->text).data, end},
		.at = start,
		.depth_limit = reading->limits->depth};
	int result = read_elements(reading, start, end, out);

	if (result || !chy_scan_value(&scanner) || chy_scan_peek(&scanner) == '\0')
		return result;
	chy_fault_set(reading->fault, CHY_EINPUT, NULL, 0, "more follows the end of the array");
	return refuse(reading, scanner.at, end, out->count + out->refusal_count + 1, out);
}

/* Whether every line stands for itself: the first is an object that ends
 * where it ends, or begins one that another line begins too. */
static bool has_lines(struct chy_str text)
{
	const char *newline = text.size ? memchr(text.data, '\n', text.size) : NULL;
	struct chy_str first = {text.data, newline ? (size_t)(newline - text.data) : 0}, rest;

	if (!newline)
		return false;
	rest = chy_str_trim((struct chy_str){newline, text.size - first.size});
	first = chy_str_trim(first);
	return first.size > 1 && rest.size && rest.data[0] == '{';
}

static int read_whole(struct chy_reading *reading, struct chy_articles *out)
{
	struct chy_str text = trace_str(&reading->text);
	struct scanner scanner = {.text = text, .depth_limit = reading->limits->depth};
	bool whole;
	size_t start;

	if (chy_scan_peek(&scanner) == '[')
		return read_array(reading, scanner.at, text.size, out);
	start = scanner.at;
	whole = chy_scan_value(&scanner) && chy_scan_peek(&scanner) == '\0';
	if (!whole && !scanner.too_deep &&
		has_lines((struct chy_str){text.data + start, text.size - start})) {
		reading->media = CHY_MEDIA_JSONL;
		return read_lines(reading, out);
	}
	if (scanner.too_deep)
		return beyond_limits(reading, start, text.size);
	return read_object(reading, start, text.size, true, out);
}

int chy_read_json(struct chy_reading *reading, struct chy_articles *out)
{
	int result = reading->media == CHY_MEDIA_JSONL ? read_lines(reading, out)
						       : read_whole(reading, out);

	if (result || out->count)
		return result;
	if (!out->refusal_count)
		return chy_fault_set(reading->fault, CHY_EINPUT, NULL, 0, "no article is in it");
	/* A file without one good article is refused as its first was. */
	*reading->fault = out->refusals[0].fault;
	if (out->refusal_count > 1)
		chy_fault_set(reading->fault, reading->fault->code, out->refusals[0].fault.subject,
			out->refusals[0].fault.at,
			"none of its %zu articles can be read; of the first: %.150s",
			out->refusal_count, out->refusals[0].fault.detail);
	return reading->fault->code;
}
