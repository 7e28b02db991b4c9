#include "chancery/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Jansson's writer sorts keys by code unit, which for UTF-8 is by byte, and
 * escapes what JSON demands; only its reals are not the shortest. So reals
 * are written here and the rest by a walk of our own. */
static int write_value(const json_t *value, struct chy_buffer *out);

static int write_real(double number, struct chy_buffer *out)
{
	char text[40];

	if (!isfinite(number))
		return CHY_EINPUT;
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	chy_buffer_add(out, text, strlen(text));
	/* A real stays a real when it is read again. */
	if (!strpbrk(text, ".e"))
		chy_buffer_add(out, ".0", 2);
	return CHY_OK;
}

static void write_escape(unsigned char c, struct chy_buffer *out)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = c ? strchr(from, c) : NULL;

	if (at)
		chy_buffer_printf(out, "\\%c", to[at - from]);
	else
		chy_buffer_printf(out, "\\u%04x", c);
}

static void write_string(const char *text, size_t size, struct chy_buffer *out)
{
	size_t done = 0;

	chy_buffer_add_char(out, '"');
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		chy_buffer_add(out, text + done, i - done);
		write_escape(c, out);
		done = i + 1;
	}
	chy_buffer_add(out, text + done, size - done);
	chy_buffer_add_char(out, '"');
}

static int by_key(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int write_object(const json_t *object, struct chy_buffer *out)
{
	size_t n = json_object_size(object), i = 0;
	const char **keys = malloc((n ? n : 1) * sizeof(*keys));
	int result = CHY_OK;
	const char *key;
	json_t *member;

	if (!keys)
		return CHY_EMEM;
	json_object_foreach((json_t *)object, key, member) keys[i++] = key;
	qsort(keys, n, sizeof(*keys), by_key);
	chy_buffer_add_char(out, '{');
	for (i = 0; i < n && result == CHY_OK; i++) {
		if (i)
			chy_buffer_add_char(out, ',');
		write_string(keys[i], strlen(keys[i]), out);
		chy_buffer_add_char(out, ':');
		result = write_value(json_object_get(object, keys[i]), out);
	}
	chy_buffer_add_char(out, '}');
	free(keys);
	return result;
}

static int write_array(const json_t *array, struct chy_buffer *out)
{
	int result = CHY_OK;

	chy_buffer_add_char(out, '[');
	for (size_t i = 0; i < json_array_size(array) && result == CHY_OK; i++) {
		if (i)
			chy_buffer_add_char(out, ',');
		result = write_value(json_array_get(array, i), out);
	}
	chy_buffer_add_char(out, ']');
	return result;
}

static int write_value(const json_t *value, struct chy_buffer *out)
{
	if (!value)
		return CHY_EINPUT;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return write_object(value, out);
	case JSON_ARRAY:
		return write_array(value, out);
	case JSON_STRING:
		write_string(json_string_value(value), json_string_length(value), out);
		return CHY_OK;
	case JSON_INTEGER:
		chy_buffer_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return CHY_OK;
	case JSON_REAL:
		return write_real(json_real_value(value), out);
	case JSON_TRUE:
		chy_buffer_add(out, "true", 4);
		return CHY_OK;
	case JSON_FALSE:
		chy_buffer_add(out, "false", 5);
		return CHY_OK;
	case JSON_NULL:
		chy_buffer_add(out, "null", 4);
		return CHY_OK;
	}
	return CHY_EINPUT;
}

int chy_json_canonical(const json_t *value, struct chy_buffer *out)
{
	int result = write_value(value, out);

	return result == CHY_OK && out->failed ? CHY_EMEM : result;
}

int chy_json_parse(const char *text, size_t size, json_t **out, struct chy_fault *fault)
{
	json_error_t error;
	json_t *value = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (value) {
		*out = value;
		return CHY_OK;
	}
	if (json_error_code(&error) == json_error_out_of_memory)
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	return chy_fault_set(fault, CHY_EINPUT, NULL,
		(uint64_t)(error.position > 0 ? error.position : 0), "read as JSON: %s",
		error.text);
}

struct chy_str chy_json_str(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		return (struct chy_str){NULL, 0};
	return (struct chy_str){json_string_value(value), json_string_length(value)};
}

json_t *chy_json_from_str(struct chy_str text)
{
	return text.data ? json_stringn(text.data, text.size) : json_null();
}
