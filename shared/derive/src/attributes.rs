//! What the `#[serde(…)]` attributes say, as far as wire types use them. Any other is an error.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Path, Result};

/// How names are written, from `rename_all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    AsIs,
    Camel,
    Snake,
}

impl Case {
    /// A field's name, which is in snake case in the source.
    pub(crate) fn of_field(self, name: &str) -> String {
        if self != Self::Camel {
            return name.to_owned();
        }
        let mut words = name.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |name, word| {
            let (first, rest) = word.split_at(word.len().min(1));
            name + &first.to_ascii_uppercase() + rest
        })
    }

    /// A variant's name, which is in camel case with a capital in the source.
    pub(crate) fn of_variant(self, name: &str) -> String {
        let mut written = String::new();
        for (at, sign) in name.chars().enumerate() {
            let lower = match self {
                Self::AsIs => false,
                Self::Camel => at == 0,
                Self::Snake => true,
            };
            if self == Self::Snake && at > 0 && sign.is_ascii_uppercase() {
                written.push('_');
            }
            written.push(if lower { sign.to_ascii_lowercase() } else { sign });
        }
        written
    }
}

/// What stands at a type.
pub(crate) struct Container {
    pub(crate) case: Case,
}

impl Container {
    pub(crate) fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self { case: Case::AsIs };
        each(attributes, |meta| {
            if meta.path.is_ident("rename_all") {
                found.case = match meta.value()?.parse::<LitStr>()?.value().as_str() {
                    "camelCase" => Case::Camel,
                    "snake_case" => Case::Snake,
                    _ => return Err(meta.error("Wire knows `camelCase` and `snake_case`")),
                };
            } else if !meta.path.is_ident("transparent") {
                return Err(meta.error("Wire does not know this attribute of a type"));
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// What stands at a field or a variant.
#[derive(Default)]
pub(crate) struct Field {
    pub(crate) rename: Option<String>,
    pub(crate) default: bool,
    pub(crate) flatten: bool,
    pub(crate) skip_if: Option<Path>,
}

impl Field {
    pub(crate) fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        each(attributes, |meta| {
            if meta.path.is_ident("rename") {
                found.rename = Some(meta.value()?.parse::<LitStr>()?.value());
            } else if meta.path.is_ident("default") {
                // `default = "…"` is left over where this ends, which is an error.
                found.default = true;
            } else if meta.path.is_ident("flatten") {
                found.flatten = true;
            } else if meta.path.is_ident("skip_serializing_if") {
                found.skip_if = Some(meta.value()?.parse::<LitStr>()?.parse()?);
            } else {
                return Err(meta.error("Wire does not know this attribute of a field"));
            }
            Ok(())
        })?;
        Ok(found)
    }
}

fn each(
    attributes: &[Attribute],
    mut take: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    let mut serde = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    serde.try_for_each(|attribute| attribute.parse_nested_meta(&mut take))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_serde_writes_them() {
        assert_eq!(Case::Camel.of_field("retry_after_ms"), "retryAfterMs");
        assert_eq!(Case::AsIs.of_field("retry_after_ms"), "retry_after_ms");
        assert_eq!(Case::Snake.of_variant("TooFar"), "too_far");
        assert_eq!(Case::Camel.of_variant("TooFar"), "tooFar");
    }

    #[test]
    fn an_attribute_that_is_not_known_is_refused() {
        let alias: Attribute = syn::parse_quote!(#[serde(alias = "user")]);
        assert!(Field::of(std::slice::from_ref(&alias)).is_err());
        assert!(Container::of(&[syn::parse_quote!(#[serde(deny_unknown_fields)])]).is_err());
        let own: Attribute = syn::parse_quote!(#[serde(default = "own")]);
        assert!(Field::of(&[own]).is_err());
        let both: Attribute = syn::parse_quote!(#[serde(default, skip_serializing_if = "x::y")]);
        let field = Field::of(&[both]).ok();
        assert!(field.is_some_and(|field| field.default && field.skip_if.is_some()));
    }
}
