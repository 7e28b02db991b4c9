/* How bodies of older schemas become those of today. */
#pragma once

#include "chancery/json.h"
#include "chancery/record.h"

/* Changes the body of `from` into the one of `from` + 1. */
typedef int chy_lift_step(json_t *body);

/* Lifts a body in place to today's schema of its kind. CHY_EVERSION for one
 * newer than that, CHY_EDAMAGED for a schema that never was. */
int chy_lift(enum chy_kind kind, unsigned schema, json_t *body);

/* The same with a table of its own: steps[i] lifts schema i + 1. */
int chy_lift_by(chy_lift_step *const *steps, unsigned schema, unsigned today, json_t *body);
