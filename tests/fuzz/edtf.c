/* What parses formats to something that parses to the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chy_str text = {(const char *)data, size};
	struct chy_edtf date, again;
	char formatted[CHY_EDTF_SIZE], twice[CHY_EDTF_SIZE];
	int64_t first, last, time;

	chy_time_parse(text, &time);
	if (chy_edtf_parse(text, &date))
		return 0;
	chy_edtf_bounds(&date, &first, &last);
	if (first > last)
		abort();
	if (chy_edtf_parse(chy_str_from(chy_edtf_format(&date, formatted)), &again))
		abort();
	if (strcmp(formatted, chy_edtf_format(&again, twice)) != 0)
		abort();
	return 0;
}
