//! `#[derive(Wire)]`: `shared::json::Wire` for a struct with named fields, a struct around one value,
//! or an enum without fields, from the `#[serde(…)]` attributes that stand there for serde. An
//! attribute that is not known here is an error, so that the two never say different things.
//!
//! The libraries that do the same with little code (miniserde and its like) know neither
//! `rename_all` nor `default` nor `skip_serializing_if`, and would need attributes of their own.

mod attributes;

use attributes::{Case, Container, Field};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Error, Fields, FieldsNamed, Result, parse_macro_input};

/// See the crate.
#[proc_macro_derive(Wire, attributes(serde))]
pub fn wire(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let container = Container::of(&input.attrs)?;
    let body = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => named(fields, container.case)?,
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => around_one(),
            Fields::Unnamed(_) | Fields::Unit => {
                return Err(Error::new_spanned(input, "Wire needs named fields, or just one"));
            }
        },
        Data::Enum(data) => without_fields(data, container.case)?,
        Data::Union(_) => return Err(Error::new_spanned(input, "Wire is not for unions")),
    };
    let name = &input.ident;
    let (generics, types, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        impl #generics ::shared::json::Wire for #name #types #bounds { #body }
    })
}

fn around_one() -> TokenStream {
    quote! {
        fn read(json: ::shared::json::Json<'_>) -> Self {
            Self(::shared::json::Wire::read(json))
        }
        fn write(&self, out: &mut ::shared::json::Writer) {
            ::shared::json::Wire::write(&self.0, out);
        }
    }
}

fn named(fields: &FieldsNamed, case: Case) -> Result<TokenStream> {
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        let attributes = Field::of(&field.attrs)?;
        let key = attributes.rename.unwrap_or_else(|| case.of_field(&ident.to_string()));
        if attributes.flatten {
            reads.push(quote! { #ident: ::shared::json::Wire::read(json) });
            writes.push(quote! { ::shared::json::Wire::write_fields(&self.#ident, out); });
            continue;
        }
        reads.push(if attributes.default {
            quote! { #ident: ::shared::json::or_default(json.get(#key)) }
        } else {
            quote! { #ident: ::shared::json::Wire::read(json.get(#key)) }
        });
        let write = quote! {
            out.key(#key);
            ::shared::json::Wire::write(&self.#ident, out);
        };
        writes.push(match attributes.skip_if {
            Some(skip) => quote! { if !#skip(&self.#ident) { #write } },
            None => write,
        });
    }
    Ok(quote! {
        fn read(json: ::shared::json::Json<'_>) -> Self {
            Self { #(#reads,)* }
        }
        fn write(&self, out: &mut ::shared::json::Writer) {
            out.begin('{');
            ::shared::json::Wire::write_fields(self, out);
            out.end('}');
        }
        fn write_fields(&self, out: &mut ::shared::json::Writer) {
            #(#writes)*
        }
    })
}

fn without_fields(data: &DataEnum, case: Case) -> Result<TokenStream> {
    let (mut variants, mut names) = (Vec::new(), Vec::new());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(variant, "Wire is for enums without fields"));
        }
        let attributes = Field::of(&variant.attrs)?;
        let name = variant.ident.to_string();
        names.push(attributes.rename.unwrap_or_else(|| case.of_variant(&name)));
        variants.push(&variant.ident);
    }
    let Some(first) = variants.first() else {
        return Err(Error::new_spanned(&data.variants, "Wire needs a variant"));
    };
    let places = 0..variants.len();
    Ok(quote! {
        fn read(json: ::shared::json::Json<'_>) -> Self {
            match ::shared::json::variant(json, &[#(#names),*]) {
                #(#places => Self::#variants,)*
                _ => Self::#first,
            }
        }
        fn write(&self, out: &mut ::shared::json::Writer) {
            out.text(match self { #(Self::#variants => #names),* });
        }
    })
}
