#ifndef WR_VM_SCHEMA_H
#define WR_VM_SCHEMA_H

#include "vm/base/buf.h"
#include "vm/format/module.h"
#include "vm/writ_vm.h"

/* How an agent's answer travels (vm/README.md, 6). */
struct wr_travel {
	enum wr_result_form form;
	bool enveloped;
};
struct wr_travel wr_agent_travel(const struct wr_module *module, const struct wr_agent *agent);

/* Whether the flow's result travels in {"result":...}. */
bool wr_result_enveloped(const struct wr_module *module);

#endif
