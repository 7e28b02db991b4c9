#include "internal.h"

int chy_store_check(const char *path, chy_store_report *report, void *user, struct chy_fault *fault)
{
	(void)path;
	(void)report;
	(void)user;
	(void)fault;
	return CHY_OK;
}
