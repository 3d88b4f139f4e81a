/*
 * The grammar of .wf files, LALR(1) without conflicts, and the tree it builds.
 * Decides shape only: no name is looked up, no type, label or bound is checked.
 * Mistakes are told in the words of report() below; reading goes on at the next
 * step of the flow or the next declaration.
 */
%require "3.8"
%define api.pure full
%define api.prefix {wf_}
%define api.token.prefix {T_}
%define api.value.type union
%define api.location.type {struct wc_span}
%define api.header.include {"grammar/wf.y.h"}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param { struct wc_parser *parser }

%initial-action { @$ = (struct wc_span){ parser->source, 0, 0 }; }

%code requires {
#include "compiler/parse_state.h"

/* What some rules hand up, before it becomes part of a node. */
struct wf_each { struct wc_name item, index; };
struct wf_sort { struct wc_expr *key; bool descending; };
struct wf_count { int64_t value; struct wc_name name; };
}
%code {
#include <assert.h>

/*
 * In wf_parse, `parser` below is the parameter and the stacks come from its
 * arena, which frees them. In the skeleton's helper that would grow the stack of
 * LAC, this constant is meant and the parse ends as if the stack were full. It
 * never gets there: that stack starts with 20 places, and between two tokens
 * only an empty rule adds one.
 */
static struct wc_parser *const parser = NULL;
#define YYMALLOC(size) wc_parser_alloc(parser, (size))
#define YYFREE(block) ((void)(block))
#define YYMAXDEPTH WC_STACK_MAX
#define YYINITDEPTH 200

#define YYLLOC_DEFAULT(to, from, n)                                                               \
	((to) = (n) > 0 ? joined(YYRHSLOC(from, 1), YYRHSLOC(from, n)) : behind(YYRHSLOC(from, 0)))

/* Memory and depth: what is not there ends the parse; parser->status or diags says why. */
#define NEED(made) do { if ((made) == NULL) YYABORT; } while (0)
#define NEW(to) NEED((to) = wc_parser_new(parser, sizeof *(to)))
#define EXPR(to, kind, where, inner)                                                              \
	NEED((to) = wc_parser_expr(parser, WC_EXPR_##kind, (where), (inner)))
#define BINARY(to, op, left, where, right, all)                                                   \
	NEED((to) = wc_parser_binary(parser, WC_BINARY_##op, (all), (left), (where), (right)))

#define FIRST(list, node) ((list).first = (list).last = (node), (list).len = 1)
#define NONE_OF(list) ((list).first = (list).last = NULL, (list).len = 0)
#define ADD(list, node)                                                                           \
	do {                                                                                      \
		if ((list).last == NULL)                                                          \
			(list).first = (node);                                                    \
		else                                                                              \
			(list).last->next = (node);                                               \
		(list).last = (node);                                                             \
		(list).len++;                                                                     \
	} while (0)

/* Go on reading where the next one begins. No endless loop: see wc_parser_resync. */
#define RESUME(level)                                                                             \
	do {                                                                                      \
		bool pending = yychar != T_WF_EMPTY;                                              \
		bool further = wc_parser_resync(parser, WC_RECOVER_##level, pending);             \
		yyclearin;                                                                        \
		if (further)                                                                      \
			yyerrok;                                                                  \
	} while (0)

int wf_lex(WF_STYPE *, struct wc_span *, struct wc_parser *);
static void wf_error(struct wc_span *, struct wc_parser *, const char *);

static struct wc_span
joined(struct wc_span first, struct wc_span last)
{
	return (struct wc_span){ first.source, first.start, last.end };
}

static struct wc_span
behind(struct wc_span before)
{
	return (struct wc_span){ before.source, before.end, before.end };
}

static struct wc_name
name_at(struct wc_span span)
{
	return (struct wc_name){ wc_span_text(span), span };
}

/* Without the first n bytes: `@`, `sha256:`. */
static struct wc_name
name_behind(struct wc_span span, uint32_t n)
{
	struct wr_text t = wc_span_text(span);

	return (struct wc_name){ { t.at + n, t.size - n }, span };
}

static const struct wc_name no_name;
static const struct wc_range no_range;
static const struct wc_string no_string;
}

/* where a source and a prompt file begin */
%token FILE_BEGINS "the beginning of a file" PROMPT_BEGINS "the beginning of a prompt"
/* punctuation */
%token COLON ":" COMMA "," EQ "=" DOT "." DOTDOT ".." ARROW "->" QUESTION "?" BAR "|"
%token LPAREN "(" RPAREN ")" LBRACE "{" RBRACE "}" LBRACK "[" RBRACK "]"
%token PLUS "+" MINUS "-" STAR "*" SLASH "/" EQEQ "==" NE "!=" LT "<" LE "<=" GT ">" GE ">=" QQ "??"
/* declarations */
%token WRIT "writ" USE "use" FROM "from" AS "as" LABEL "label" BACKEND "backend" ACCEPTS "accepts"
%token TAINTS "taints" CONST "const" TYPE "type" FN "fn" AGENT "agent" VIA "via" DROPS "drops"
%token BECAUSE "because"
/* flow */
%token START "start" WITHIN "within" END "end" DO "do" REQUIRE "require"
/* expressions */
%token IF "if" THEN "then" ELSE "else" MATCH "match" FOR "for" IN "in" WHERE "where" WIDTH "width"
%token YIELD "yield" LOOP "loop" LIMIT "limit" UNTIL "until" TRY "try" WITH "with" FILE_ "file"
%token SORT "sort" DESC "desc"
%token AND "and" OR "or" NOT "not" TRUE "true" FALSE "false" NONE "none" SOME "some"
/* tests */
%token TEST "test" GIVEN "given" STUB "stub" FAILS "fails" REPLAY "replay" EXPECT "expect"
/* primitive types */
%token TEXT "text" INT_ "int" NUMBER_ "number" BOOL "bool"
/* classes */
%token NAME "a name" TYPENAME "a type name" LABELREF "a label" HASH "a `sha256:` hash"
%token <uint64_t> INTEGER "an integer" DURATION "a duration"
%token <double> DECIMAL "a decimal number"
%token <enum wc_scan_mode> TSTART "a text"
%token <uint32_t> TEND "the end of the text"
%token TCHUNK "text content" TOPEN "{{" TCLOSE "}}"

%left OR
%left AND
%precedence NOT
%nonassoc EQEQ NE LT LE GT GE
%right QQ
%left PLUS MINUS
%left STAR SLASH
%precedence NEG

%type <struct wc_decl_list> decls
%type <struct wc_decl *> decl use label backend const type_decl fn agent flow test
%type <struct wc_use_name_list> use_names
%type <struct wc_use_name *> use_name
%type <struct wc_name> any_name hash_opt via_opt field_name
%type <struct wc_label_ref_list> accepts_opt taints_opt labels labels_opt
%type <struct wc_field_decl_list> field_decls
%type <struct wc_field_decl *> field_decl
%type <struct wc_variant_decl_list> variants
%type <struct wc_variant_decl *> variant
%type <struct wc_drop_list> drops_opt
%type <struct wc_param_list> params param_list
%type <struct wc_param *> param
%type <struct wc_type *> type shape list_type loop_type
%type <enum wc_type_kind> prim
%type <bool> q_opt
%type <struct wc_range> range_opt range
%type <struct wc_bound> bound
%type <struct wc_limit_list> within_opt within_list
%type <struct wc_limit *> within_item const_num
%type <struct wc_step_list> flow_steps steps
%type <struct wc_step *> step
%type <struct wc_expr *> expr branch block where_opt for_body op postfix primary
%type <struct wf_each> for_names
%type <struct wf_sort> sort_opt
%type <struct wf_count> loop_n
%type <uint64_t> width_opt
%type <struct wc_expr_list> items item_list
%type <struct wc_arm_list> arms
%type <struct wc_arm *> arm
%type <struct wc_pattern_list> patterns
%type <struct wc_pattern *> pattern
%type <struct wc_arg_list> args arg_list fields
%type <struct wc_arg *> arg field
%type <struct wc_string> string string_opt
%type <struct wc_template *> template
%type <struct wc_piece_list> pieces
%type <struct wc_test_item_list> test_items
%type <struct wc_test_item *> test_item

%%
unit: FILE_BEGINS file
    | PROMPT_BEGINS pieces {
	uint32_t end = (uint32_t)parser->source->size;
	NEED(parser->prompt = wc_parser_template(parser, @2, WC_SCAN_PROMPT, 0, end, $2)); }
    ;

file: WRIT INTEGER decls {
	NEW(parser->file);
	parser->file->source = parser->source;
	parser->file->language = wc_parser_version(parser, $2, @2);
	parser->file->decls = $3; } ;

decls: %empty { NONE_OF($$); }
     | decls decl { $$ = $1; $2->span = @2; ADD($$, $2); }
     | decls error { $$ = $1; RESUME(DECL); }
     ;

decl: use | label | backend | const | type_decl | fn | agent | flow | test ;

/* ---- declarations ------------------------------------------------------ */
use: USE use_names FROM string hash_opt {
	NEW($$); $$->kind = WC_DECL_USE; $$->use.names = $2; $$->use.path = $4; $$->use.hash = $5;
	} ;
use_names: use_name { FIRST($$, $1); } | use_names COMMA use_name { $$ = $1; ADD($$, $3); } ;
use_name: any_name { NEW($$); $$->name = $1; }
        | any_name AS any_name { NEW($$); $$->name = $1; $$->as = $3; } ;
any_name: NAME { $$ = name_at(@1); } | TYPENAME { $$ = name_at(@1); } ;
hash_opt: %empty { $$ = no_name; } | HASH { $$ = name_behind(@1, 7); } ;

label: LABEL NAME string {
	NEW($$); $$->kind = WC_DECL_LABEL; $$->name = name_at(@2); $$->label.description = $3; } ;

backend: BACKEND NAME COLON NAME accepts_opt taints_opt {
	NEW($$); $$->kind = WC_DECL_BACKEND; $$->name = name_at(@2); $$->backend.kind = name_at(@4);
	$$->backend.accepts = $5; $$->backend.taints = $6; } ;
accepts_opt: %empty { NONE_OF($$); } | ACCEPTS labels { $$ = $2; } ;
taints_opt: %empty { NONE_OF($$); } | TAINTS labels { $$ = $2; } ;
labels: LABELREF { struct wc_label_ref *l; NEW(l); l->name = name_behind(@1, 1); FIRST($$, l); }
      | labels LABELREF {
	struct wc_label_ref *l; NEW(l); l->name = name_behind(@2, 1); $$ = $1; ADD($$, l); } ;

const: CONST NAME EQ expr {
	NEW($$); $$->kind = WC_DECL_CONST; $$->name = name_at(@2); $$->constant.value = $4; } ;

type_decl: TYPE TYPENAME LBRACE field_decls RBRACE {
	NEW($$); $$->kind = WC_DECL_TYPE; $$->name = name_at(@2);
	$$->type.form = WC_TYPE_FORM_RECORD; $$->type.fields = $4; }
         | TYPE TYPENAME EQ variants {
	NEW($$); $$->kind = WC_DECL_TYPE; $$->name = name_at(@2);
	$$->type.form = WC_TYPE_FORM_VARIANTS; $$->type.variants = $4; }
         | TYPE TYPENAME EQ type {
	wc_parser_no_labels(parser, $4);
	NEW($$); $$->kind = WC_DECL_TYPE; $$->name = name_at(@2);
	$$->type.form = WC_TYPE_FORM_ALIAS; $$->type.alias = $4; }
         ;
field_decls: %empty { NONE_OF($$); } | field_decls field_decl { $$ = $1; ADD($$, $2); } ;
field_decl: field_name COLON type string_opt comma_opt {
	NEW($$); $$->name = $1; $$->type = $3; $$->description = $4;
	$$->described = $4.span.source != NULL; $$->span = joined(@1, @4); } ;
string_opt: %empty { $$ = no_string; } | string ;
comma_opt: %empty | COMMA ;
variants: variant { FIRST($$, $1); } | variants BAR variant { $$ = $1; ADD($$, $3); } ;
variant: NAME { NEW($$); $$->name = name_at(@1); $$->span = @1; }
       | NAME LPAREN type RPAREN {
	NEW($$); $$->name = name_at(@1); $$->payload = $3; $$->span = @$; } ;

fn: FN NAME LPAREN params RPAREN ARROW type drops_opt EQ expr {
	wc_parser_no_labels_in(parser, $4); wc_parser_no_labels(parser, $7);
	NEW($$); $$->kind = WC_DECL_FN; $$->name = name_at(@2); $$->fn.params = $4;
	$$->fn.result = $7; $$->fn.drops = $8; $$->fn.body = $10; } ;
agent: AGENT NAME LPAREN params RPAREN ARROW type VIA NAME drops_opt LBRACE fields RBRACE {
	wc_parser_no_labels_in(parser, $4); wc_parser_no_labels(parser, $7);
	NEW($$); $$->kind = WC_DECL_AGENT; $$->name = name_at(@2); $$->agent.params = $4;
	$$->agent.result = $7; $$->agent.via = name_at(@9); $$->agent.drops = $10;
	$$->agent.settings = $12; } ;
agent: AGENT NAME EQ NAME via_opt LBRACE fields RBRACE {
	NEW($$); $$->kind = WC_DECL_AGENT_COPY; $$->name = name_at(@2);
	$$->agent_copy.from = name_at(@4);
	$$->agent_copy.via = $5; $$->agent_copy.settings = $7; } ;
via_opt: %empty { $$ = no_name; } | VIA NAME { $$ = name_at(@2); } ;
drops_opt: %empty { NONE_OF($$); }
         | drops_opt DROPS labels BECAUSE string {
	struct wc_drop *d; NEW(d); d->labels = $3; d->reason = $5; d->span = joined(@2, @5);
	$$ = $1; ADD($$, d); } ;
params: %empty { NONE_OF($$); } | param_list comma_opt { $$ = $1; } ;
param_list: param { FIRST($$, $1); } | param_list COMMA param { $$ = $1; ADD($$, $3); } ;
param: NAME COLON type { NEW($$); $$->name = name_at(@1); $$->type = $3; $$->span = @$; } ;

/* ---- types ------------------------------------------------------------- */
type: shape q_opt labels_opt { $$ = $1; $$->optional = $2; $$->labels = $3; $$->span = @$; } ;
shape: prim range_opt {
	NEED($$ = wc_parser_type(parser, $1, @$, 0)); $$->range = $2; }
     | TYPENAME { NEED($$ = wc_parser_type(parser, WC_TYPE_NAMED, @1, 0)); $$->name = name_at(@1); }
     | list_type
     ;
prim: TEXT { $$ = WC_TYPE_TEXT; } | INT_ { $$ = WC_TYPE_INT; } | NUMBER_ { $$ = WC_TYPE_NUMBER; }
    | BOOL { $$ = WC_TYPE_BOOL; } ;
list_type: LBRACK shape q_opt RBRACK range_opt {
	NEED($$ = wc_parser_type(parser, WC_TYPE_LIST, @$, $2->depth));
	$$->element = $2; $$->range = $5;
	$2->optional = $3; $2->span = joined(@2, @3); } ;
q_opt: %empty { $$ = false; } | QUESTION { $$ = true; } ;
labels_opt: %empty { NONE_OF($$); } | labels ;
range_opt: %empty { $$ = no_range; } | range { $$ = $1; $$.written = true; $$.span = @1; } ;
range: DOTDOT bound { $$ = no_range; $$.high = $2; }
     | bound DOTDOT { $$ = no_range; $$.low = $1; }
     | bound DOTDOT bound { $$ = no_range; $$.low = $1; $$.high = $3; } ;
bound: INTEGER { $$ = (struct wc_bound){ true, false, wc_parser_int64(parser, $1, @1), 0, @1 }; }
     | DECIMAL { $$ = (struct wc_bound){ true, true, 0, $1, @1 }; }
     | MINUS INTEGER { $$ = (struct wc_bound){ true, false, (int64_t)(0 - $2), 0, @$ }; }
     | MINUS DECIMAL { $$ = (struct wc_bound){ true, true, 0, $2 == 0 ? 0 : -$2, @$ }; } ;

/* ---- the flow ---------------------------------------------------------- */
flow: START NAME LPAREN params RPAREN ARROW type within_opt flow_steps END expr {
	NEW($$); $$->kind = WC_DECL_FLOW; $$->name = name_at(@2); $$->flow.params = $4;
	$$->flow.result = $7;
	$$->flow.within = $8; $$->flow.steps = $9; $$->flow.end = $11; } ;
within_opt: %empty { NONE_OF($$); } | WITHIN within_list { $$ = $2; } ;
within_list: within_item {
	FIRST($$, $1); } | within_list COMMA within_item { $$ = $1; ADD($$, $3); } ;
within_item: NAME COLON const_num { $$ = $3; $$->name = name_at(@1); $$->span = @$; }
           | WIDTH COLON const_num { $$ = $3; $$->name = name_at(@1); $$->span = @$; } ;
const_num: INTEGER {
	NEW($$); $$->kind = WC_EXPR_INTEGER; $$->integer = wc_parser_int64(parser, $1, @1);
	$$->value_span = @1; }
         | DURATION {
	NEW($$); $$->kind = WC_EXPR_DURATION; $$->duration_ms = $1; $$->value_span = @1; }
         | NAME {
	NEW($$); $$->kind = WC_EXPR_NAME; $$->value_name = name_at(@1); $$->value_span = @1; } ;
flow_steps: %empty { NONE_OF($$); }
          | flow_steps step { $$ = $1; ADD($$, $2); }
          | flow_steps error { $$ = $1; RESUME(STEP); } ;
steps: %empty { NONE_OF($$); } | steps step { $$ = $1; ADD($$, $2); } ;
step: NAME EQ expr {
	NEW($$); $$->kind = WC_STEP_LET; $$->name = name_at(@1); $$->expr = $3; $$->span = @$; }
    | NAME COLON type EQ expr {
	wc_parser_no_labels(parser, $3);
	NEW($$); $$->kind = WC_STEP_LET; $$->name = name_at(@1); $$->type = $3; $$->expr = $5;
	$$->span = @$; }
    | DO branch { NEW($$); $$->kind = WC_STEP_DO; $$->expr = $2; $$->span = @$; }
    | REQUIRE expr ELSE template {
	NEW($$); $$->kind = WC_STEP_REQUIRE; $$->expr = $2; $$->message = $4; $$->span = @$; }
    ;

/* ---- expressions ------------------------------------------------------- */
expr: op
    | IF expr THEN branch ELSE branch {
	EXPR($$, IF, @$, wc_depth_max($2->depth, wc_depth_max($4->depth, $6->depth)));
	$$->branch.condition = $2; $$->branch.then = $4; $$->branch.otherwise = $6; }
    | MATCH expr LBRACE arms RBRACE {
	EXPR($$, MATCH, @$, wc_depth_max($2->depth, wc_depth_arms($4)));
	$$->match.of = $2; $$->match.arms = $4; }
    | FOR for_names IN expr where_opt sort_opt width_opt for_body {
	uint32_t head = wc_depth_max(wc_depth_expr($5), wc_depth_expr($6.key));
	EXPR($$, FOR, @$, wc_depth_max(wc_depth_max($4->depth, head), $8->depth));
	$$->each.item = $2.item; $$->each.index = $2.index; $$->each.in = $4; $$->each.where = $5;
	$$->each.sort = $6.key; $$->each.descending = $6.descending;
	$$->each.width = $7; $$->each.width_span = @7; $$->each.body = $8; }
    | LOOP NAME loop_type EQ expr LIMIT loop_n LBRACE steps YIELD expr UNTIL expr RBRACE {
	uint32_t inner = wc_depth_max($5->depth, wc_depth_steps($9));
	EXPR($$, LOOP, @$, wc_depth_max(inner, wc_depth_max($11->depth, $13->depth)));
	$$->loop.state = name_at(@2); $$->loop.type = $3; $$->loop.init = $5;
	$$->loop.limit = $7.value; $$->loop.limit_name = $7.name; $$->loop.limit_span = @7;
	$$->loop.steps = $9; $$->loop.yield = $11; $$->loop.until = $13; }
    | TRY branch ELSE branch {
	EXPR($$, TRY, @$, wc_depth_max($2->depth, $4->depth)); $$->attempt.body = $2;
	$$->attempt.otherwise = $4; }
    ;
loop_n: INTEGER { $$.value = wc_parser_int64(parser, $1, @1); $$.name = no_name; }
      | NAME { $$.value = 0; $$.name = name_at(@1); } ;
loop_type: %empty { $$ = NULL; } | COLON type { wc_parser_no_labels(parser, $2); $$ = $2; } ;
branch: expr | block ;
block: LBRACE steps YIELD expr RBRACE {
	EXPR($$, BLOCK, @$, wc_depth_max(wc_depth_steps($2), $4->depth)); $$->block.steps = $2;
	$$->block.yield = $4; } ;
for_names: NAME { $$.item = name_at(@1); $$.index = no_name; }
         | NAME COMMA NAME { $$.item = name_at(@1); $$.index = name_at(@3); } ;
where_opt: %empty { $$ = NULL; } | WHERE expr { $$ = $2; } ;
sort_opt: %empty { $$.key = NULL; $$.descending = false; }
        | SORT expr { $$.key = $2; $$.descending = false; }
        | SORT expr DESC { $$.key = $2; $$.descending = true; } ;
width_opt: %empty { $$ = 0; } | WIDTH INTEGER { $$ = wc_parser_width(parser, $2, @2); } ;
for_body: YIELD expr { $$ = $2; } | block ;
arms: arm { FIRST($$, $1); } | arms arm { $$ = $1; ADD($$, $2); } ;
arm: patterns ARROW branch comma_opt {
	NEW($$); $$->patterns = $1; $$->body = $3; $$->span = joined(@1, @3); } ;
patterns: pattern { FIRST($$, $1); } | patterns BAR pattern { $$ = $1; ADD($$, $3); } ;
pattern: NAME { NEW($$); $$->kind = WC_PATTERN_VARIANT; $$->name = name_at(@1); $$->span = @$; }
       | NAME LPAREN NAME RPAREN {
	NEW($$); $$->kind = WC_PATTERN_VARIANT; $$->name = name_at(@1); $$->binder = name_at(@3);
	$$->span = @$; }
       | TRUE { NEW($$); $$->kind = WC_PATTERN_TRUE; $$->span = @$; }
       | FALSE { NEW($$); $$->kind = WC_PATTERN_FALSE; $$->span = @$; }
       | NONE { NEW($$); $$->kind = WC_PATTERN_NONE; $$->span = @$; }
       | SOME LPAREN NAME RPAREN {
	NEW($$); $$->kind = WC_PATTERN_SOME; $$->binder = name_at(@3); $$->span = @$; }
       | ELSE { NEW($$); $$->kind = WC_PATTERN_ELSE; $$->span = @$; } ;

op: op OR op { BINARY($$, OR, $1, @2, $3, @$); }
  | op AND op { BINARY($$, AND, $1, @2, $3, @$); }
  | NOT op { EXPR($$, NOT, @$, $2->depth); $$->operand = $2; }
  | op EQEQ op { BINARY($$, EQ, $1, @2, $3, @$); }
  | op NE op { BINARY($$, NE, $1, @2, $3, @$); }
  | op LT op { BINARY($$, LT, $1, @2, $3, @$); }
  | op LE op { BINARY($$, LE, $1, @2, $3, @$); }
  | op GT op { BINARY($$, GT, $1, @2, $3, @$); }
  | op GE op { BINARY($$, GE, $1, @2, $3, @$); }
  | op QQ op { BINARY($$, COALESCE, $1, @2, $3, @$); }
  | op PLUS op { BINARY($$, ADD, $1, @2, $3, @$); }
  | op MINUS op { BINARY($$, SUB, $1, @2, $3, @$); }
  | op STAR op { BINARY($$, MUL, $1, @2, $3, @$); }
  | op SLASH op { BINARY($$, DIV, $1, @2, $3, @$); }
  | MINUS op %prec NEG { NEED($$ = wc_parser_negate(parser, @$, $2, @2)); }
  | postfix
  ;
postfix: primary
       | postfix DOT field_name {
	EXPR($$, FIELD, @$, $1->depth); $$->field.of = $1; $$->field.name = $3; }
       | postfix WITH LBRACE fields RBRACE {
	EXPR($$, WITH, @$, wc_depth_max($1->depth, wc_depth_args($4))); $$->with.of = $1;
	$$->with.fields = $4; } ;
primary: INTEGER { NEED($$ = wc_parser_integer_expr(parser, $1, @1)); }
       | DECIMAL { EXPR($$, NUMBER, @1, 0); $$->number = $1; }
       | DURATION { EXPR($$, DURATION, @1, 0); $$->duration_ms = $1; }
       | TRUE { EXPR($$, BOOL, @1, 0); $$->truth = true; }
       | FALSE { EXPR($$, BOOL, @1, 0); }
       | NONE { EXPR($$, NONE, @1, 0); }
       | SOME LPAREN expr RPAREN { EXPR($$, SOME, @$, $3->depth); $$->operand = $3; }
       | template { EXPR($$, TEMPLATE, @1, wc_depth_template($1)); $$->template = $1; }
       | FILE_ string { EXPR($$, FILE, @$, 0); $$->path = $2; }
       | NAME { EXPR($$, NAME, @1, 0); $$->name = name_at(@1); }
       | NAME LPAREN args RPAREN {
	EXPR($$, CALL, @$, wc_depth_args($3)); $$->call.name = name_at(@1); $$->call.args = $3; }
       | prim LPAREN expr RPAREN {
	EXPR($$, CONVERT, @$, $3->depth); $$->convert.to = $1; $$->convert.operand = $3; }
       | TYPENAME LBRACE fields RBRACE {
	EXPR($$, RECORD, @$, wc_depth_args($3)); $$->record.type = name_at(@1);
	$$->record.fields = $3; }
       | TYPENAME DOT NAME {
	EXPR($$, VARIANT, @$, 0); $$->variant.type = name_at(@1); $$->variant.variant = name_at(@3);
	}
       | TYPENAME DOT NAME LPAREN expr RPAREN {
	EXPR($$, VARIANT, @$, $5->depth); $$->variant.type = name_at(@1);
	$$->variant.variant = name_at(@3);
	$$->variant.payload = $5; }
       | LBRACK items RBRACK {
	EXPR($$, LIST, @$, wc_depth_items($2)); $$->list.first = $2.first; $$->list.len = $2.len; }
       | LPAREN expr RPAREN { $$ = $2; }
       ;
args: %empty { NONE_OF($$); } | arg_list comma_opt { $$ = $1; } ;
arg_list: arg { FIRST($$, $1); } | arg_list COMMA arg { $$ = $1; ADD($$, $3); } ;
arg: expr { NEW($$); $$->value = $1; $$->span = @1; }
   | NAME COLON expr { NEW($$); $$->name = name_at(@1); $$->value = $3; $$->span = @$; } ;
items: %empty { NONE_OF($$); } | item_list comma_opt { $$ = $1; } ;
item_list: expr { FIRST($$, $1); } | item_list COMMA expr { $$ = $1; ADD($$, $3); } ;
fields: %empty { NONE_OF($$); } | fields field { $$ = $1; ADD($$, $2); } ;
field: field_name COLON expr comma_opt {
	NEW($$); $$->name = $1; $$->value = $3; $$->span = joined(@1, @3); }
     | NAME comma_opt {
	NEW($$); $$->name = name_at(@1); $$->shorthand = true; $$->span = @1;
	EXPR($$->value, NAME, @1, 0); $$->value->name = $$->name; } ;

/* Words that are keywords elsewhere but are ordinary names for a field: vm/format/keywords.def. */
field_name: NAME { $$ = name_at(@1); } | field_word { $$ = name_at(@1); } ;
field_word: TEXT | INT_ | NUMBER_ | BOOL | FROM | AS | LABEL | BACKEND | TYPE | AGENT | START | END
          | TEST | FILE_ | GIVEN | LIMIT | WIDTH | USE | VIA | CONST | REPLAY | STUB | SORT | DESC ;

string: TSTART chunks TEND {
	if (!wc_parser_string(parser, @$, $1, @1.end, $3, &$$)) YYABORT; } ;
chunks: %empty | chunks TCHUNK ;
template: TSTART pieces TEND { NEED($$ = wc_parser_template(parser, @$, $1, @1.end, $3, $2)); } ;
pieces: %empty { NONE_OF($$); }
      | pieces TCHUNK { $$ = $1; }
      | pieces TOPEN expr TCLOSE {
	struct wc_piece *p; NEW(p); p->expr = $3;
	p->span = (struct wc_span){ @2.source, @2.end, @4.start };
	$$ = $1; ADD($$, p); } ;

/* ---- tests ------------------------------------------------------------- */
test: TEST string LBRACE test_items RBRACE {
	NEW($$); $$->kind = WC_DECL_TEST; $$->test.title = $2; $$->test.items = $4; } ;
test_items: %empty {
	NONE_OF($$); } | test_items test_item { $$ = $1; $2->span = @2; ADD($$, $2); } ;
test_item: GIVEN NAME EQ expr {
	NEW($$); $$->kind = WC_TEST_ITEM_GIVEN; $$->name = name_at(@2); $$->expr = $4; }
         | STUB NAME ARROW branch {
	NEW($$); $$->kind = WC_TEST_ITEM_STUB; $$->name = name_at(@2); $$->expr = $4; }
         | STUB NAME FAILS { NEW($$); $$->kind = WC_TEST_ITEM_STUB_FAILS; $$->name = name_at(@2); }
         | STUB NAME FAILS NAME { NEW($$); $$->kind = WC_TEST_ITEM_STUB_FAILS;
	$$->name = name_at(@2); $$->failure = name_at(@4); }
         | REPLAY string { NEW($$); $$->kind = WC_TEST_ITEM_REPLAY; $$->string = $2; }
         | EXPECT expr { NEW($$); $$->kind = WC_TEST_ITEM_EXPECT; $$->expr = $2; }
         | EXPECT FAILS { NEW($$); $$->kind = WC_TEST_ITEM_EXPECT_FAILS; }
         | EXPECT FAILS NAME IN NAME {
	NEW($$); $$->kind = WC_TEST_ITEM_EXPECT_FAILS; $$->failure = name_at(@3);
	$$->name = name_at(@5); }
         ;
%%

#include "grammar/report.h"
