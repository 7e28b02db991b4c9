/* What an event or an act belongs to. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { CODES = 2 * CHY_SIDE, LONGEST = 160 };

/* -- the sides of an event ---------------------------------------------------- */

static int by_code(const void *one, const void *other)
{
	return chy_str_compare(*(const struct chy_str *)one, *(const struct chy_str *)other);
}

/* One side's, behind the n that are there. */
static size_t add_codes(const struct chy_value *side, struct chy_str codes[CODES], size_t n)
{
	const struct chy_value *actor = chy_value_first(side);

	for (size_t i = 0; actor && i < CHY_SIDE; i++, actor = chy_value_next(actor)) {
		struct chy_str code = chy_value_str(actor, "code");

		if (code.size)
			codes[n++] = code;
	}
	return n;
}

static void write_side(struct chy_buffer *out, struct chy_str *codes, size_t n)
{
	if (n)
		qsort(codes, n, sizeof(*codes), by_code);
	for (size_t i = 0; i < n; i++) {
		if (i && chy_str_equal(codes[i], codes[i - 1]))
			continue;
		chy_buffer_add_char(out, '+');
		chy_buffer_add_str(out, codes[i]);
	}
}

void chy_write_sides(struct chy_buffer *out, const struct chy_value *event)
{
	struct chy_str codes[CODES];
	size_t n = add_codes(chy_value_member(event, "actor"), codes, 0);

	if (!chy_str_is(chy_value_str(event, "event"), "CONSULT")) {
		write_side(out, codes, n);
		chy_buffer_add_char(out, '>');
		n = 0;
	}
	n = add_codes(chy_value_member(event, "recipient"), codes, n);
	write_side(out, codes, n);
}

/* -- what belongs to them ------------------------------------------------------ */

/* The codes of both sides, each once, in order. */
static size_t codes_of(struct chy_str sides, struct chy_str codes[CODES])
{
	size_t n = 0, at = 0;

	while (at < sides.size && n < CODES) {
		size_t from = at, to, i;
		struct chy_str code;

		if (sides.data[at] == '+' || sides.data[at] == '>') {
			at++;
			continue;
		}
		for (to = from; to < sides.size && sides.data[to] != '+' && sides.data[to] != '>';)
			to++;
		at = to;
		code = (struct chy_str){sides.data + from, to - from};
		for (i = 0; i < n && chy_str_compare(codes[i], code) < 0;)
			i++;
		if (code.size > CHY_CODE || (i < n && chy_str_equal(codes[i], code)))
			continue;
		memmove(codes + i + 1, codes + i, (n - i) * sizeof(*codes));
		codes[i] = code;
		n++;
	}
	return n;
}

/* One letter and up to two texts with a comma between. */
static struct chy_str join(char *out, char letter, struct chy_str a, const struct chy_str *b)
{
	char *at = out;

	*at++ = letter;
	at = mempcpy(at, a.data, a.size);
	if (b) {
		*at++ = ',';
		at = mempcpy(at, b->data, b->size);
	}
	return (struct chy_str){out, (size_t)(at - out)};
}

static int visit_pairs(const struct chy_str *codes, size_t n, chy_what_visit *visit, void *user)
{
	char text[2 * LONGEST];
	int result = 0;

	for (size_t i = 0; i < n && !result; i++) {
		result = visit(user, join(text, 'a', codes[i], NULL));
		for (size_t j = i + 1; j < n && !result; j++)
			result = visit(user, join(text, 'p', codes[i], &codes[j]));
	}
	return result;
}

bool chy_what_is_tallied(struct chy_str what)
{
	return what.data[0] != 'a' && what.data[0] != 's';
}

/* The part of the sides that acts. */
static struct chy_str actors_of(struct chy_str sides)
{
	const char *end = memchr(sides.data, '>', sides.size);

	return (struct chy_str){sides.data, end ? (size_t)(end - sides.data) : sides.size};
}

int chy_each_what(struct chy_str sides, const struct chy_str *disputes, size_t n,
	chy_what_visit *visit, void *user)
{
	struct chy_str codes[CODES];
	char text[2 * LONGEST];
	size_t actors;
	int result = visit(user, CHY_STR("*"));

	if (!result)
		result = visit_pairs(codes, codes_of(sides, codes), visit, user);
	actors = n ? codes_of(actors_of(sides), codes) : 0;
	for (size_t i = 0; i < n && !result; i++) {
		if (disputes[i].size > LONGEST - 2)
			continue;
		result = visit(user, join(text, 'd', disputes[i], NULL));
		for (size_t j = 0; j < actors && !result; j++)
			result = visit(user, join(text, 's', disputes[i], &codes[j]));
	}
	return result;
}
