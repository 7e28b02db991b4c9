#include "confine.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Sanitizers map terabytes and read /proc: there only the rest is given up. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static const int allowed[] = {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(getpid),
	SCMP_SYS(gettid), SCMP_SYS(tgkill), SCMP_SYS(sched_yield), SCMP_SYS(getrandom),
	SCMP_SYS(close), SCMP_SYS(poll), SCMP_SYS(restart_syscall), SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep)};

static int limit(int what, rlim_t value)
{
	struct rlimit rlimit = {value, value};

	return setrlimit(what, &rlimit);
}

static int limits(size_t megabytes)
{
	if (limit(RLIMIT_CORE, 0) || limit(RLIMIT_FSIZE, 0))
		return -1;
	if (SANITIZED)
		return 0;
	return limit(RLIMIT_AS, (rlim_t)megabytes << 20);
}

/* What is asked for beyond the list fails with EPERM rather than killing: a
 * library that looks for an optional file goes on without it. Memory that can be
 * executed is what an attack wants: no more of it than there is. */
static int filter(void)
{
	scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int result = context ? 0 : -1;

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && !result; i++)
		result = seccomp_rule_add(context, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < 2 && !result; i++)
		result = seccomp_rule_add(context, SCMP_ACT_ALLOW,
			i ? SCMP_SYS(mprotect) : SCMP_SYS(mmap), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!result)
		result = seccomp_load(context);
	seccomp_release(context);
	return result;
}

int confine(size_t megabytes)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_DUMPABLE, 0) || limits(megabytes))
		return -1;
	if (SANITIZED)
		return 0;
	return filter();
}
