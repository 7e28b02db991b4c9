/* Records on their way from the log to the views: read, checked and decoded
 * by one thread while another takes them in. */
#pragma once

#include "chancery/archive.h"

struct chy_intake;

/* A record and its body. Both live until the next one is asked for, or the
 * intake is closed. */
struct chy_taken {
	struct chy_record record;
	const struct chy_value *body;
	struct chy_scan scan;
	struct chy_buffer lifted;
};

/* Begins with the record after `after`, ends with `to`. */
int chy_intake_open(struct chy_snapshot *snapshot, uint64_t after, uint64_t to,
	struct chy_intake **out, struct chy_fault *fault);
/* The next one, the intake's. 0, CHY_END, or what reading it ended with. */
int chy_intake_next(
	struct chy_intake *intake, const struct chy_taken **out, struct chy_fault *fault);
void chy_intake_close(struct chy_intake *intake);
