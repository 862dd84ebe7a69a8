/*
 * languages.c - see languages.h: the rows.
 *
 * Enough to make code readable, not to parse it: where a language is subtle
 * (here-documents, regular expressions, nested comments) the row is plain.
 */
#include "config.h"

#include "text/languages.h"

#include <stddef.h>

#define C_COMMENT { "/*", "*/", DELIM_COMMENT | DELIM_LINES }
#define DOUBLE_QUOTED { "\"", "\"", DELIM_ESCAPE }
#define SINGLE_QUOTED { "'", "'", DELIM_ESCAPE }
#define BACK_QUOTED { "`", "`", DELIM_ESCAPE | DELIM_LINES }

const struct language languages[] = {
	{
		.names = "c h",
		.flags = LANG_CALLS | LANG_PREPROCESSOR,
		.comments = { "//" },
		.delims = { C_COMMENT, DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "alignas alignof asm auto break case const constexpr continue default do "
		    "else enum extern for goto if inline nullptr register restrict return "
		    "sizeof static static_assert struct switch thread_local typedef typeof "
		    "union volatile while _Alignas _Alignof _Atomic _Generic _Noreturn "
		    "_Static_assert _Thread_local __attribute__",
		.types =
		    "bool char double float int long short signed unsigned void size_t ssize_t "
		    "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t "
		    "uintptr_t ptrdiff_t off_t time_t pid_t wchar_t FILE va_list _Bool",
		.constants = "true false NULL stdin stdout stderr errno",
	},
	{
		.names = "c++ cpp cxx cc hpp hh hxx cuda",
		.flags = LANG_CALLS | LANG_PREPROCESSOR,
		.comments = { "//" },
		.delims = { C_COMMENT, { "R\"(", ")\"", DELIM_LINES },
			DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "alignas alignof and asm auto break case catch class co_await co_return "
		    "co_yield concept const const_cast consteval constexpr constinit continue "
		    "decltype default delete do dynamic_cast else enum explicit export extern "
		    "final for friend goto if inline mutable namespace new noexcept not "
		    "operator or override private protected public register reinterpret_cast "
		    "requires return sizeof static static_assert static_cast struct switch "
		    "template this thread_local throw try typedef typeid typename union using "
		    "virtual volatile while",
		.types =
		    "bool char char8_t char16_t char32_t double float int long short signed "
		    "unsigned void wchar_t size_t ssize_t int8_t int16_t int32_t int64_t "
		    "uint8_t uint16_t uint32_t uint64_t string string_view vector map set pair "
		    "tuple optional variant unordered_map unordered_set unique_ptr shared_ptr",
		.constants = "true false nullptr NULL std cout cerr cin endl",
	},
	{
		.names = "python py python3 py3 pyi",
		.flags = LANG_CALLS | LANG_AT,
		.comments = { "#" },
		.delims = { { "\"\"\"", "\"\"\"", DELIM_ESCAPE | DELIM_LINES },
			{ "'''", "'''", DELIM_ESCAPE | DELIM_LINES },
			DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "and as assert async await break case class continue def del elif else "
		    "except finally for from global if import in is lambda match nonlocal not "
		    "or pass raise return try while with yield",
		.types =
		    "bool bytes bytearray complex dict float frozenset int list object set str "
		    "tuple type Any Callable Dict Iterable Iterator List Optional Set Tuple "
		    "Union Exception ValueError TypeError KeyError IndexError RuntimeError",
		.constants = "True False None self cls __name__ NotImplemented Ellipsis",
	},
	{
		.names = "javascript js jsx mjs cjs node",
		.flags = LANG_CALLS | LANG_AT | LANG_CAPS,
		.comments = { "//" },
		.delims = { C_COMMENT, BACK_QUOTED, DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "as async await break case catch class const continue debugger default "
		    "delete do else export extends finally for from function get if import in "
		    "instanceof let new of return set static super switch throw try typeof var "
		    "void while with yield",
		.constants = "true false null undefined NaN Infinity this globalThis console",
	},
	{
		.names = "typescript ts tsx mts cts",
		.flags = LANG_CALLS | LANG_AT | LANG_CAPS,
		.comments = { "//" },
		.delims = { C_COMMENT, BACK_QUOTED, DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "abstract as asserts async await break case catch class const continue "
		    "debugger declare default delete do else enum export extends finally for "
		    "from function get if implements import in infer instanceof interface is "
		    "keyof let module namespace new of override private protected public "
		    "readonly return satisfies set static super switch throw try type typeof "
		    "var void while with yield",
		.types = "any bigint boolean never number object string symbol unknown",
		.constants = "true false null undefined NaN Infinity this globalThis console",
	},
	{
		.names = "go golang",
		.flags = LANG_CALLS,
		.comments = { "//" },
		.delims = { C_COMMENT, { "`", "`", DELIM_LINES }, DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "break case chan const continue default defer else fallthrough for func go "
		    "goto if import interface map package range return select struct switch "
		    "type var",
		.types =
		    "any bool byte comparable complex64 complex128 error float32 float64 int "
		    "int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr",
		.constants = "true false nil iota",
	},
	{
		.names = "rust rs",
		.flags = LANG_CALLS | LANG_CAPS,
		.comments = { "//" },
		.delims = { C_COMMENT, { "r#\"", "\"#", DELIM_LINES }, { "#[", "]", DELIM_TYPE },
			{ "#![", "]", DELIM_TYPE }, { "\"", "\"", DELIM_ESCAPE | DELIM_LINES },
			{ "'", "'", DELIM_ESCAPE | DELIM_CHAR } },
		.keywords =
		    "as async await break const continue crate dyn else enum extern fn for if "
		    "impl in let loop match mod move mut pub ref return static struct super "
		    "trait type union unsafe use where while yield macro_rules",
		.types =
		    "bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize",
		.constants = "true false self Self None Some Ok Err",
	},
	{
		.names = "java",
		.flags = LANG_CALLS | LANG_AT | LANG_CAPS,
		.comments = { "//" },
		.delims = { C_COMMENT, { "\"\"\"", "\"\"\"", DELIM_ESCAPE | DELIM_LINES },
			DOUBLE_QUOTED,
			SINGLE_QUOTED },
		.keywords =
		    "abstract assert break case catch class const continue default do else enum "
		    "exports extends final finally for goto if implements import instanceof "
		    "interface module native new non-sealed package permits private protected "
		    "public record requires return sealed static strictfp super switch "
		    "synchronized throw throws transient try var volatile when while yield",
		.types = "boolean byte char double float int long short void",
		.constants = "true false null this",
	},
	{
		.names = "kotlin kt kts",
		.flags = LANG_CALLS | LANG_AT | LANG_CAPS,
		.comments = { "//" },
		.delims = { C_COMMENT, { "\"\"\"", "\"\"\"", DELIM_LINES },
			DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "abstract as break by catch class companion const constructor continue data "
		    "do else enum finally for fun get if import in init inline interface "
		    "internal is lateinit object open operator out override package private "
		    "protected public return sealed set super suspend throw try typealias val "
		    "var vararg when where while",
		.constants = "true false null this it",
	},
	{
		.names = "c# csharp cs",
		.flags = LANG_CALLS | LANG_CAPS | LANG_PREPROCESSOR,
		.comments = { "//" },
		.delims = { C_COMMENT, { "@\"", "\"", DELIM_LINES }, DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "abstract as async await base break case catch checked class const continue "
		    "default delegate do else enum event explicit extern finally fixed for "
		    "foreach get goto if implicit in init interface internal is lock namespace "
		    "new operator out override params private protected public readonly record "
		    "ref return sealed set sizeof stackalloc static struct switch throw try "
		    "typeof unchecked unsafe using var virtual volatile when where while yield",
		.types =
		    "bool byte char decimal double dynamic float int long object sbyte short "
		    "string uint ulong ushort void",
		.constants = "true false null this",
	},
	{
		.names = "swift",
		.flags = LANG_CALLS | LANG_AT | LANG_CAPS,
		.comments = { "//" },
		.delims = { C_COMMENT, { "\"\"\"", "\"\"\"", DELIM_ESCAPE | DELIM_LINES },
			DOUBLE_QUOTED },
		.keywords =
		    "actor as associatedtype async await break case catch class continue "
		    "default defer deinit do else enum extension fallthrough fileprivate for "
		    "func guard if import in indirect init inout internal is lazy let mutating "
		    "open operator override private protocol public repeat required return some "
		    "static struct subscript super switch throw throws try typealias var weak "
		    "where while",
		.constants = "true false nil self Self",
	},
	{
		.names = "sh bash shell zsh ksh console shell-session shellsession",
		.flags = LANG_DOLLAR | LANG_WORD_COMMENT | LANG_DASH,
		.comments = { "#" },
		.delims = { { "'", "'", DELIM_LINES }, { "\"", "\"", DELIM_ESCAPE | DELIM_LINES },
			{ "`", "`", DELIM_ESCAPE } },
		.keywords =
		    "break case continue do done elif else esac eval exec exit export fi for "
		    "function if in local readonly return select set shift source then time "
		    "trap unset until while declare",
		.types =
		    "alias awk cat cd chmod chown cp curl cut docker echo find git grep head "
		    "kill ls make mkdir mv npm pip printf pwd python python3 read rm sed sort "
		    "sudo tail tar test touch tr uniq wc xargs apt apt-get aws ssh",
		.constants = "true false",
	},
	{
		.names = "powershell ps1 pwsh",
		.flags = LANG_DOLLAR | LANG_NOCASE | LANG_DASH,
		.comments = { "#" },
		.delims = { { "<#", "#>", DELIM_COMMENT | DELIM_LINES },
			{ "\"", "\"", DELIM_LINES },
			{ "'", "'", DELIM_LINES } },
		.keywords =
		    "begin break catch class continue data do dynamicparam else elseif end exit "
		    "filter finally for foreach function if in param process return switch "
		    "throw trap try until using while",
	},
	{
		.names = "json jsonc json5 jsonl ndjson geojson",
		.flags = LANG_KEY_STRING,
		.comments = { "//" },
		.delims = { C_COMMENT, DOUBLE_QUOTED, SINGLE_QUOTED },
		.constants = "true false null NaN Infinity",
	},
	{
		.names = "yaml yml",
		.flags = LANG_KEY_COLON | LANG_WORD_COMMENT | LANG_DASH,
		.comments = { "#" },
		.delims = { DOUBLE_QUOTED, { "'", "'", DELIM_LINES } },
		.constants = "true false null yes no on off True False",
	},
	{
		.names = "toml",
		.flags = LANG_KEY_EQUALS | LANG_DASH,
		.comments = { "#" },
		.delims = { { "\"\"\"", "\"\"\"", DELIM_ESCAPE | DELIM_LINES },
			{ "'''", "'''", DELIM_LINES }, DOUBLE_QUOTED, { "'", "'", 0 } },
		.constants = "true false inf nan",
	},
	{
		.names = "ini cfg conf dosini properties desktop systemd env dotenv gitconfig",
		.flags = LANG_KEY_EQUALS | LANG_WORD_COMMENT | LANG_DASH,
		.comments = { ";", "#" },
		.delims = { DOUBLE_QUOTED },
		.constants = "true false yes no on off",
	},
	{
		.names = "sql mysql postgresql postgres psql sqlite plsql tsql",
		.flags = LANG_NOCASE | LANG_CALLS,
		.comments = { "--" },
		.delims = { C_COMMENT, { "'", "'", DELIM_LINES }, { "\"", "\"", 0 },
			{ "`", "`", 0 } },
		.keywords =
		    "add all alter analyze and any as asc begin between by case check column "
		    "commit conflict constraint create cross database default delete desc "
		    "distinct do drop each else end except exists explain filter for foreign "
		    "from full function grant group having if ilike in index inner insert "
		    "intersect into is join key left like limit not nothing null offset on or "
		    "order outer over partition primary procedure references replace returning "
		    "revoke right rollback row rows schema select set table temp temporary then "
		    "transaction trigger truncate union unique update using values view when "
		    "where with",
		.types =
		    "bigint binary blob bool boolean char date datetime decimal double enum "
		    "float int integer json jsonb numeric precision real serial smallint text "
		    "time timestamp timestamptz tinyint uuid varbinary varchar",
		.constants = "true false current_date current_time current_timestamp",
	},
	{
		.names = "html xml xhtml svg htm xsl xsd plist vue svelte rss atom",
		.flags = LANG_MARKUP | LANG_DASH,
		.delims = { { "<!--", "-->", DELIM_COMMENT | DELIM_LINES },
			{ "<![CDATA[", "]]>", DELIM_LINES } },
	},
	{
		.names = "css scss less sass",
		.flags = LANG_DASH | LANG_AT | LANG_KEY_COLON | LANG_DOLLAR | LANG_CALLS,
		.comments = { "//" },
		.delims = { C_COMMENT, DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords = "important and not only from to",
		.constants =
		    "auto none inherit initial unset solid block inline flex grid absolute "
		    "relative fixed sticky hidden center",
	},
	{
		.names = "make makefile mk gnumake",
		.flags = LANG_DOLLAR | LANG_KEY_COLON | LANG_KEY_EQUALS | LANG_WORD_COMMENT |
		    LANG_FIRST_WORD | LANG_DASH,
		.comments = { "#" },
		.delims = { { "\"", "\"", DELIM_ESCAPE }, { "'", "'", 0 } },
		.keywords =
		    "define else endef endif export if ifdef ifeq ifndef ifneq include override "
		    "private undefine unexport vpath -include sinclude",
	},
	{
		.names = "cmake",
		.flags = LANG_CALLS | LANG_DOLLAR | LANG_NOCASE,
		.comments = { "#" },
		.delims = { { "#[[", "]]", DELIM_COMMENT | DELIM_LINES }, DOUBLE_QUOTED },
		.keywords =
		    "if elseif else endif foreach endforeach while endwhile function "
		    "endfunction macro endmacro return include set",
		.constants = "true false on off public private interface required version",
	},
	{
		.names = "diff patch udiff",
		.flags = LANG_DIFF,
	},
	{
		.names = "dockerfile docker containerfile",
		.flags = LANG_DOLLAR | LANG_WORD_COMMENT | LANG_NOCASE | LANG_FIRST_WORD |
		    LANG_DASH,
		.comments = { "#" },
		.delims = { DOUBLE_QUOTED, { "'", "'", 0 } },
		.keywords =
		    "add arg cmd copy entrypoint env expose from healthcheck label maintainer "
		    "onbuild run shell stopsignal user volume workdir",
	},
	{
		.names = "lua luau",
		.flags = LANG_CALLS,
		.comments = { "--" },
		.delims = { { "--[[", "]]", DELIM_COMMENT | DELIM_LINES },
			{ "[[", "]]", DELIM_LINES },
			DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "and break do else elseif end for function goto if in local not or repeat "
		    "return then until while",
		.constants = "true false nil self _G",
	},
	{
		.names = "ruby rb gemfile rake",
		.flags = LANG_CALLS | LANG_CAPS | LANG_AT,
		.comments = { "#" },
		.delims = { { "=begin", "=end", DELIM_COMMENT | DELIM_LINES | DELIM_LINE_START },
			{ "\"", "\"", DELIM_ESCAPE | DELIM_LINES },
			{ "'", "'", DELIM_ESCAPE | DELIM_LINES }, { "`", "`", DELIM_ESCAPE } },
		.keywords =
		    "alias and attr_accessor attr_reader attr_writer begin break case class def "
		    "defined do else elsif end ensure extend for if in include loop module next "
		    "not or private protected public raise redo require require_relative rescue "
		    "retry return super then undef unless until when while yield",
		.constants = "true false nil self __FILE__ __LINE__",
	},
	{
		.names = "perl pl pm",
		.flags = LANG_CALLS | LANG_DOLLAR,
		.comments = { "#" },
		.delims = { { "=pod", "=cut", DELIM_COMMENT | DELIM_LINES | DELIM_LINE_START },
			{ "=head", "=cut", DELIM_COMMENT | DELIM_LINES | DELIM_LINE_START },
			{ "\"", "\"", DELIM_ESCAPE | DELIM_LINES },
			{ "'", "'", DELIM_ESCAPE | DELIM_LINES }, { "`", "`", DELIM_ESCAPE } },
		.keywords =
		    "and cmp continue die do else elsif eq eval exit for foreach ge goto gt if "
		    "last le local lt my ne next no not or our package print redo require "
		    "return say sub unless until use wantarray while x xor",
		.constants = "undef __PACKAGE__ __FILE__ __LINE__ STDIN STDOUT STDERR",
	},
	{
		.names = "php",
		.flags = LANG_CALLS | LANG_DOLLAR | LANG_CAPS,
		.comments = { "//", "#" },
		.delims = { C_COMMENT, { "#[", "]", DELIM_TYPE },
			{ "\"", "\"", DELIM_ESCAPE | DELIM_LINES },
			{ "'", "'", DELIM_ESCAPE | DELIM_LINES } },
		.keywords =
		    "abstract and as break case catch class clone const continue declare "
		    "default do echo else elseif empty enum extends final finally fn for "
		    "foreach function global goto if implements include include_once instanceof "
		    "insteadof interface isset list match namespace new or print private "
		    "protected public readonly require require_once return static switch throw "
		    "trait try unset use var while xor yield",
		.types = "array bool callable float int iterable mixed never object string void",
		.constants = "true false null self parent this TRUE FALSE NULL php",
	},
	{
		.names = "haskell hs",
		.flags = LANG_CAPS,
		.comments = { "--" },
		.delims = { { "{-", "-}", DELIM_COMMENT | DELIM_LINES }, DOUBLE_QUOTED,
			{ "'", "'", DELIM_ESCAPE | DELIM_CHAR } },
		.keywords =
		    "case class data default deriving do else forall foreign if import in infix "
		    "infixl infixr instance let module newtype of qualified then type where",
	},
	{
		.names = "lisp scheme clojure clj elisp emacs-lisp racket",
		.flags = LANG_DASH,
		.comments = { ";" },
		.delims = { { "#|", "|#", DELIM_COMMENT | DELIM_LINES },
			{ "\"", "\"", DELIM_ESCAPE | DELIM_LINES } },
		.keywords =
		    "and begin case cond define defmacro defn defun defvar do fn if import "
		    "lambda let letrec loop not ns or progn quote recur require set setq unless "
		    "when while",
		.constants = "nil t true false",
	},
	{
		.names = "r rlang",
		.flags = LANG_CALLS,
		.comments = { "#" },
		.delims = { DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "break else for function if in library next repeat require return while",
		.constants = "TRUE FALSE NULL NA NaN Inf",
	},
	{
		.names = "terraform hcl tf",
		.flags = LANG_CALLS | LANG_KEY_EQUALS | LANG_DASH,
		.comments = { "#", "//" },
		.delims = { C_COMMENT, DOUBLE_QUOTED },
		.keywords =
		    "data dynamic for for_each if in locals module moved output provider "
		    "provisioner resource terraform variable",
		.types = "any bool list map number object set string tuple",
		.constants = "true false null",
	},
	{
		.names = "graphql gql proto protobuf thrift",
		.flags = LANG_CAPS | LANG_AT,
		.comments = { "#", "//" },
		.delims = { C_COMMENT, { "\"\"\"", "\"\"\"", DELIM_LINES },
			DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "enum extend extends fragment import input interface message mutation on "
		    "oneof option package query repeated reserved returns rpc scalar schema "
		    "service stream subscription syntax type union optional required",
		.types =
		    "bool bytes double fixed32 fixed64 float int32 int64 sint32 sint64 string "
		    "uint32 uint64 map",
		.constants = "true false null",
	},
	{
		.names = "asm nasm gas assembly s x86asm",
		.flags = LANG_NOCASE | LANG_FIRST_WORD | LANG_KEY_COLON,
		.comments = { ";", "#" },
		.delims = { C_COMMENT, DOUBLE_QUOTED, SINGLE_QUOTED },
		.keywords =
		    "add and b bl br call cmp cmovz dec div idiv imul inc int ja jae jb jbe je "
		    "jg jge jl jle jmp jne jnz jz lea ldr leave loop mov movsx movzx mul neg "
		    "nop not or pop push ret sar shl shr str sub syscall test xchg xor",
	},
};

const int languages_count = sizeof languages / sizeof *languages;
