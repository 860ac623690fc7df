//! The table of what is cleaned of frames' names: what, why, what must change, what must not.

use super::Language::{DotNet, Go, JavaScript, Jvm, Php, Python, Ruby, Rust};
use super::clean::{Cleaning, Edit, Part};

/// All rows, in the order in which they are applied.
pub const CLEANINGS: [Cleaning; 33] = [
    Cleaning {
        name: "jvm_local_class",
        languages: &[Jvm],
        part: Part::Module,
        needle: "$",
        edit: Edit::Replace(r"\$[0-9]+([A-Za-z_])", "$$${1}"),
        why: "javac numbers a class inside of a method by its order",
        must: &[("shop.Cart$1Rounder", "shop.Cart$Rounder")],
        must_not: &["shop.Cart$Item", "shop.V1Cart"],
    },
    Cleaning {
        name: "scala_closure_class",
        languages: &[Jvm],
        part: Part::Module,
        needle: "$$anonfun",
        edit: Edit::Replace(r"\$\$anonfun.*$", ""),
        why: "Scala before 2.12 makes a class of each function literal",
        must: &[("shop.Cart$$anonfun$total$1", "shop.Cart")],
        must_not: &["shop.Anonfun"],
    },
    Cleaning {
        name: "groovy_closure_class",
        languages: &[Jvm],
        part: Part::Module,
        needle: "_closure",
        edit: Edit::Replace(r"\$_[A-Za-z0-9_$]*_closure[0-9]+$", ""),
        why: "Groovy makes a class of each closure",
        must: &[("shop.Cart$_total_closure2", "shop.Cart")],
        must_not: &["shop.with_closure"],
    },
    Cleaning {
        name: "jvm_anonymous_class",
        languages: &[Jvm],
        part: Part::Module,
        needle: "$",
        edit: Edit::Replace(r"(?:\$[0-9]+)+(\$|$)", "${1}"),
        why: "anonymous classes are numbered by their order in the file",
        must: &[("shop.Cart$1", "shop.Cart"), ("shop.Cart$2$1", "shop.Cart"), ("shop.Cart$12$Item", "shop.Cart$Item")],
        must_not: &["shop.Cart$Item", "com.google.gson.internal.$Gson$Types"],
    },
    Cleaning {
        name: "scala_object",
        languages: &[Jvm],
        part: Part::Module,
        needle: "$",
        edit: Edit::Replace(r"([^.])\$+$", "${1}"),
        why: "a Scala object's methods are static ones of its class as well",
        must: &[("shop.Cart$", "shop.Cart")],
        must_not: &["shop.$Gson$Types", "shop.Cart"],
    },
    Cleaning {
        name: "clojure_counter_class",
        languages: &[Jvm],
        part: Part::Module,
        needle: "__",
        edit: Edit::Replace(r"__[0-9]+", ""),
        why: "Clojure numbers functions over the whole session",
        must: &[("shop.cart$total$fn__1234", "shop.cart$total$fn")],
        must_not: &["shop.cart__init", "shop.my_cart"],
    },
    Cleaning {
        name: "jvm_lambda",
        languages: &[Jvm],
        part: Part::Function,
        needle: "lambda$",
        edit: Edit::Replace(r"^lambda\$(.+)\$[0-9]+$", "${1}"),
        why: "a lambda's body belongs to the method it was written in",
        must: &[("lambda$run$0", "run"), ("lambda$new$12", "new")],
        must_not: &["lambda", "run", "lambdaCount"],
    },
    Cleaning {
        name: "kotlin_lambda",
        languages: &[Jvm],
        part: Part::Function,
        needle: "$lambda",
        edit: Edit::Replace(r"\$lambda[-$][0-9]+", ""),
        why: "as jvm_lambda, the way Kotlin writes it",
        must: &[("run$lambda$0", "run"), ("run$lambda-1$lambda-0", "run")],
        must_not: &["run$lambda", "run"],
    },
    Cleaning {
        name: "scala_lambda",
        languages: &[Jvm],
        part: Part::Function,
        needle: "$anonfun$",
        edit: Edit::Replace(r"^\$anonfun\$(.+?)\$[0-9]+(\$adapted)?$", "${1}"),
        why: "as jvm_lambda, the way Scala writes it",
        must: &[("$anonfun$total$1", "total"), ("$anonfun$total$1$adapted", "total")],
        must_not: &["total", "anonfun"],
    },
    Cleaning {
        name: "jsp_tag",
        languages: &[Jvm],
        part: Part::Function,
        needle: "_jspx_meth_",
        edit: Edit::Replace(r"^(_jspx_meth_.+)_[0-9]+$", "${1}"),
        why: "Jasper numbers the uses of a tag on a page",
        must: &[("_jspx_meth_c_005fif_3", "_jspx_meth_c_005fif")],
        must_not: &["_jspService", "_jspx_meth_c"],
    },
    Cleaning {
        name: "dotnet_arity",
        languages: &[DotNet],
        part: Part::Module,
        needle: "`",
        edit: Edit::Replace(r"`[0-9]+(\[[^\]]*\])?", ""),
        why: "the number of type parameters says nothing of the code",
        must: &[("Shop.Repository`1", "Shop.Repository"), ("Shop.Map`2[K,V]", "Shop.Map")],
        must_not: &["Shop.Repository"],
    },
    Cleaning {
        name: "rust_generics_module",
        languages: &[Rust],
        part: Part::Module,
        needle: "<",
        edit: Edit::Replace(r"([A-Za-z0-9_])(?:::)?<[^<>]*>", "${1}"),
        why: "one function is compiled once for each set of types",
        must: &[
            ("shop::Cart<u32>", "shop::Cart"),
            ("shop::Cart<alloc::vec::Vec<u8>>", "shop::Cart"),
            ("<shop::Cart<u8> as shop::Sum>", "<shop::Cart as shop::Sum>"),
        ],
        must_not: &["<shop::Cart as shop::Sum>", "shop::cart"],
    },
    Cleaning {
        name: "rust_generics",
        languages: &[Rust],
        part: Part::Function,
        needle: "<",
        edit: Edit::Replace(r"([A-Za-z0-9_])(?:::)?<[^<>]*>", "${1}"),
        why: "as rust_generics_module",
        must: &[("total<u32>", "total"), ("total<Option<u8>>", "total")],
        must_not: &["total"],
    },
    Cleaning {
        name: "rust_numbered",
        languages: &[Rust],
        part: Part::Module,
        needle: "#",
        edit: Edit::Replace(r"\{([a-z_]+)#[0-9]+\}", "{${1}}"),
        why: "implementations and closures are numbered by their order",
        must: &[("shop::{impl#3}", "shop::{impl}"), ("shop::run::{closure_env#0}", "shop::run::{closure_env}")],
        must_not: &["shop::impl", "shop::{impl}"],
    },
    Cleaning {
        name: "php_anonymous_class",
        languages: &[Php],
        part: Part::Module,
        needle: "@anonymous",
        edit: Edit::Replace(r"(?s)@anonymous.+$", "@anonymous"),
        why: "an anonymous class carries its file, line and a number",
        must: &[
            ("class@anonymous/app/x.php:12$0", "class@anonymous"),
            ("Shop\\Cart@anonymous:7$1a", "Shop\\Cart@anonymous"),
        ],
        must_not: &["Shop\\anonymous", "class@anonymous"],
    },
    Cleaning {
        name: "php_closure",
        languages: &[Php],
        part: Part::Function,
        needle: "{closure:",
        edit: Edit::Replace(r":[0-9]+\}", "}"),
        why: "from 8.4 on a closure carries its line",
        must: &[("{closure:Shop\\Cart::total():12}", "{closure:Shop\\Cart::total()}")],
        must_not: &["{closure}", "total"],
    },
    Cleaning {
        name: "ruby_template",
        languages: &[Ruby],
        part: Part::Function,
        needle: "___",
        edit: Edit::Replace(r"_(erb|haml|slim|jbuilder|builder)_+[0-9_]+$", "_${1}"),
        why: "a compiled template's method carries a hash and an object id",
        must: &[("_app_views_carts_show_html_erb___4083945_70123", "_app_views_carts_show_html_erb")],
        must_not: &["total___1", "render_erb"],
    },
    Cleaning {
        name: "object_id",
        languages: &[],
        part: Part::Module,
        needle: "0x",
        edit: Edit::Replace(r"0x[0-9a-fA-F]{4,}", "0x"),
        why: "addresses of objects and hidden classes",
        must: &[("#<Class:0x00007f8a>", "#<Class:0x>")],
        must_not: &["shop.v0x1", "0xAB"],
    },
    Cleaning {
        name: "python_parameters",
        languages: &[Python],
        part: Part::Function,
        needle: "[",
        edit: Edit::Replace(r"\[.*\]$", ""),
        why: "pytest names each set of parameters",
        must: &[("test_total[3-eur]", "test_total")],
        must_not: &["<lambda>", "<module>", "test_total"],
    },
    Cleaning {
        name: "js_receiver",
        languages: &[JavaScript],
        part: Part::Module,
        needle: "",
        edit: Edit::Replace(r"^(Object|Function|Module|global|globalThis|window|Window|null|undefined)$", ""),
        why: "V8 names these when it knows no better",
        must: &[("Object", ""), ("Module", "")],
        must_not: &["Cart", "ObjectStore"],
    },
    Cleaning {
        name: "js_query",
        languages: &[JavaScript],
        part: Part::File,
        needle: "",
        edit: Edit::Replace(r"[?#].*$", ""),
        why: "bundlers and caches put versions into the query",
        must: &[("src/cart.js?v=17", "src/cart.js"), ("src/Cart.vue?3f2a", "src/Cart.vue")],
        must_not: &["src/cart.js"],
    },
    Cleaning {
        name: "url_host",
        languages: &[JavaScript],
        part: Part::File,
        needle: "://",
        edit: Edit::Replace(r"^https?://[^/]*/", ""),
        why: "the same file is served from several hosts",
        must: &[("https://cdn.shop.example:8443/js/cart.js", "js/cart.js")],
        must_not: &["js/cart.js"],
    },
    Cleaning {
        name: "url_scheme",
        languages: &[JavaScript],
        part: Part::File,
        needle: "://",
        edit: Edit::Replace(r"^[a-z][a-z0-9+.-]*://(?:/*\./)?", ""),
        why: "bundlers and runtimes invent schemes",
        must: &[("webpack:///./src/cart.ts", "src/cart.ts"), ("webpack-internal:///./src/cart.ts", "src/cart.ts")],
        must_not: &["src/cart.ts"],
    },
    Cleaning {
        name: "js_bundle_hash",
        languages: &[JavaScript],
        part: Part::File,
        needle: "",
        edit: Edit::Code(without_hash),
        why: "bundlers put a hash of the content into the name",
        must: &[
            ("js/main.3f2a1b9c.js", "js/main.js"),
            ("chunk-ABC123.js", "chunk.js"),
            ("chunk-4OYV7NYE.js", "chunk.js"),
            ("assets/index-BxY3_kq2.js", "assets/index.js"),
            ("app.3f2a1b9c55d0e1f2.chunk.js", "app.chunk.js"),
            ("_next/static/chunks/3f2a1b9c55d0e1f2.js", "_next/static/chunks/<hash>.js"),
        ],
        must_not: &[
            "jquery-3.6.0.js",
            "main.bundle.js",
            "utf8-decoder.js",
            "item-ItemList.js",
            "cart-2024.js",
            "cart",
            "a.b.c.js",
        ],
    },
    Cleaning {
        name: "node_modules",
        languages: &[JavaScript],
        part: Part::File,
        needle: "node_modules/",
        edit: Edit::Replace(r"^.*node_modules/", ""),
        why: "where packages are installed differs, pnpm's folders carry versions",
        must: &[
            ("/app/node_modules/express/lib/router.js", "express/lib/router.js"),
            ("/a/node_modules/.pnpm/express@4.18.2/node_modules/express/x.js", "express/x.js"),
        ],
        must_not: &["/app/src/cart.js"],
    },
    Cleaning {
        name: "site_packages",
        languages: &[Python],
        part: Part::File,
        needle: "-packages/",
        edit: Edit::Replace(r"^.*(?:site|dist)-packages/", ""),
        why: "where packages are installed differs",
        must: &[("/venv/lib/python3.11/site-packages/django/core/x.py", "django/core/x.py")],
        must_not: &["/app/shop/my-packages/x.py"],
    },
    Cleaning {
        name: "python_library",
        languages: &[Python],
        part: Part::File,
        needle: "lib/python",
        edit: Edit::Replace(r"^.*lib/python[0-9.]+/", ""),
        why: "the version of the interpreter is no part of the error",
        must: &[("/usr/lib/python3.11/json/decoder.py", "json/decoder.py")],
        must_not: &["/app/python/x.py"],
    },
    Cleaning {
        name: "notebook",
        languages: &[Python],
        part: Part::File,
        needle: "ipy",
        edit: Edit::Replace(r"ipykernel_[0-9]+/[0-9]+|ipython-input-[0-9]+-[0-9a-f]+", "notebook"),
        why: "cells are numbered as they are run",
        must: &[("<ipython-input-3-9a8b7c>", "<notebook>"), ("/tmp/ipykernel_17/123.py", "/tmp/notebook.py")],
        must_not: &["/app/ipython/x.py"],
    },
    Cleaning {
        name: "gem",
        languages: &[Ruby],
        part: Part::File,
        needle: "/gems/",
        edit: Edit::Replace(r"^.*/gems/([A-Za-z0-9_-]+?)-(?:[0-9][0-9A-Za-z.]*|[0-9a-f]{7,})/", "${1}/"),
        why: "a gem's folder carries its version or commit",
        must: &[
            ("/usr/local/bundle/gems/rails-7.0.4/lib/x.rb", "rails/lib/x.rb"),
            ("/b/bundler/gems/net-ssh-3f2a1b9c/lib/x.rb", "net-ssh/lib/x.rb"),
        ],
        must_not: &["/app/models/cart.rb"],
    },
    Cleaning {
        name: "go_module",
        languages: &[Go],
        part: Part::File,
        needle: "/pkg/mod/",
        edit: Edit::Replace(r"^.*/pkg/mod/", ""),
        why: "where modules are cached differs",
        must: &[("/root/go/pkg/mod/github.com/gin-gonic/gin/context.go", "github.com/gin-gonic/gin/context.go")],
        must_not: &["/app/pkg/x.go"],
    },
    Cleaning {
        name: "version_in_path",
        languages: &[],
        part: Part::File,
        needle: "@",
        edit: Edit::Replace(r"@v?[0-9][^/]*", ""),
        why: "an upgrade does not make another error",
        must: &[("github.com/gin-gonic/gin@v1.9.1/context.go", "github.com/gin-gonic/gin/context.go")],
        must_not: &["@shop/cart/index.js", "a@b/x.js"],
    },
    Cleaning {
        name: "cargo_crate",
        languages: &[Rust],
        part: Part::File,
        needle: "/.cargo/",
        edit: Edit::Replace(
            r"^.*/\.cargo/(?:registry/src|git/checkouts)/[^/]+/([A-Za-z0-9_-]+?)(?:-[0-9]+\.[^/]*)?/",
            "${1}/",
        ),
        why: "a crate's folder carries its version",
        must: &[("/root/.cargo/registry/src/index-1949cf8c6b5b557f/tokio-1.37.0/src/x.rs", "tokio/src/x.rs")],
        must_not: &["/app/src/x.rs"],
    },
    Cleaning {
        name: "vendored",
        languages: &[Go, Php, Ruby],
        part: Part::File,
        needle: "/vendor/",
        edit: Edit::Replace(r"^.*/vendor/", ""),
        why: "where packages are installed differs",
        must: &[("/app/vendor/github.com/x/y/z.go", "github.com/x/y/z.go")],
        must_not: &["/app/vendors/x.go"],
    },
];

/// The path without the hashes in its file's name; `<hash>` where the name is nothing else.
fn without_hash(path: &str) -> String {
    let (folders, file) = path.rsplit_once('/').map_or(("", path), |(folders, file)| (folders, file));
    let Some((stem, extension)) = file.rsplit_once('.') else { return path.to_owned() };
    let mut name = String::new();
    let mut rest = stem;
    while !rest.is_empty() {
        let separator = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '.' | '-'));
        let end = separator.map_or(rest.len(), |(at, _)| at);
        let (part, next) = rest.split_at(end);
        let bare = part.trim_start_matches(['.', '-']);
        if name.is_empty() && is_digest(bare) {
            name.push_str("<hash>");
        } else if name.is_empty() || !is_hash(bare) {
            name.push_str(part);
        }
        rest = next;
    }
    let folders = if folders.is_empty() { String::new() } else { format!("{folders}/") };
    format!("{folders}{name}.{extension}")
}

/// At least 16 lower-case hexadecimal digits.
fn is_digest(text: &str) -> bool {
    text.len() >= 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Hexadecimal or upper-case with a digit, at least 6; or 8 of base64url with a digit and both cases.
fn is_hash(text: &str) -> bool {
    let all = |of: fn(u8) -> bool| text.bytes().all(of);
    let any = |of: fn(&u8) -> bool| text.as_bytes().iter().any(of);
    if text.len() < 6 || !any(u8::is_ascii_digit) {
        return false;
    }
    all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        || all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        || text.len() == 8
            && all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && any(u8::is_ascii_uppercase)
            && any(u8::is_ascii_lowercase)
}
