#include "lift.h"

/* When a schema changes, the number in kind.c goes up by one and the step from
 * the one before is added here; no step is ever removed. */
static chy_lift_step *const *const steps[CHY_KIND_COUNT] = {0};

int chy_lift_by(chy_lift_step *const *table, unsigned schema, unsigned today, json_t *body)
{
	if (schema == 0)
		return CHY_EDAMAGED;
	if (schema > today)
		return CHY_EVERSION;
	for (; schema < today; schema++) {
		int result = table[schema - 1](body);

		if (result)
			return result;
	}
	return CHY_OK;
}

int chy_lift(enum chy_kind kind, unsigned schema, json_t *body)
{
	if (kind == CHY_KIND_OTHER)
		return CHY_OK;
	return chy_lift_by(steps[kind], schema, chy_kind_schema(kind), body);
}
