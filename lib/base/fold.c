#include "chancery/fold.h"

/* clang-format off */
static const char latin[0x250 - 0xc0][3] = {
	/* 00C0 */ "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
	/* 00D0 */ "d", "n", "o", "o", "o", "o", "o", "", "o", "u", "u", "u", "u", "y", "th", "ss",
	/* 00E0 */ "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
	/* 00F0 */ "d", "n", "o", "o", "o", "o", "o", "", "o", "u", "u", "u", "u", "y", "th", "y",
	/* 0100 */ "a", "a", "a", "a", "a", "a", "c", "c", "c", "c", "c", "c", "c", "c", "d", "d",
	/* 0110 */ "d", "d", "e", "e", "e", "e", "e", "e", "e", "e", "e", "e", "g", "g", "g", "g",
	/* 0120 */ "g", "g", "g", "g", "h", "h", "h", "h", "i", "i", "i", "i", "i", "i", "i", "i",
	/* 0130 */ "i", "i", "ij", "ij", "j", "j", "k", "k", "k", "l", "l", "l", "l", "l", "l", "l",
	/* 0140 */ "l", "l", "l", "n", "n", "n", "n", "n", "n", "n", "ng", "ng", "o", "o", "o", "o",
	/* 0150 */ "o", "o", "oe", "oe", "r", "r", "r", "r", "r", "r", "s", "s", "s", "s", "s", "s",
	/* 0160 */ "s", "s", "t", "t", "t", "t", "t", "t", "u", "u", "u", "u", "u", "u", "u", "u",
	/* 0170 */ "u", "u", "u", "u", "w", "w", "y", "y", "y", "z", "z", "z", "z", "z", "z", "s",
	/* 0180 */ "b", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "e",
	/* 0190 */ "", "", "f", "", "", "", "", "", "", "", "", "", "", "", "", "",
	/* 01A0 */ "o", "o", "", "", "", "", "", "", "", "", "", "", "", "", "", "u",
	/* 01B0 */ "u", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "",
	/*01C0*/ "", "", "", "", "dz", "dz", "dz", "lj", "lj", "lj", "nj", "nj", "nj", "a", "a", "i",
	/* 01D0 */ "i", "o", "o", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "", "a", "a",
	/* 01E0 */ "a", "a", "", "", "", "", "g", "g", "k", "k", "o", "o", "o", "o", "", "",
	/* 01F0 */ "j", "dz", "dz", "dz", "g", "g", "", "", "n", "n", "a", "a", "", "", "", "",
	/* 0200 */ "a", "a", "a", "a", "e", "e", "e", "e", "i", "i", "i", "i", "o", "o", "o", "o",
	/* 0210 */ "r", "r", "r", "r", "u", "u", "u", "u", "s", "s", "t", "t", "", "", "h", "h",
	/* 0220 */ "", "", "", "", "", "", "a", "a", "e", "e", "o", "o", "o", "o", "o", "o",
	/* 0230 */ "o", "o", "y", "y", "", "", "", "", "", "", "", "", "", "", "", "",
	/* 0240 */ "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "",
};

/* Of Latin Extended Additional: Vietnamese, mostly. */
static const char latin_more[0x100][3] = {
	/* 1E00 */ "a", "a", "b", "b", "b", "b", "b", "b", "c", "c", "d", "d", "d", "d", "d", "d",
	/* 1E10 */ "d", "d", "d", "d", "e", "e", "e", "e", "e", "e", "e", "e", "e", "e", "f", "f",
	/* 1E20 */ "g", "g", "h", "h", "h", "h", "h", "h", "h", "h", "h", "h", "i", "i", "i", "i",
	/* 1E30 */ "k", "k", "k", "k", "k", "k", "l", "l", "l", "l", "l", "l", "l", "l", "m", "m",
	/* 1E40 */ "m", "m", "m", "m", "n", "n", "n", "n", "n", "n", "n", "n", "o", "o", "o", "o",
	/* 1E50 */ "o", "o", "o", "o", "p", "p", "p", "p", "r", "r", "r", "r", "r", "r", "r", "r",
	/* 1E60 */ "s", "s", "s", "s", "s", "s", "s", "s", "s", "s", "t", "t", "t", "t", "t", "t",
	/* 1E70 */ "t", "t", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "v", "v", "v", "v",
	/* 1E80 */ "w", "w", "w", "w", "w", "w", "w", "w", "w", "w", "x", "x", "x", "x", "y", "y",
	/* 1E90 */ "z", "z", "z", "z", "z", "z", "h", "t", "w", "y", "", "s", "", "", "ss", "",
	/* 1EA0 */ "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a",
	/* 1EB0 */ "a", "a", "a", "a", "a", "a", "a", "a", "e", "e", "e", "e", "e", "e", "e", "e",
	/* 1EC0 */ "e", "e", "e", "e", "e", "e", "e", "e", "i", "i", "i", "i", "o", "o", "o", "o",
	/* 1ED0 */ "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o",
	/* 1EE0 */ "o", "o", "o", "o", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u",
	/* 1EF0 */ "u", "u", "y", "y", "y", "y", "y", "y", "y", "y", "", "", "", "", "", "",
};
/* clang-format on */

const char *chy_fold_letters(uint32_t point)
{
	if (point >= 0xc0 && point < 0x250)
		return latin[point - 0xc0];
	return point >= 0x1e00 && point < 0x1f00 ? latin_more[point - 0x1e00] : "";
}

/* One letter for one: what has two beneath it stays. Keys of the log's views and
 * of the lexicons are made so: whoever folds more makes them anew. */
static uint32_t folded(uint32_t point)
{
	const char *letters = chy_fold_letters(point);

	if (point >= 'A' && point <= 'Z')
		return point + 32;
	if (point < 0x180 && letters[0] && !letters[1])
		return (unsigned char)letters[0];
	if (point == 0x14a || point == 0x14b) /* eng */
		return 'n';
	if (point == 0xc6 || point == 0xde)
		return point + 32;
	if (point >= 0x410 && point <= 0x42f) /* Cyrillic capitals */
		return point + 32;
	if (point == 0x2019 || point == 0x2018 || point == 0x02bc || point == '`')
		return '\'';
	if (point == 0x2010 || point == 0x2011)
		return '-';
	return point;
}

void chy_fold(struct chy_str text, struct chy_buffer *out)
{
	size_t at = 0;
	char bytes[4];

	while (at < text.size) {
		uint32_t point = folded(chy_utf8_next(text.data, text.size, &at));

		chy_buffer_add(out, bytes, chy_utf8_put(point, bytes));
	}
}

bool chy_fold_equal(struct chy_str a, struct chy_str b)
{
	size_t at = 0, other = 0;

	while (at < a.size && other < b.size)
		if (folded(chy_utf8_next(a.data, a.size, &at)) !=
			folded(chy_utf8_next(b.data, b.size, &other)))
			return false;
	return at == a.size && other == b.size;
}
