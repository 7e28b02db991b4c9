#define CHY_ERROR_C
#include "chancery/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

int chy_error_from_errno(int os_error)
{
	switch (os_error) {
	case 0:
		return CHY_OK;
	case ENOENT:
	case ENOTDIR:
		return CHY_EABSENT;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return CHY_ENOSPACE;
	case EACCES:
	case EPERM:
	case EROFS:
		return CHY_EACCESS;
	case ENOMEM:
		return CHY_EMEM;
	case EBUSY:
	case EWOULDBLOCK:
		return CHY_EBUSY;
	default:
		return CHY_EIO;
	}
}

static bool from_the_system(int code)
{
	return code == CHY_EIO || code == CHY_EACCESS || code == CHY_ENOSPACE ||
	       code == CHY_EABSENT;
}

int chy_fault_set(struct chy_fault *fault, int code, const char *subject, uint64_t at,
	const char *detail, ...)
{
	int os_error = from_the_system(code) ? errno : 0;
	va_list list;

	if (!fault)
		return code;
	*fault = (struct chy_fault){.code = code, .os_error = os_error, .at = at};
	if (subject)
		snprintf(fault->subject, sizeof(fault->subject), "%s", subject);
	if (detail) {
		va_start(list, detail);
		vsnprintf(fault->detail, sizeof(fault->detail), detail, list);
		va_end(list);
	}
	return code;
}

static const struct {
	int code;
	const char *words;
} code_words[] = {
	{CHY_NOT_FOUND, "not found"},
	{CHY_EMEM, "out of memory"},
	{CHY_EIO, "the system refused"},
	{CHY_EINPUT, "malformed"},
	{CHY_ELIMIT, "over the limit"},
	{CHY_EDAMAGED, "damaged"},
	{CHY_EBUSY, "in use by another process"},
	{CHY_ENOSPACE, "no space left"},
	{CHY_EVERSION, "written by a newer edition of Chancery"},
	{CHY_EUNSUPPORTED, "not supported"},
	{CHY_EABSENT, "not there"},
	{CHY_EACCESS, "permission denied"},
	{CHY_ECONFLICT, "conflicts with what is there"},
};

static const char *words_of(int code)
{
	for (size_t i = 0; i < sizeof(code_words) / sizeof(code_words[0]); i++)
		if (code_words[i].code == code)
			return code_words[i].words;
	return "unknown fault";
}

const char *chy_fault_sentence(const struct chy_fault *fault, char *buffer, unsigned long size)
{
	char at[32] = "", system[128] = "";
	const char *words = words_of(fault->code);

	if (fault->at)
		snprintf(at, sizeof(at), ":%llu", (unsigned long long)fault->at);
	if (fault->os_error)
		snprintf(system, sizeof(system), " (%s)", strerror(fault->os_error));
	snprintf(buffer, size, "%s%s%s%s%s%s%s", fault->subject, at, fault->subject[0] ? ": " : "",
		words, fault->detail[0] ? ": " : "", fault->detail, system);
	return buffer;
}
