#include "chancery/coder.h"

static const char *const names[CHY_CATEGORY_COUNT] = {"AGREE", "CONSULT", "SUPPORT", "CONCEDE",
	"COOPERATE", "AID", "RETREAT", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "PROTEST",
	"SANCTION", "MOBILIZE", "COERCE", "ASSAULT"};

const char *chy_category_name(enum chy_category category)
{
	return category < CHY_CATEGORY_COUNT ? names[category] : "";
}

int chy_category_from_name(struct chy_str name, enum chy_category *out)
{
	for (int i = 0; i < CHY_CATEGORY_COUNT; i++)
		if (chy_str_is(name, names[i])) {
			*out = (enum chy_category)i;
			return CHY_OK;
		}
	return CHY_NOT_FOUND;
}

bool chy_category_reciprocal(enum chy_category category)
{
	return category == CHY_AGREE || category == CHY_CONSULT || category == CHY_COOPERATE;
}
