#include "chancery/thread.h"

#include <signal.h>

int chy_thread_start(pthread_t *out, void *(*run)(void *), void *user)
{
	/* Those that a thread brings upon itself are its own. */
	static const int own[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT};
	sigset_t others, before;
	int failed;

	sigfillset(&others);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		sigdelset(&others, own[i]);
	pthread_sigmask(SIG_BLOCK, &others, &before);
	failed = pthread_create(out, NULL, run, user);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}
