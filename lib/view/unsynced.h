/* The mark that views bear while more is written than is on disk. */
#pragma once

#include "chancery/error.h"

enum chy_unsynced {
	CHY_SYNCED, /* no mark */
	CHY_UNSYNCED, /* the system still has what is not on disk yet */
	CHY_MAYBE_LOST /* it was started anew since: anything may be there */
};
enum chy_unsynced chy_unsynced_state(const char *directory);

/* On disk before it returns. */
int chy_unsynced_mark(const char *directory, struct chy_fault *fault);
void chy_unsynced_unmark(const char *directory);
