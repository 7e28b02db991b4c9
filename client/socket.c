/* The daemon's control socket: docs/control.md. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"

/* A path of any length: a socket's own may hold 107 bytes. */
static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), place;

	if (fd < 0)
		return -1;
	place = open(path, O_PATH | O_CLOEXEC);
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", place);
	if (place < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		fd = -1;
	}
	if (place >= 0)
		close(place);
	return fd;
}

int ask_daemon(const json_t *holder, const char *question)
{
	const char *path = json_string_value(json_object_get(holder, "socket"));
	struct timeval patience = {.tv_sec = 5};
	size_t size = strlen(question);
	int fd = path ? connect_to(path) : -1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (send(fd, question, size, MSG_NOSIGNAL) != (ssize_t)size) {
		close(fd);
		return -1;
	}
	return fd;
}
