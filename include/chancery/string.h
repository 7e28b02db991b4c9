/* Strings that know their length, and a buffer that grows. All text inside
 * Chancery is UTF-8 in NFC. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view of bytes that somebody else owns; not terminated. */
struct chy_str {
	const char *data;
	size_t size;
};

#define CHY_STR(literal) ((struct chy_str){(literal), sizeof(literal) - 1})

struct chy_str chy_str_from(const char *terminated); /* NULL gives an empty view */
bool chy_str_equal(struct chy_str a, struct chy_str b);
bool chy_str_is(struct chy_str a, const char *terminated);
bool chy_str_starts(struct chy_str a, const char *prefix);
bool chy_str_ends(struct chy_str a, const char *suffix);
int chy_str_compare(struct chy_str a, struct chy_str b); /* by bytes */
struct chy_str chy_str_trim(struct chy_str a); /* ASCII white space off both ends */

/* The part of *rest before the separator, which *rest then follows; false at
 * the end. An empty *rest with data NULL is the end. */
bool chy_str_split(struct chy_str *rest, char separator, struct chy_str *out_part);

/* Whether bytes are well-formed UTF-8 (no surrogates, no overlong forms);
 * *out_bad, where not NULL, is the offset of the first wrong byte. */
bool chy_utf8_valid(const char *bytes, size_t size, size_t *out_bad);

/* The code point at *offset, which is moved past it; malformed bytes give
 * U+FFFD and move by one. Must not be called with *offset >= size. */
uint32_t chy_utf8_next(const char *bytes, size_t size, size_t *offset);

/* Writes a code point, returns its bytes (1 to 4). */
unsigned chy_utf8_put(uint32_t code_point, char out[4]);

/* FNV-1a, for hash tables in memory; not for anything stored. */
uint64_t chy_str_hash(struct chy_str a);

/* A growing buffer, always terminated after size. Failure is sticky: after
 * memory ran out every call does nothing and `failed` stays true, so that
 * callers may test once at the end. */
struct chy_buffer {
	char *data;
	size_t size, capacity;
	bool failed;
};

void chy_buffer_init(struct chy_buffer *buffer);
void chy_buffer_fini(struct chy_buffer *buffer);
void chy_buffer_clear(struct chy_buffer *buffer);
void chy_buffer_add(struct chy_buffer *buffer, const void *bytes, size_t size);
void chy_buffer_add_str(struct chy_buffer *buffer, struct chy_str text);
void chy_buffer_add_char(struct chy_buffer *buffer, char c);
void chy_buffer_printf(struct chy_buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Hands the bytes to the caller (free()); NULL if it failed. */
char *chy_buffer_take(struct chy_buffer *buffer, size_t *out_size);

/* Reads a whole file of at most limit bytes into buffer.
 * CHY_ELIMIT when it is larger, else as chy_error_from_errno. */
struct chy_fault;
int chy_buffer_read_file(
	struct chy_buffer *buffer, const char *path, size_t limit, struct chy_fault *fault);
/* The same from an open file descriptor, which stays open. */
int chy_buffer_read_fd(struct chy_buffer *buffer, int fd, size_t limit, struct chy_fault *fault);
