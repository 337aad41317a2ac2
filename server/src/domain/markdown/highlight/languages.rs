//! The languages: their names, and how each is read. Those that run on a machine's outside (shells,
//! databases, settings) are in `systems.rs`.

use super::syntax::{
    BACKTICK, C_LIKE, CALLS, CAPITALS, DECORATORS, DIRECTIVES, DOLLARS, DOUBLE, DOUBLE_LINES,
    HEREDOCS, NESTS, NONE, REGEXES, RUST, SINGLE, SYMBOLS, Syntax, TAGS, TRIPLE_DOUBLE,
    TRIPLE_SINGLE, list,
};
use super::systems;

/// How a language is read.
pub(super) enum Grammar {
    Words(&'static Syntax),
    Css,
    Markup,
    Markdown,
    Diff,
}

/// A language, by its names. The first is the one that is shown; endings of files are names, too.
pub(super) struct Language {
    pub(super) name: &'static str,
    /// Parted by blanks.
    pub(super) names: &'static str,
    pub(super) grammar: Grammar,
}

pub(super) const fn words(
    name: &'static str,
    names: &'static str,
    syntax: &'static Syntax,
) -> Language {
    Language { name, names, grammar: Grammar::Words(syntax) }
}

const fn other(name: &'static str, names: &'static str, grammar: Grammar) -> Language {
    Language { name, names, grammar }
}

/// The language of this name, in lower case.
pub(super) fn by_name(name: &str) -> Option<&'static Language> {
    let all = LANGUAGES.iter().chain(systems::LANGUAGES);
    all.into_iter().find(|language| {
        language.name == name
            || !name.is_empty() && language.names.split(' ').any(|known| known == name)
    })
}

/// The language of a file: by its whole name, or by its ending.
pub(super) fn by_filename(filename: &str) -> Option<&'static Language> {
    let name = filename.rsplit(['/', '\\']).next()?.to_ascii_lowercase();
    let whole = match name.as_str() {
        "cmakelists.txt" | "go.mod" | "go.sum" => None,
        "nginx.conf" => Some("nginx"),
        "gemfile" | "rakefile" | "vagrantfile" => Some("ruby"),
        "jenkinsfile" => Some("groovy"),
        "cargo.lock" | "poetry.lock" | "uv.lock" | "pipfile" => Some("toml"),
        ".bashrc" | ".bash_profile" | ".profile" | ".zshrc" | ".env" => Some("bash"),
        ".gitconfig" | ".editorconfig" | ".npmrc" => Some("ini"),
        "makefile" | "gnumakefile" => Some("makefile"),
        _ if name.starts_with("dockerfile") || name.starts_with("containerfile") => {
            Some("dockerfile")
        }
        _ => name.rsplit_once('.').map(|(_, ending)| ending),
    };
    by_name(whole?)
}

pub(super) static LANGUAGES: &[Language] = &[
    words("rust", "rs", &RUST_SYNTAX),
    words("c", "h", &C),
    words("cpp", "c++ cc cxx hpp hh hxx ino arduino objc objective-c m mm", &CPP),
    words("csharp", "cs c# dotnet", &CSHARP),
    words("java", "", &JAVA),
    words("kotlin", "kt kts", &KOTLIN),
    words("swift", "", &SWIFT),
    words("go", "golang", &GO),
    words("python", "py py3 python3 pyi pyw gyp starlark bzl", &PYTHON),
    words("ruby", "rb gemspec rake", &RUBY),
    words("php", "php3 phtml", &PHP),
    words("javascript", "js mjs cjs node jsx", &JAVASCRIPT),
    words("typescript", "ts mts cts tsx", &TYPESCRIPT),
    words("dart", "", &DART),
    words("scala", "sc sbt", &SCALA),
    words("groovy", "gradle", &JAVA),
    words("lua", "luau", &LUA),
    words("haskell", "hs lhs elm purescript purs", &HASKELL),
    words("elixir", "ex exs", &ELIXIR),
    words("r", "rlang rscript", &R),
    words("zig", "zon", &ZIG),
    other("css", "scss sass less", Grammar::Css),
    other("html", "htm xhtml vue svelte", Grammar::Markup),
    other("xml", "svg xsd xsl xslt plist rss atom csproj xaml", Grammar::Markup),
    other("markdown", "md mdown mkd mdx", Grammar::Markdown),
    other("diff", "patch", Grammar::Diff),
];

const RUST_SYNTAX: Syntax = Syntax {
    keywords: list(
        "as async await break const continue crate dyn else enum extern fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait type union unsafe use where while yield",
    ),
    types: list("bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize"),
    constants: list("true false"),
    functions: list("fn"),
    definitions: list("enum struct trait type union"),
    prefixes: list("b c"),
    quotes: &[DOUBLE_LINES, SINGLE],
    flags: NESTS | CAPITALS | CALLS | RUST,
    ..C_LIKE
};

const C: Syntax = Syntax {
    keywords: list(
        "auto break case const constexpr continue default do else enum extern for goto if inline register restrict return sizeof static struct switch typedef typeof union volatile while alignas alignof _Atomic _Generic _Static_assert",
    ),
    types: list(
        "void char short int long float double signed unsigned bool _Bool size_t ssize_t ptrdiff_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t FILE",
    ),
    constants: list("true false NULL nullptr"),
    prefixes: list("L u U u8"),
    flags: CAPITALS | CALLS | DIRECTIVES,
    ..C_LIKE
};

const CPP: Syntax = Syntax {
    keywords: list(
        "alignas alignof and asm auto break case catch class co_await co_return co_yield concept const const_cast consteval constexpr constinit continue decltype default delete do dynamic_cast else enum explicit export extern final for friend goto if import inline module mutable namespace new noexcept not operator or override private protected public register reinterpret_cast requires return sizeof static static_assert static_cast struct switch template this thread_local throw try typedef typeid typename union using virtual volatile while id self super nonatomic strong weak",
    ),
    types: list(
        "void char char8_t char16_t char32_t wchar_t short int long float double signed unsigned bool size_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t string vector map set",
    ),
    constants: list("true false nullptr NULL nil YES NO"),
    prefixes: list("L u U u8 R"),
    flags: CAPITALS | CALLS | DIRECTIVES,
    ..C_LIKE
};

const CSHARP: Syntax = Syntax {
    keywords: list(
        "abstract as async await base break case catch checked class const continue default delegate do else enum event explicit extern finally fixed for foreach from get global goto if implicit in init interface internal is join let lock namespace new operator orderby out override params partial private protected public readonly record ref required return sealed select set sizeof stackalloc static struct switch this throw try typeof unchecked unsafe using value var virtual volatile when where while with yield",
    ),
    types: list(
        "bool byte char decimal double dynamic float int long nint nuint object sbyte short string uint ulong ushort void",
    ),
    definitions: list("class struct enum interface record namespace"),
    quotes: &[TRIPLE_DOUBLE, DOUBLE, SINGLE],
    word_chars: "@",
    flags: CAPITALS | CALLS | DIRECTIVES,
    ..C_LIKE
};

const JAVA: Syntax = Syntax {
    keywords: list(
        "abstract as assert break case catch class const continue def default do else enum exports extends final finally for goto if implements import in instanceof interface module native new non-sealed opens package permits private protected public record requires return sealed static strictfp super switch synchronized this throw throws transient try var volatile when while with yield",
    ),
    types: list("boolean byte char double float int long short void"),
    definitions: list("class enum interface record"),
    quotes: &[TRIPLE_DOUBLE, DOUBLE, SINGLE],
    flags: CAPITALS | CALLS | DECORATORS,
    ..C_LIKE
};

const KOTLIN: Syntax = Syntax {
    keywords: list(
        "abstract actual annotation as break by catch class companion const constructor continue crossinline data do dynamic else enum expect external final finally for fun get if import in infix init inline inner interface internal is lateinit noinline object open operator out override package private protected public reified return sealed set super suspend tailrec this throw try typealias val value var vararg when where while",
    ),
    functions: list("fun"),
    definitions: list("class interface object typealias"),
    quotes: &[TRIPLE_DOUBLE, DOUBLE, SINGLE],
    flags: CAPITALS | CALLS | DECORATORS | NESTS,
    ..C_LIKE
};

const SWIFT: Syntax = Syntax {
    keywords: list(
        "actor any as associatedtype async await break case catch class continue convenience default defer deinit didSet do dynamic else enum extension fallthrough fileprivate final for func get guard if import in indirect infix init inout internal is isolated lazy let mutating nonisolated open operator optional override private protocol public repeat required rethrows return self Self set some static struct subscript super switch throw throws try typealias unowned var weak where while willSet",
    ),
    constants: list("true false nil"),
    functions: list("func"),
    definitions: list("actor class struct enum extension protocol typealias"),
    quotes: &[TRIPLE_DOUBLE, DOUBLE],
    flags: CAPITALS | CALLS | DECORATORS | DIRECTIVES | NESTS,
    ..C_LIKE
};

const GO: Syntax = Syntax {
    keywords: list(
        "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var",
    ),
    types: list(
        "any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr",
    ),
    constants: list("true false nil iota"),
    functions: list("func"),
    definitions: list("type"),
    quotes: &[DOUBLE, SINGLE, super::syntax::BACKTICK_RAW],
    flags: CALLS,
    ..C_LIKE
};

const PYTHON: Syntax = Syntax {
    keywords: list(
        "and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield self cls",
    ),
    types: list("bool bytes complex dict float frozenset int list object set str tuple type"),
    constants: list("True False None"),
    functions: list("def"),
    definitions: list("class"),
    prefixes: list("f r b u rb br fr rf F R B U"),
    line_comments: &["#"],
    quotes: &[TRIPLE_DOUBLE, TRIPLE_SINGLE, DOUBLE, SINGLE],
    flags: CAPITALS | CALLS | DECORATORS,
    ..NONE
};

const RUBY: Syntax = Syntax {
    keywords: list(
        "alias and attr_accessor attr_reader attr_writer begin break case class def defined? do else elsif end ensure extend for if in include loop module next not or private protected public raise redo require require_relative rescue retry return self super then undef unless until when while yield",
    ),
    constants: list("true false nil"),
    functions: list("def"),
    definitions: list("class module"),
    line_comments: &["#"],
    block_comment: Some(("=begin", "=end")),
    quotes: &[DOUBLE_LINES, SINGLE, BACKTICK],
    word_chars: "@",
    flags: CAPITALS | CALLS | SYMBOLS | HEREDOCS | REGEXES | DOLLARS,
    ..NONE
};

const PHP: Syntax = Syntax {
    keywords: list(
        "abstract and array as break callable case catch class clone const continue declare default do echo else elseif empty enddeclare endfor endforeach endif endswitch endwhile enum extends final finally fn for foreach function global goto if implements include include_once instanceof insteadof interface isset list match namespace new or php print private protected public readonly require require_once return static switch throw trait try unset use var while xor yield",
    ),
    types: list("bool float int iterable mixed never object string void self parent"),
    constants: list("true false null TRUE FALSE NULL"),
    functions: list("function"),
    definitions: list("class interface trait enum namespace"),
    line_comments: &["//", "#"],
    quotes: &[DOUBLE_LINES, super::syntax::SINGLE_LINES],
    flags: CAPITALS | CALLS | DOLLARS | HEREDOCS,
    ..C_LIKE
};

const JAVASCRIPT: Syntax = Syntax {
    keywords: list(
        "as async await break case catch class const continue debugger default delete do else export extends finally for from function get if import in instanceof let new of return set static super switch this throw try typeof var void while with yield",
    ),
    constants: list("true false null undefined NaN Infinity"),
    functions: list("function"),
    definitions: list("class"),
    quotes: &[DOUBLE, SINGLE, BACKTICK],
    word_chars: "$",
    flags: CAPITALS | CALLS | REGEXES | TAGS | DECORATORS,
    ..C_LIKE
};

const TYPESCRIPT: Syntax = Syntax {
    keywords: list(
        "abstract as asserts async await break case catch class const continue debugger declare default delete do else enum export extends finally for from function get if implements import in infer instanceof interface is keyof let module namespace new of out override private protected public readonly return satisfies set static super switch this throw try type typeof unique using var void while with yield",
    ),
    types: list("any bigint boolean never number object string symbol unknown"),
    definitions: list("class enum interface namespace type"),
    ..JAVASCRIPT
};

const DART: Syntax = Syntax {
    keywords: list(
        "abstract as assert async await base break case catch class const continue covariant default deferred do else enum export extends extension external factory final finally for get if implements import in interface is late library mixin new on operator part required rethrow return sealed set show static super switch sync this throw try typedef var when while with yield",
    ),
    types: list("bool double dynamic int num void"),
    definitions: list("class enum extension mixin typedef"),
    quotes: &[TRIPLE_DOUBLE, TRIPLE_SINGLE, DOUBLE, SINGLE],
    flags: CAPITALS | CALLS | DECORATORS,
    ..C_LIKE
};

const SCALA: Syntax = Syntax {
    keywords: list(
        "abstract case catch class def derives do else end enum export extends extension final finally for forSome given if implicit import infix inline lazy match new object open opaque override package private protected return sealed super then this throw trait transparent try type using val var while with yield",
    ),
    functions: list("def"),
    definitions: list("class enum object trait type"),
    prefixes: list("s f raw"),
    quotes: &[TRIPLE_DOUBLE, DOUBLE, SINGLE],
    flags: CAPITALS | CALLS | DECORATORS | NESTS,
    ..C_LIKE
};

const LUA: Syntax = Syntax {
    keywords: list(
        "and break continue do else elseif end export for function goto if in local not or repeat return then type until while self",
    ),
    constants: list("true false nil"),
    functions: list("function"),
    line_comments: &["--"],
    block_comment: Some(("--[[", "]]")),
    quotes: &[DOUBLE, SINGLE, super::syntax::LONG_BRACKETS],
    flags: CALLS,
    ..NONE
};

const HASKELL: Syntax = Syntax {
    keywords: list(
        "as case class data default deriving do else exposing family forall foreign hiding if import in infix infixl infixr instance let module newtype of port qualified rec then type where",
    ),
    definitions: list("class data newtype type"),
    line_comments: &["--"],
    block_comment: Some(("{-", "-}")),
    quotes: &[TRIPLE_DOUBLE, DOUBLE],
    word_chars: "'",
    flags: CAPITALS | NESTS,
    ..NONE
};

const ELIXIR: Syntax = Syntax {
    keywords: list(
        "after alias and case catch cond def defdelegate defexception defguard defimpl defmacro defmacrop defmodule defp defprotocol defstruct do else end fn for if import in not or quote raise receive require rescue reraise super throw try unless unquote use when with",
    ),
    constants: list("true false nil"),
    functions: list("def defp defmacro defmacrop"),
    definitions: list("defmodule defprotocol defimpl"),
    line_comments: &["#"],
    quotes: &[TRIPLE_DOUBLE, TRIPLE_SINGLE, DOUBLE_LINES, SINGLE],
    flags: CAPITALS | CALLS | SYMBOLS | DECORATORS,
    ..NONE
};

const R: Syntax = Syntax {
    keywords: list("break else for function if in library next repeat require return while"),
    constants: list("TRUE FALSE NULL NA NaN Inf T F"),
    line_comments: &["#"],
    quotes: &[DOUBLE_LINES, super::syntax::SINGLE_LINES],
    word_chars: ".",
    flags: CALLS,
    ..NONE
};

const ZIG: Syntax = Syntax {
    keywords: list(
        "align allowzero and anyframe asm async await break callconv catch comptime const continue defer else enum errdefer error export extern fn for if inline linksection noalias noinline nosuspend opaque or orelse packed pub resume return struct suspend switch test threadlocal try union unreachable usingnamespace var volatile while",
    ),
    types: list(
        "anyerror anyopaque anytype bool comptime_float comptime_int f16 f32 f64 f128 i8 i16 i32 i64 i128 isize noreturn type u8 u16 u32 u64 u128 usize void",
    ),
    constants: list("true false null undefined"),
    functions: list("fn"),
    block_comment: None,
    flags: CAPITALS | CALLS | DECORATORS,
    ..C_LIKE
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_languages_share_a_name() {
        let all = LANGUAGES.iter().chain(systems::LANGUAGES);
        let mut names: Vec<_> = all
            .flat_map(|language| [language.name].into_iter().chain(language.names.split(' ')))
            .filter(|name| !name.is_empty())
            .collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn files_are_known_by_their_names() {
        let of = |name| by_filename(name).map(|language| language.name);
        assert_eq!(of("src/Main.RS"), Some("rust"));
        assert_eq!(of("Dockerfile.dev"), Some("dockerfile"));
        assert_eq!(of("C:\\x\\Makefile"), Some("makefile"));
        assert_eq!(of("notes.txt"), None);
        assert_eq!(of("LICENSE"), None);
        assert_eq!(of(""), None);
    }
}
