/* What a worker gives up before the first document comes. */
#pragma once

#include <stddef.h>

/* No new privileges, no files, no network, no new processes; at most so much
 * memory. Death of the parent is ours. 0 or -1 with errno. */
int confine(size_t megabytes);
