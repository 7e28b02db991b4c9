/* What parses has a canonical form, and that form is a fixed point. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chy_buffer once, twice;
	json_t *value, *again;

	if (chy_json_parse((const char *)data, size, &value, NULL))
		return 0;
	chy_buffer_init(&once);
	chy_buffer_init(&twice);
	if (chy_json_canonical(value, &once) == 0) {
		if (chy_json_parse(once.data, once.size, &again, NULL))
			abort();
		if (chy_json_canonical(again, &twice) || once.size != twice.size ||
			memcmp(once.data, twice.data, once.size) != 0)
			abort();
		json_decref(again);
	}
	json_decref(value);
	chy_buffer_fini(&once);
	chy_buffer_fini(&twice);
	return 0;
}
