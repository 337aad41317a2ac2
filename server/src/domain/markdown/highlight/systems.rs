//! The languages around a program: shells, databases, settings, recipes for building.

use super::languages::{Language, words};
use super::syntax::{
    BACKTICK, CALLS, CAPITALS, COMMANDS, DOLLARS, DOUBLE, DOUBLE_LINES, FOLDS, HEREDOCS, NONE,
    SECTIONS, SINGLE, SINGLE_RAW, Syntax, TRIPLE_DOUBLE, TRIPLE_SINGLE, list,
};

pub(super) static LANGUAGES: &[Language] = &[
    words("bash", "sh shell zsh ksh fish console shell-session shellsession", &SHELL),
    words("powershell", "ps1 psm1 psd1 pwsh ps", &POWERSHELL),
    words("batch", "bat cmd", &BATCH),
    words("sql", "postgresql postgres psql mysql sqlite plsql tsql mariadb", &SQL),
    words("json", "json5 jsonc jsonl ndjson webmanifest geojson ipynb", &JSON),
    words("yaml", "yml", &YAML),
    words("toml", "", &TOML),
    words("ini", "cfg conf properties dotenv env editorconfig service desktop", &INI),
    words("dockerfile", "docker containerfile", &DOCKERFILE),
    words("makefile", "make mk mak", &MAKEFILE),
    words("nginx", "nginxconf caddyfile", &NGINX),
    words("hcl", "tf terraform tfvars", &HCL),
    words("graphql", "gql", &GRAPHQL),
    words("protobuf", "proto", &PROTOBUF),
    words("perl", "pl pm", &PERL),
    words("clojure", "clj cljs edn lisp scheme scm el elisp racket", &CLOJURE),
    words("nix", "", &NIX),
];

const SHELL: Syntax = Syntax {
    keywords: list(
        "if then else elif fi for while until do done case esac in function select time return local export readonly declare typeset unset set source exit break continue trap shift eval exec sudo end begin",
    ),
    constants: list("true false"),
    functions: list("function"),
    line_comments: &["#"],
    quotes: &[DOUBLE_LINES, SINGLE_RAW, BACKTICK],
    word_chars: "-./@",
    flags: DOLLARS | HEREDOCS | COMMANDS,
    ..NONE
};

const POWERSHELL: Syntax = Syntax {
    keywords: list(
        "begin break catch class continue data do dynamicparam else elseif end enum exit filter finally for foreach from function if in param process return switch throw trap try until using while",
    ),
    functions: list("function filter"),
    definitions: list("class enum"),
    line_comments: &["#"],
    block_comment: Some(("<#", "#>")),
    quotes: &[DOUBLE_LINES, SINGLE_RAW],
    word_chars: "-",
    flags: FOLDS | DOLLARS | COMMANDS | CALLS,
    ..NONE
};

const BATCH: Syntax = Syntax {
    keywords: list(
        "call cd do echo else endlocal exist exit for goto if in not pause set setlocal shift start",
    ),
    line_comments: &["::", "rem ", "REM "],
    quotes: &[DOUBLE],
    flags: FOLDS,
    ..NONE
};

const SQL: Syntax = Syntax {
    keywords: list(
        "add all alter analyze and any as asc begin between by cascade case cast check collate column commit conflict constraint create cross current database default deferrable delete desc distinct do drop else end escape except exists explain fetch filter first following for foreign from full function generated grant group having if ignore in index inner insert instead intersect into is join key language last lateral left like limit materialized natural not nothing nulls of offset on only or order outer over partition plan pragma preceding primary procedure range recursive references reindex rename replace restrict returning returns revoke right rollback row rows savepoint select set table temp temporary then to transaction trigger truncate unbounded union unique update using vacuum values view virtual when where window with without",
    ),
    types: list(
        "array bigint bigserial binary bit blob bool boolean bytea char character date datetime decimal double enum float inet int integer interval json jsonb money nchar numeric nvarchar precision real serial smallint text time timestamp timestamptz tinyint uuid varchar varying xml",
    ),
    constants: list("true false null unknown"),
    line_comments: &["--"],
    block_comment: Some(("/*", "*/")),
    quotes: &[SINGLE_RAW, super::syntax::DOUBLE_RAW, BACKTICK],
    flags: FOLDS | CALLS | DOLLARS,
    ..NONE
};

const JSON: Syntax = Syntax {
    constants: list("true false null NaN Infinity"),
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    key_ends: ":",
    ..NONE
};

const YAML: Syntax = Syntax {
    constants: list("true false null yes no on off True False Null ~"),
    line_comments: &["#"],
    quotes: &[DOUBLE_LINES, SINGLE],
    word_chars: "-./",
    key_ends: ":",
    ..NONE
};

const TOML: Syntax = Syntax {
    constants: list("true false inf nan"),
    line_comments: &["#"],
    quotes: &[TRIPLE_DOUBLE, TRIPLE_SINGLE, DOUBLE, SINGLE_RAW],
    word_chars: "-",
    key_ends: "=",
    flags: SECTIONS,
    ..NONE
};

const INI: Syntax = Syntax {
    constants: list("true false yes no on off"),
    line_comments: &["#", ";"],
    word_chars: "-./",
    key_ends: "=:",
    flags: FOLDS | SECTIONS,
    ..NONE
};

const DOCKERFILE: Syntax = Syntax {
    keywords: list(
        "ADD ARG AS CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR",
    ),
    line_comments: &["#"],
    word_chars: "-./@",
    flags: DOLLARS | HEREDOCS,
    ..NONE
};

const MAKEFILE: Syntax = Syntax {
    keywords: list(
        "define else endef endif export ifdef ifeq ifndef ifneq include override private undefine unexport vpath .PHONY",
    ),
    line_comments: &["#"],
    word_chars: "-./",
    key_ends: "=:",
    flags: DOLLARS,
    ..NONE
};

const NGINX: Syntax = Syntax {
    constants: list("on off"),
    line_comments: &["#"],
    word_chars: "-./",
    flags: DOLLARS | COMMANDS,
    ..NONE
};

const HCL: Syntax = Syntax {
    keywords: list(
        "data dynamic for if in locals module moved output provider resource terraform variable",
    ),
    types: list("any bool list map number object set string tuple"),
    constants: list("true false null"),
    line_comments: &["#", "//"],
    block_comment: Some(("/*", "*/")),
    quotes: &[DOUBLE],
    word_chars: "-",
    key_ends: "=",
    flags: CALLS | HEREDOCS,
    ..NONE
};

const GRAPHQL: Syntax = Syntax {
    keywords: list(
        "directive enum extend fragment implements input interface mutation on query scalar schema subscription type union",
    ),
    constants: list("true false null"),
    definitions: list(
        "enum fragment input interface mutation query scalar subscription type union",
    ),
    line_comments: &["#"],
    quotes: &[TRIPLE_DOUBLE, DOUBLE],
    flags: CAPITALS | DOLLARS | super::syntax::DECORATORS,
    ..NONE
};

const PROTOBUF: Syntax = Syntax {
    keywords: list(
        "enum extend extensions import map message oneof option optional package public repeated required reserved returns rpc service stream syntax to",
    ),
    types: list(
        "bool bytes double fixed32 fixed64 float int32 int64 sfixed32 sfixed64 sint32 sint64 string uint32 uint64",
    ),
    constants: list("true false"),
    functions: list("rpc"),
    definitions: list("enum message service"),
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    flags: CAPITALS,
    ..NONE
};

const PERL: Syntax = Syntax {
    keywords: list(
        "and cmp continue die do each else elsif eq foreach for ge goto gt if last le lt my ne next no not or our package print redo require return say sub undef unless until use while xor",
    ),
    functions: list("sub"),
    definitions: list("package"),
    line_comments: &["#"],
    quotes: &[DOUBLE_LINES, super::syntax::SINGLE_LINES, BACKTICK],
    flags: CALLS | DOLLARS | HEREDOCS | super::syntax::REGEXES,
    ..NONE
};

const CLOJURE: Syntax = Syntax {
    keywords: list(
        "and case catch cond def define defmacro defmethod defmulti defn defn- defprotocol defrecord defun defvar do doseq dotimes fn for if if-let lambda let let* letrec loop ns or progn quote recur require set! setq throw try unless when when-let",
    ),
    constants: list("true false nil t #t #f"),
    functions: list("defn defn- defun defmacro define"),
    line_comments: &[";"],
    quotes: &[DOUBLE_LINES],
    word_chars: "-?!*",
    flags: super::syntax::SYMBOLS,
    ..NONE
};

const NIX: Syntax = Syntax {
    keywords: list("assert else if import in inherit let or rec then with"),
    constants: list("true false null"),
    line_comments: &["#"],
    block_comment: Some(("/*", "*/")),
    quotes: &[super::syntax::NIX_LINES, DOUBLE_LINES],
    word_chars: "-'",
    key_ends: "=",
    ..NONE
};
