/* Load, derive, render, judge. The verdict is the gate's. */
#include "runtime/judge.h"

#include <string.h>

#include "runtime/sysalloc.h"
#include "vm/base/limits.h"
#include "vm/view/packet.h"

#define PACKET_MAX (32u << 20)

static bool
labels_at(const void *module, struct wr_text path, uint64_t *ret_labels)
{
	return wr_module_labels_at(module, path, ret_labels);
}
