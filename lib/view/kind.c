/* What kind of act an event tells, within its category: PLOVER's mode and the
 * CAMEO code, in 32 bits that can be kept with every act and compared. */
#include "internal.h"

enum { CAMEO_DIGITS = CHY_KIND_CAMEO - 1, BASE = 11 };

/* Digits and one, so that a code and another that it begins differ. */
static uint32_t cameo_number(struct chy_str cameo, uint32_t *out_range)
{
	uint32_t number = 0, range = BASE * BASE * BASE * BASE;
	size_t n = 0;

	for (; n < cameo.size && n < CAMEO_DIGITS; n++) {
		if (cameo.data[n] < '0' || cameo.data[n] > '9')
			break;
		range /= BASE;
		number += range * (uint32_t)(cameo.data[n] - '0' + 1);
	}
	*out_range = range;
	return number;
}

static uint32_t mode_number(struct chy_str mode)
{
	uint64_t hash = chy_str_hash(mode);

	return mode.size ? (uint32_t)(hash >> 32 ^ hash) & 0xffff : 0;
}

uint32_t chy_kind_of(struct chy_str mode, struct chy_str cameo)
{
	uint32_t range;

	return mode_number(mode) << 16 | cameo_number(cameo, &range);
}

bool chy_kind_is(uint32_t kind, struct chy_str mode, struct chy_str cameo)
{
	uint32_t range, number = cameo_number(cameo, &range), code = kind & 0xffff;

	return (!mode.size || kind >> 16 == mode_number(mode)) &&
	       (!cameo.size || (code >= number && code < number + range));
}

const char *chy_kind_cameo(uint32_t kind, char out[CHY_KIND_CAMEO])
{
	uint32_t code = kind & 0xffff, range = BASE * BASE * BASE;
	size_t n = 0;

	for (; n < CAMEO_DIGITS && code / range; n++, code %= range, range /= BASE)
		out[n] = (char)('0' + code / range - 1);
	out[n] = '\0';
	return out;
}
