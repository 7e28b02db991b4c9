/* What became of one promise, in the tables of a transaction. */
#pragma once

#include "touch.h"

struct chy_judge {
	struct chy_store_txn *txn;
	struct chy_numbered_rules rules;
};

/* A promise that may be settled otherwise than it was. */
struct chy_judged {
	char text[CHY_PROMISE_WHAT];
	struct chy_str what;
	unsigned char key[CHY_ACT_KEY];
	struct chy_promise before, now;
	bool fresh; /* not in the table yet */
	bool again; /* its window has to be walked */
};

struct chy_str chy_judged_key(const struct chy_judged *one);

/* By all that lies within its window, into now. */
int chy_judge(struct chy_judge *judge, struct chy_judged *one);
/* By what came and went alone, now being what was known; `again` is set where that
 * does not tell. */
int chy_judge_touches(
	struct chy_judge *judge, struct chy_judged *one, const struct chy_touches *touches);
