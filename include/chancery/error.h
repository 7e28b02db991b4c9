/* Error codes, shared by every module.
 *
 * A function that can fail returns 0 or a negative CHY_E…; expected
 * alternatives are positive and documented beside the function. Libraries
 * never print: what a person has to know beyond the code travels in a
 * struct chy_fault, and the program that owns the terminal words it. */
#pragma once

#include <stdint.h>

enum {
	CHY_OK = 0,
	CHY_NOT_FOUND = 1, /* a look-up that found nothing */
	CHY_PRESENT = 2, /* what was to be added is there already */
	CHY_END = 3, /* an iteration is over */

	CHY_EMEM = -1, /* no memory */
	CHY_EIO = -2, /* the operating system refused; see os_error */
	CHY_EINPUT = -3, /* what was given is malformed */
	CHY_ELIMIT = -4, /* what was given is larger, deeper or longer than allowed */
	CHY_EDAMAGED = -5, /* stored data contradict their hash or their form */
	CHY_EBUSY = -6, /* another process holds it */
	CHY_ENOSPACE = -7, /* the disk or the quota is full */
	CHY_EVERSION = -8, /* written by a newer edition than this one */
	CHY_EUNSUPPORTED = -9, /* a kind of thing that this program does not handle */
	CHY_EABSENT = -10, /* a needed file or archive is not there */
	CHY_EACCESS = -11, /* permission denied */
	CHY_ECONFLICT = -12, /* what was asked contradicts what is recorded */
};

/* What went wrong and where, as facts. All strings are copies inside. */
struct chy_fault {
	int code; /* CHY_E… */
	int os_error; /* errno, or 0 */
	uint64_t at; /* line, byte offset or record number; 0 where none fits */
	char subject[512]; /* the path, key or field concerned; "" where none */
	char detail[256]; /* a library's own words, or a short fact; "" where none */
};

/* Fills *fault (may be NULL) and returns code, so that callers write
 * `return chy_fault_set(fault, CHY_EINPUT, …);`. subject may be NULL, detail
 * is a printf format or NULL. os_error is taken from errno for CHY_EIO,
 * CHY_EACCESS, CHY_ENOSPACE and CHY_EABSENT, else 0. */
#if defined(__clang_analyzer__) && !defined(CHY_ERROR_C)
/* A static analyser reads one file at a time: this tells it that the code
 * comes back as it was given, which is what error paths rest on. */
static inline int chy_fault_set(struct chy_fault *fault, int code, const char *subject, uint64_t at,
	const char *detail, ...)
{
	(void)fault, (void)subject, (void)at, (void)detail;
	return code;
}
#else
int chy_fault_set(struct chy_fault *fault, int code, const char *subject, uint64_t at,
	const char *detail, ...) __attribute__((format(printf, 5, 6)));
#endif

/* The CHY_E… for an errno value (ENOENT is CHY_EABSENT, ENOSPC, EDQUOT and
 * EFBIG CHY_ENOSPACE, EACCES, EPERM and EROFS CHY_EACCESS, …). */
int chy_error_from_errno(int os_error);

/* One English sentence for a fault, without a final newline, written to
 * buffer (always terminated). Returns buffer. For programs, not libraries. */
const char *chy_fault_sentence(const struct chy_fault *fault, char *buffer, unsigned long size);
