#include "chancery/record.h"

static const struct {
	const char *name;
	unsigned schema;
} kinds[CHY_KIND_COUNT] = {
	[CHY_KIND_ARCHIVE_CREATED] = {"archive-created", 1},
	[CHY_KIND_DOCUMENT_ADDED] = {"document-added", 1},
	[CHY_KIND_DOCUMENT_SIGHTED] = {"document-sighted", 1},
	[CHY_KIND_DOCUMENT_REJECTED] = {"document-rejected", 1},
	[CHY_KIND_EVENTS_CODED] = {"events-coded", 1},
	[CHY_KIND_DOCUMENT_WITHDRAWN] = {"document-withdrawn", 1},
	[CHY_KIND_EVENT_CORRECTED] = {"event-corrected", 1},
	[CHY_KIND_DISPUTE_DECLARED] = {"dispute-declared", 1},
};

const char *chy_kind_name(enum chy_kind kind)
{
	return kind < CHY_KIND_COUNT ? kinds[kind].name : "other";
}

enum chy_kind chy_kind_from_name(struct chy_str name)
{
	for (int kind = 0; kind < CHY_KIND_COUNT; kind++)
		if (chy_str_is(name, kinds[kind].name))
			return (enum chy_kind)kind;
	return CHY_KIND_OTHER;
}

unsigned chy_kind_schema(enum chy_kind kind)
{
	return kind < CHY_KIND_COUNT ? kinds[kind].schema : 0;
}
