#ifndef WD_CLI_VERBS_H
#define WD_CLI_VERBS_H

#include "runtime/cli/args.h"

#define VERB(id, stage) extern const struct wd_verb wd_verb_##id;
#include "runtime/cli/verbs.def"
#undef VERB

#endif
