#include "names.h"

#include <string.h>

#include <unicode/uchar.h>

struct chy_str chy_name_fold(struct chy_str name, char *buffer, size_t size)
{
	size_t at = 0, used = 0;

	while (at < name.size) {
		uint32_t c = chy_utf8_next(name.data, name.size, &at);

		if (used + 4 >= size)
			return (struct chy_str){buffer, 0};
		if (c == '_' || c == ' ')
			c = '-';
		used += chy_utf8_put((uint32_t)u_tolower((UChar32)c), buffer + used);
	}
	buffer[used] = '\0';
	return (struct chy_str){buffer, used};
}

const struct name *chy_name_find(const struct names *names, struct chy_str name)
{
	char buffer[80];
	struct chy_str folded = chy_name_fold(name, buffer, sizeof(buffer));
	int low = 0, high = names->count;

	while (low < high) {
		int middle = low + (high - low) / 2;
		int order = chy_str_compare(folded, chy_str_from(names->names[middle].name));

		if (order == 0)
			return &names->names[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool chy_name_means(const struct name *name, const char *value)
{
	return name && strcmp(name->value, value) == 0;
}
