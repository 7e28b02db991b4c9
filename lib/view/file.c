#include <stdio.h>
#include <string.h>

#include "chancery/view.h"

static const char *const names[CHY_VIEW_FILES] = {
	[CHY_VIEW_FILE_DATA] = "views.mdb",
	[CHY_VIEW_FILE_READERS] = "views.mdb-lock",
	[CHY_VIEW_FILE_LOCK] = "views.lock",
	[CHY_VIEW_FILE_UNSYNCED] = "views.unsynced",
	[CHY_VIEW_FILE_UNFINISHED] = "views.unfinished",
};

void chy_view_path(const char *directory, enum chy_view_file file, char *out, size_t size)
{
	if ((size_t)snprintf(out, size, "%s/%s", directory, names[file]) >= size)
		out[0] = '\0'; /* half a path would be that of another file */
}

bool chy_view_is_file(const char *name)
{
	for (size_t i = 0; i < CHY_VIEW_FILES; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}
