#include "chancery/fold.h"

/* The base letters of U+00C0 to U+017F in order; '.' keeps the code point. */
static const char base[] = "aaaaaa.ceeeeiiiidnooooo.ouuuuy.." /* U+00C0 */
			   "aaaaaa.ceeeeiiiidnooooo.ouuuuy.y" /* U+00E0 */
			   "aaaaaaccccccccddddeeeeeeeeeegggg" /* U+0100 */
			   "gggghhhhiiiiiiiiii..jjkkklllllll" /* U+0120 */
			   "lllnnnnnnnnnoooooo..rrrrrrssssss" /* U+0140 */
			   "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs"; /* U+0160 */

static uint32_t folded(uint32_t point)
{
	if (point >= 'A' && point <= 'Z')
		return point + 32;
	if (point >= 0xc0 && point < 0x180 && base[point - 0xc0] != '.')
		return (unsigned char)base[point - 0xc0];
	if (point == 0xc6 || point == 0xd8 || point == 0xde)
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
