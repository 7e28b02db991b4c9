#include <errno.h>
#include <linux/magic.h>
#include <stdint.h>
#include <sys/vfs.h>

#include "internal.h"

/* statfs(2) kinds that other machines may write to at the same time, or whose
 * shared maps and locks are not those of one kernel. Some are not named in
 * <linux/magic.h>. */
static const struct {
	uint32_t magic;
	const char *name;
} refused[] = {
	{NFS_SUPER_MAGIC, "NFS"},
	{SMB_SUPER_MAGIC, "SMB"},
	{0xff534d42, "CIFS"},
	{0xfe534d42, "SMB2"},
	{AFS_SUPER_MAGIC, "AFS"},
	{0x6b414653, "AFS"},
	{CODA_SUPER_MAGIC, "Coda"},
	{V9FS_MAGIC, "9P"},
	{0x00c36400, "Ceph"},
	{0x0bd00bd0, "Lustre"},
	{0x47504653, "GPFS"},
	{0x01161970, "GFS2"},
	{0x7461636f, "OCFS2"},
	{0x20030528, "OrangeFS"},
	{0x65735546, "FUSE"},
};

const char *chy_store_refused_filesystem(uint32_t kind)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (kind == refused[i].magic)
			return refused[i].name;
	return NULL;
}

int chy_store_check_filesystem(const char *path, struct chy_fault *fault)
{
	struct statfs info;
	const char *name;

	if (statfs(path, &info))
		return chy_fault_set(fault, chy_error_from_errno(errno), path, 0, NULL);
	name = chy_store_refused_filesystem((uint32_t)info.f_type);
	if (name)
		return chy_fault_set(fault, CHY_EUNSUPPORTED, path, 0,
			"it lies on a network file system (%s); an archive needs a local one",
			name);
	return CHY_OK;
}
