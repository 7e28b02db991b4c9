#include "chancery/scan.h"

#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64 };

void chy_scan_init(struct chy_scan *scan)
{
	*scan = (struct chy_scan){.values = NULL};
	chy_buffer_init(&scan->words);
}

void chy_scan_fini(struct chy_scan *scan)
{
	free(scan->values);
	chy_buffer_fini(&scan->words);
	chy_scan_init(scan);
}

/* -- reading ------------------------------------------------------------------ */

struct reader {
	struct chy_scan *scan;
	const char *at, *end;
	size_t open[DEEPEST]; /* containers around the place, by their numbers */
	size_t last[DEEPEST]; /* the last value in each; 0: none yet */
	size_t depth;
};

static void skip_space(struct reader *r)
{
	while (r->at < r->end &&
		(*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
		r->at++;
}

static struct chy_value *add_value(struct reader *r, enum chy_value_type type)
{
	struct chy_scan *scan = r->scan;
	struct chy_value *value;

	if (scan->count == scan->room) {
		size_t room = scan->room ? 2 * scan->room : 64;
		struct chy_value *more = realloc(scan->values, room * sizeof(*more));

		if (!more)
			return NULL;
		scan->values = more;
		scan->room = room;
	}
	value = &scan->values[scan->count++];
	*value = (struct chy_value){.type = type};
	return value;
}

/* Behind the quotation mark that ends a string; sets whether it has escapes. */
static int skip_string(struct reader *r, struct chy_str *out, bool *out_escaped)
{
	const char *at = r->at + 1;

	*out_escaped = false;
	for (; at < r->end && *at != '"'; at++) {
		if (*at != '\\')
			continue;
		*out_escaped = true;
		at++;
	}
	if (at >= r->end)
		return CHY_EINPUT;
	*out = (struct chy_str){r->at + 1, (size_t)(at - r->at - 1)};
	r->at = at + 1;
	return CHY_OK;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'		    ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
						    : -1;
}

/* Four digits at *at, which is moved behind them; -1 where they are not. */
static int32_t take_unit(struct chy_str text, size_t *at)
{
	int32_t unit = 0;

	if (text.size - *at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(text.data[(*at)++]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

/* A code point behind "\u", two units where it is a pair. */
static int take_code_point(struct chy_str text, size_t *at, uint32_t *out)
{
	int32_t unit = take_unit(text, at), low;

	if (unit < 0 || (unit >= 0xdc00 && unit < 0xe000))
		return CHY_EINPUT;
	*out = (uint32_t)unit;
	if (unit < 0xd800 || unit >= 0xe000)
		return CHY_OK;
	if (text.size - *at < 2 || text.data[*at] != '\\' || text.data[*at + 1] != 'u')
		return CHY_EINPUT;
	*at += 2;
	low = take_unit(text, at);
	if (low < 0xdc00 || low >= 0xe000)
		return CHY_EINPUT;
	*out = 0x10000 + (((uint32_t)unit - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
	return CHY_OK;
}

static int resolve_escape(struct chy_str text, size_t *at, struct chy_buffer *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char c = *at < text.size ? text.data[(*at)++] : '\0', bytes[4];
	const char *known = c ? strchr(from, c) : NULL;
	uint32_t code_point;

	if (known) {
		chy_buffer_add_char(out, to[known - from]);
		return CHY_OK;
	}
	if (c != 'u' || take_code_point(text, at, &code_point))
		return CHY_EINPUT;
	chy_buffer_add(out, bytes, chy_utf8_put(code_point, bytes));
	return CHY_OK;
}

static int resolve(struct chy_str text, struct chy_buffer *out)
{
	size_t at = 0;
	int result = CHY_OK;

	while (at < text.size && !result) {
		const char *escape = memchr(text.data + at, '\\', text.size - at);
		size_t plain = escape ? (size_t)(escape - text.data) : text.size;

		chy_buffer_add(out, text.data + at, plain - at);
		at = plain;
		if (escape) {
			at++;
			result = resolve_escape(text, &at, out);
		}
	}
	return out->failed ? CHY_EMEM : result;
}

/* The text of one with escapes is set when the words lie still: until then it
 * is how many of them there are before it. */
static int read_string(struct reader *r)
{
	struct chy_value *value = add_value(r, CHY_VALUE_STRING);
	struct chy_buffer *words = &r->scan->words;
	const char *from = r->at;
	struct chy_str text;
	bool escaped;
	size_t before = words->size;
	int result = value ? skip_string(r, &text, &escaped) : CHY_EMEM;

	if (result)
		return result;
	value->raw = (struct chy_str){from, (size_t)(r->at - from)};
	value->text = text;
	if (!escaped)
		return CHY_OK;
	result = resolve(text, words);
	value->text = (struct chy_str){NULL, words->size - before};
	return result;
}

static void place_words(struct chy_scan *scan)
{
	const char *at = scan->words.data ? scan->words.data : "";

	for (size_t i = 0; i < scan->count; i++) {
		struct chy_value *value = &scan->values[i];

		if (value->type != CHY_VALUE_STRING || value->text.data)
			continue;
		value->text.data = at;
		at += value->text.size;
	}
}

static int read_word(struct reader *r)
{
	static const struct {
		const char *word;
		enum chy_value_type type;
	} words[] = {
		{"null", CHY_VALUE_NULL}, {"false", CHY_VALUE_FALSE}, {"true", CHY_VALUE_TRUE}};
	struct chy_str rest = {r->at, (size_t)(r->end - r->at)};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct chy_value *value;

		if (!chy_str_starts(rest, words[i].word))
			continue;
		value = add_value(r, words[i].type);
		if (!value)
			return CHY_EMEM;
		value->raw = (struct chy_str){r->at, strlen(words[i].word)};
		r->at += value->raw.size;
		return CHY_OK;
	}
	return CHY_EINPUT;
}

static int read_number(struct reader *r)
{
	struct chy_value *value = add_value(r, CHY_VALUE_NUMBER);
	const char *from = r->at;

	if (!value)
		return CHY_EMEM;
	while (r->at < r->end && ((*r->at >= '0' && *r->at <= '9') || *r->at == '-' ||
					 *r->at == '+' || *r->at == '.' || (*r->at | 32) == 'e'))
		r->at++;
	value->raw = (struct chy_str){from, (size_t)(r->at - from)};
	return CHY_OK;
}

static int open_container(struct reader *r)
{
	struct chy_value *value = add_value(r, *r->at == '{' ? CHY_VALUE_OBJECT : CHY_VALUE_ARRAY);

	if (!value)
		return CHY_EMEM;
	if (r->depth == DEEPEST)
		return CHY_EINPUT;
	value->raw.data = r->at++;
	r->open[r->depth] = r->scan->count - 1;
	r->last[r->depth++] = 0;
	return CHY_OK;
}

static int close_container(struct reader *r)
{
	struct chy_value *value = &r->scan->values[r->open[r->depth - 1]];

	if (*r->at != (value->type == CHY_VALUE_OBJECT ? '}' : ']'))
		return CHY_EINPUT;
	r->at++;
	value->raw.size = (size_t)(r->at - value->raw.data);
	r->depth--;
	return CHY_OK;
}

static int read_value(struct reader *r)
{
	switch (*r->at) {
	case '{':
	case '[':
		return open_container(r);
	case '"':
		return read_string(r);
	case 'n':
	case 't':
	case 'f':
		return read_word(r);
	default:
		return *r->at == '-' || (*r->at >= '0' && *r->at <= '9') ? read_number(r)
									 : CHY_EINPUT;
	}
}

static int read_key(struct reader *r, struct chy_str *out)
{
	bool escaped;
	int result = *r->at == '"' ? skip_string(r, out, &escaped) : CHY_EINPUT;

	if (result)
		return result;
	skip_space(r);
	if (r->at == r->end || *r->at++ != ':')
		return CHY_EINPUT;
	skip_space(r);
	return r->at < r->end ? CHY_OK : CHY_EINPUT;
}

/* One member or element of the innermost container. */
static int read_item(struct reader *r)
{
	size_t depth = r->depth - 1, number = r->scan->count;
	struct chy_value *container = &r->scan->values[r->open[depth]];
	struct chy_str key = {NULL, 0};
	int result = CHY_OK;

	if (container->type == CHY_VALUE_OBJECT)
		result = read_key(r, &key);
	if (result)
		return result;
	container->count++;
	if (r->last[depth])
		r->scan->values[r->last[depth]].next = (uint32_t)(number - r->last[depth]);
	r->last[depth] = number;
	result = read_value(r);
	if (!result)
		r->scan->values[number].key = key;
	return result;
}

/* What stands behind an opening or a value: a comma and an item, or an end. */
static int go_on(struct reader *r)
{
	bool first = !r->last[r->depth - 1];

	skip_space(r);
	if (r->at == r->end)
		return CHY_EINPUT;
	if (*r->at == '}' || *r->at == ']')
		return close_container(r);
	if (!first) {
		if (*r->at++ != ',')
			return CHY_EINPUT;
		skip_space(r);
	}
	return r->at < r->end ? read_item(r) : CHY_EINPUT;
}

int chy_scan_read(struct chy_scan *scan, struct chy_str text, const struct chy_value **out)
{
	struct reader r = {.scan = scan, .at = text.data, .end = text.data + text.size};
	int result;

	scan->count = 0;
	chy_buffer_clear(&scan->words);
	if (text.size >= UINT32_MAX)
		return CHY_EINPUT;
	skip_space(&r);
	result = r.at < r.end ? read_value(&r) : CHY_EINPUT;
	while (r.depth && !result)
		result = go_on(&r);
	skip_space(&r);
	if (!result && r.at != r.end)
		result = CHY_EINPUT;
	if (result)
		return result;
	place_words(scan);
	*out = scan->values;
	return CHY_OK;
}

/* -- asking --------------------------------------------------------------------- */

const struct chy_value *chy_value_first(const struct chy_value *container)
{
	return container && container->count ? container + 1 : NULL;
}

const struct chy_value *chy_value_next(const struct chy_value *value)
{
	return value && value->next ? value + value->next : NULL;
}

const struct chy_value *chy_value_member(const struct chy_value *object, const char *key)
{
	const struct chy_value *value;
	size_t size = strlen(key);

	if (!object || object->type != CHY_VALUE_OBJECT)
		return NULL;
	for (value = chy_value_first(object); value; value = chy_value_next(value))
		if (value->key.size == size && memcmp(value->key.data, key, size) == 0)
			return value;
	return NULL;
}

struct chy_str chy_value_str(const struct chy_value *object, const char *key)
{
	const struct chy_value *value = chy_value_member(object, key);

	return value && value->type == CHY_VALUE_STRING ? value->text : (struct chy_str){NULL, 0};
}

/* A number is followed by something that is none, or by nothing. */
static bool number_text(const struct chy_value *object, const char *key, char out[48])
{
	const struct chy_value *value = chy_value_member(object, key);

	if (!value || value->type != CHY_VALUE_NUMBER || value->raw.size >= 48)
		return false;
	memcpy(out, value->raw.data, value->raw.size);
	out[value->raw.size] = '\0';
	return true;
}

double chy_value_number(const struct chy_value *object, const char *key)
{
	char text[48];

	return number_text(object, key, text) ? strtod(text, NULL) : 0;
}

int64_t chy_value_integer(const struct chy_value *object, const char *key)
{
	char text[48];

	return number_text(object, key, text) ? strtoll(text, NULL, 10) : 0;
}

bool chy_value_is_true(const struct chy_value *object, const char *key)
{
	const struct chy_value *value = chy_value_member(object, key);

	return value && value->type == CHY_VALUE_TRUE;
}

struct chy_str chy_value_raw(const struct chy_value *object, const char *key)
{
	const struct chy_value *value = chy_value_member(object, key);

	return value ? value->raw : CHY_STR("null");
}

/* -- writing ---------------------------------------------------------------------- */

static void write_member(struct chy_str key, struct chy_str raw, bool first, struct chy_buffer *out)
{
	chy_buffer_add_str(out, first ? CHY_STR("\"") : CHY_STR(",\""));
	chy_buffer_add_str(out, key);
	chy_buffer_add(out, "\":", 2);
	chy_buffer_add_str(out, raw);
}

void chy_value_write_changed(const struct chy_value *object, const struct chy_change *changes,
	size_t n, struct chy_buffer *out)
{
	const struct chy_value *value = chy_value_first(object);
	size_t i = 0, written = 0;

	chy_buffer_add_char(out, '{');
	while (value || i < n) {
		struct chy_str key = i < n ? chy_str_from(changes[i].key) : CHY_STR("");
		int order = i == n ? -1 : !value ? 1 : chy_str_compare(value->key, key);

		if (order < 0)
			write_member(value->key, value->raw, !written++, out);
		else if (changes[i].raw.data)
			write_member(key, changes[i].raw, !written++, out);
		if (order <= 0)
			value = chy_value_next(value);
		i += order >= 0;
	}
	chy_buffer_add_char(out, '}');
}
