#ifndef WD_JSON_VALUE_H
#define WD_JSON_VALUE_H

#include "runtime/json.h"

/* What a value is made of: for the json files alone. All pointers are into the document's arena. */
struct wd_json {
	enum wd_json_kind kind;
	uint32_t len;  /* items or members */
	uint32_t room; /* for so many */
	bool bool_value;
	union {
		int64_t int_value;
		double real_value;
		struct wr_text text;
		struct wd_json **items;
		struct wd_json_member *members;
	};
};

struct wd_json_member {
	struct wr_text name;
	struct wd_json *value;
};

#endif
