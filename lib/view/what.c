/* What an event or an act belongs to. */
#include <stdio.h>
#include <string.h>

#include "internal.h"

enum { CODES = 32 };

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
		if (code.size > 60 || (i < n && chy_str_equal(codes[i], code)))
			continue;
		memmove(codes + i + 1, codes + i, (n - i) * sizeof(*codes));
		codes[i] = code;
		n++;
	}
	return n;
}

static int visit_pairs(const struct chy_str *codes, size_t n, chy_what_visit *visit, void *user)
{
	char text[160];
	int result = 0;

	for (size_t i = 0; i < n && !result; i++) {
		int size = snprintf(text, sizeof(text), "a%.*s", (int)codes[i].size, codes[i].data);

		result = visit(user, (struct chy_str){text, (size_t)size});
		for (size_t j = i + 1; j < n && !result; j++) {
			size = snprintf(text, sizeof(text), "p%.*s,%.*s", (int)codes[i].size,
				codes[i].data, (int)codes[j].size, codes[j].data);
			result = visit(user, (struct chy_str){text, (size_t)size});
		}
	}
	return result;
}

int chy_each_what(struct chy_str sides, const struct chy_str *disputes, size_t n,
	chy_what_visit *visit, void *user)
{
	struct chy_str codes[CODES + 1];
	char text[164];
	int result = visit(user, CHY_STR("*"));

	if (!result)
		result = visit_pairs(codes, codes_of(sides, codes), visit, user);
	for (size_t i = 0; i < n && !result; i++) {
		int size = snprintf(
			text, sizeof(text), "d%.*s", (int)disputes[i].size, disputes[i].data);

		if (size > 0 && (size_t)size < sizeof(text))
			result = visit(user, (struct chy_str){text, (size_t)size});
	}
	return result;
}
