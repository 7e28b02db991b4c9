#include "chancery/string.h"

/* Length of the well-formed sequence at bytes, 0 where there is none; the
 * table is that of the Unicode Standard, 3.9, table 3-7. */
static unsigned sequence(const unsigned char *bytes, size_t size)
{
	unsigned char lead = bytes[0], low = 0x80, high = 0xbf;
	unsigned length;

	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		length = 2;
	else if (lead >= 0xe0 && lead <= 0xef)
		length = 3;
	else if (lead >= 0xf0 && lead <= 0xf4)
		length = 4;
	else
		return 0;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (size < length || bytes[1] < low || bytes[1] > high)
		return 0;
	for (unsigned i = 2; i < length; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

bool chy_utf8_valid(const char *bytes, size_t size, size_t *out_bad)
{
	size_t at = 0;

	while (at < size) {
		unsigned length = sequence((const unsigned char *)bytes + at, size - at);

		if (!length) {
			if (out_bad)
				*out_bad = at;
			return false;
		}
		at += length;
	}
	return true;
}

uint32_t chy_utf8_next(const char *bytes, size_t size, size_t *offset)
{
	const unsigned char *at = (const unsigned char *)bytes + *offset;
	unsigned length = sequence(at, size - *offset);

	*offset += length ? length : 1;
	switch (length) {
	case 1:
		return at[0];
	case 2:
		return (at[0] & 0x1fu) << 6 | (at[1] & 0x3fu);
	case 3:
		return (at[0] & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
	case 4:
		return (at[0] & 0x07u) << 18 | (at[1] & 0x3fu) << 12 | (at[2] & 0x3fu) << 6 |
		       (at[3] & 0x3fu);
	default:
		return 0xfffd;
	}
}

unsigned chy_utf8_put(uint32_t code_point, char out[4])
{
	if (code_point < 0x80) {
		out[0] = (char)code_point;
		return 1;
	}
	if (code_point < 0x800) {
		out[0] = (char)(0xc0 | code_point >> 6);
		out[1] = (char)(0x80 | (code_point & 0x3f));
		return 2;
	}
	if (code_point < 0x10000) {
		out[0] = (char)(0xe0 | code_point >> 12);
		out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code_point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code_point >> 18);
	out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code_point & 0x3f));
	return 4;
}
