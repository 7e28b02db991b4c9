#include "chancery/string.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chancery/error.h"

struct chy_str chy_str_from(const char *terminated)
{
	return (struct chy_str){terminated, terminated ? strlen(terminated) : 0};
}

bool chy_str_equal(struct chy_str a, struct chy_str b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool chy_str_is(struct chy_str a, const char *terminated)
{
	return chy_str_equal(a, chy_str_from(terminated));
}

bool chy_str_starts(struct chy_str a, const char *prefix)
{
	size_t size = strlen(prefix);

	return a.size >= size && (size == 0 || memcmp(a.data, prefix, size) == 0);
}

bool chy_str_ends(struct chy_str a, const char *suffix)
{
	size_t size = strlen(suffix);

	return a.size >= size && (size == 0 || memcmp(a.data + a.size - size, suffix, size) == 0);
}

int chy_str_compare(struct chy_str a, struct chy_str b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order = size ? memcmp(a.data, b.data, size) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct chy_str chy_str_trim(struct chy_str a)
{
	while (a.size && is_space(a.data[0])) {
		a.data++;
		a.size--;
	}
	while (a.size && is_space(a.data[a.size - 1]))
		a.size--;
	return a;
}

bool chy_str_split(struct chy_str *rest, char separator, struct chy_str *out_part)
{
	const char *at;

	if (!rest->data)
		return false;
	at = rest->size ? memchr(rest->data, separator, rest->size) : NULL;
	if (!at) {
		*out_part = *rest;
		*rest = (struct chy_str){NULL, 0};
		return true;
	}
	*out_part = (struct chy_str){rest->data, (size_t)(at - rest->data)};
	rest->size -= out_part->size + 1;
	rest->data = at + 1;
	return true;
}

uint64_t chy_str_hash(struct chy_str a)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < a.size; i++)
		hash = (hash ^ (unsigned char)a.data[i]) * 0x100000001b3u;
	return hash;
}

void chy_buffer_init(struct chy_buffer *buffer)
{
	*buffer = (struct chy_buffer){0};
}

void chy_buffer_fini(struct chy_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct chy_buffer){0};
}

void chy_buffer_clear(struct chy_buffer *buffer)
{
	buffer->size = 0;
	buffer->failed = false;
	if (buffer->data)
		buffer->data[0] = '\0';
}

/* Room for size more bytes and the terminator. */
static bool reserve(struct chy_buffer *buffer, size_t size)
{
	size_t capacity = buffer->capacity ? buffer->capacity : 256;
	char *data;

	if (buffer->failed)
		return false;
	if (size < buffer->capacity - buffer->size)
		return true;
	while (capacity - buffer->size <= size) {
		if (capacity > SIZE_MAX / 2) {
			buffer->failed = true;
			return false;
		}
		capacity *= 2;
	}
	data = realloc(buffer->data, capacity);
	if (!data) {
		buffer->failed = true;
		return false;
	}
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

void chy_buffer_add(struct chy_buffer *buffer, const void *bytes, size_t size)
{
	if (!reserve(buffer, size))
		return;
	if (size)
		memcpy(buffer->data + buffer->size, bytes, size);
	buffer->size += size;
	buffer->data[buffer->size] = '\0';
}

void chy_buffer_add_str(struct chy_buffer *buffer, struct chy_str text)
{
	chy_buffer_add(buffer, text.data, text.size);
}

void chy_buffer_add_char(struct chy_buffer *buffer, char c)
{
	chy_buffer_add(buffer, &c, 1);
}

void chy_buffer_printf(struct chy_buffer *buffer, const char *format, ...)
{
	va_list list;
	int size;

	va_start(list, format);
	size = vsnprintf(NULL, 0, format, list);
	va_end(list);
	if (size < 0 || !reserve(buffer, (size_t)size)) {
		buffer->failed = true;
		return;
	}
	va_start(list, format);
	vsnprintf(buffer->data + buffer->size, (size_t)size + 1, format, list);
	va_end(list);
	buffer->size += (size_t)size;
}

char *chy_buffer_take(struct chy_buffer *buffer, size_t *out_size)
{
	char *data;

	chy_buffer_add(buffer, "", 0);
	data = buffer->failed ? NULL : buffer->data;
	if (!data)
		free(buffer->data);
	else if (out_size)
		*out_size = buffer->size;
	*buffer = (struct chy_buffer){0};
	return data;
}

int chy_buffer_read_fd(struct chy_buffer *buffer, int fd, size_t limit, struct chy_fault *fault)
{
	size_t start = buffer->size;

	for (;;) {
		size_t room = limit - (buffer->size - start);
		ssize_t n;

		if (!reserve(buffer, 64 * 1024))
			return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
		n = read(fd, buffer->data + buffer->size, 64 * 1024);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EISDIR)
			return chy_fault_set(fault, CHY_EUNSUPPORTED, NULL, 0, "it is a directory");
		if (n < 0)
			return chy_fault_set(fault, chy_error_from_errno(errno), NULL, 0, NULL);
		if ((size_t)n > room)
			return chy_fault_set(
				fault, CHY_ELIMIT, NULL, 0, "more than %zu bytes", limit);
		buffer->size += (size_t)n;
		buffer->data[buffer->size] = '\0';
		if (n == 0)
			return CHY_OK;
	}
}

int chy_buffer_read_file(
	struct chy_buffer *buffer, const char *path, size_t limit, struct chy_fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	result = chy_buffer_read_fd(buffer, fd, limit, fault);
	close(fd);
	if (result && fault)
		snprintf(fault->subject, sizeof(fault->subject), "%s", path);
	return result;
}
