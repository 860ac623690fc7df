//! Whose code a frame is, by where it lies and what it is called.

use super::{Frame, Language};
use std::borrow::Cow;

/// Whose code a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Nobody we know: then it is the application's.
    Application,
    /// A library or framework. Its own test suite is about it: see [`crate::normalize::Stack`].
    Framework,
    /// The language, its standard library, a test harness or build tool.
    Runtime,
}

/// Parts of a path that only libraries lie under.
const FRAMEWORK_PATHS: [&str; 9] = [
    "node_modules/",
    "site-packages/",
    "dist-packages/",
    "/vendor/",
    "/gems/",
    "/rubygems/",
    "/.cargo/registry/",
    "/.cargo/git/",
    "/pkg/mod/",
];

/// Parts of a path that only a runtime lies under.
const RUNTIME_PATHS: [&str; 15] = [
    "/usr/lib/",
    "/usr/local/lib/",
    "/usr/share/",
    "/rustc/",
    "/usr/local/go/src/",
    "/go/src/runtime/",
    "/go/src/testing/",
    "lib/python2",
    "lib/python3",
    "<frozen ",
    "<internal:",
    "node:",
    "/_pytest/",
    "/unittest/",
    "/rustlib/",
];

/// First parts of a module name that runtimes, test harnesses and build tools own.
const RUNTIME_MODULES: [(Language, &[&str]); 4] = [
    (
        Language::Jvm,
        &[
            "java.",
            "javax.",
            "jdk.",
            "sun.",
            "com.sun.",
            "jakarta.",
            "kotlin.",
            "kotlinx.",
            "scala.",
            "groovy.",
            "clojure.",
            "org.codehaus.groovy.",
            "junit.",
            "org.junit.",
            "org.opentest4j.",
            "org.testng.",
            "org.hamcrest.",
            "org.assertj.",
            "org.apache.tools.ant.",
            "org.apache.maven.",
            "org.gradle.",
            "worker.org.gradle.",
            "com.intellij.rt.",
            "android.",
            "androidx.",
            "com.android.",
            "dalvik.",
        ],
    ),
    (Language::DotNet, &["System.", "Microsoft.", "Xunit.", "NUnit.", "MS."]),
    (
        Language::Go,
        &[
            "runtime.",
            "runtime/",
            "testing.",
            "net/http.",
            "net.",
            "reflect.",
            "sync.",
            "internal/",
            "syscall.",
            "os.",
            "io.",
            "encoding/",
        ],
    ),
    (Language::Rust, &["std::", "core::", "alloc::", "test::", "backtrace::", "<std::", "<core::", "<alloc::"]),
];

/// First parts of a module name that libraries own, where their path does not tell.
const FRAMEWORK_MODULES: [(Language, &[&str]); 3] = [
    (
        Language::Jvm,
        &[
            "org.mockito.",
            "com.google.common.",
            "org.springframework.",
            "org.apache.catalina.",
            "org.apache.coyote.",
            "org.apache.tomcat.",
            "org.eclipse.jetty.",
            "org.mortbay.jetty.",
            "io.netty.",
            "io.undertow.",
            "reactor.",
            "io.reactivex.",
            "org.hibernate.",
            "net.bytebuddy.",
            "org.slf4j.",
            "ch.qos.logback.",
            "org.apache.log4j.",
            "org.apache.logging.",
        ],
    ),
    (Language::DotNet, &["Newtonsoft.", "Castle.", "Moq."]),
    (Language::Rust, &["tokio::", "futures", "hyper::", "rayon_core::"]),
];

impl Frame {
    /// Whether runtime, framework or test harness own the frame: such frames say nothing about who changed what.
    #[must_use]
    pub fn is_library(&self) -> bool {
        self.owner() != Owner::Application
    }

    /// Whose code it is.
    #[must_use]
    pub fn owner(&self) -> Owner {
        let file = self.file.as_deref().unwrap_or_default();
        let path = if file.contains('\\') { Cow::Owned(file.replace('\\', "/")) } else { Cow::Borrowed(file) };
        let module = |table| self.module.as_ref().is_some_and(|module| begins(table, self.language, module));
        if FRAMEWORK_PATHS.iter().any(|part| path.contains(part))
            || path.starts_with("vendor/")
            || module(&FRAMEWORK_MODULES)
        {
            Owner::Framework
        } else if RUNTIME_PATHS.iter().any(|part| path.contains(part))
            || (self.language == Language::JavaScript && path.starts_with("internal/"))
            || path.starts_with("native ")
            || module(&RUNTIME_MODULES)
            || self.is_runtime_entry()
        {
            Owner::Runtime
        } else {
            Owner::Application
        }
    }

    fn is_runtime_entry(&self) -> bool {
        let Some(function) = &self.function else { return self.file.is_none() };
        match self.language {
            Language::Rust => {
                self.module.is_none() && self.file.is_none()
                    || function.starts_with("__rust")
                    || function == "rust_begin_unwind"
            }
            Language::Go => function == "panic" && self.module.is_none(),
            Language::JavaScript => self.file.is_none(),
            // A built-in that the runtime calls back from: `array_map`.
            Language::Php => self.file.is_none() && self.module.is_none(),
            _ => false,
        }
    }
}

/// The prefix `runtime.` owns the package `runtime` itself too.
fn begins(table: &[(Language, &[&str])], language: Language, module: &str) -> bool {
    let owns = |prefix: &str| module.starts_with(prefix) || prefix.trim_end_matches(['.', ':']) == module;
    let mut rows = table.iter().filter(|(of, _)| *of == language);
    rows.any(|(_, prefixes)| prefixes.iter().any(|prefix| owns(prefix)))
}

#[cfg(test)]
mod tests {
    use super::super::frame::frame;
    use super::*;

    #[test]
    fn library_frames_are_told_from_application_frames() {
        use Language::{DotNet, Go, JavaScript, Jvm, Php, Python, Ruby, Rust};
        for (language, file, module, function, library) in [
            (Jvm, "Method.java", "java.lang.reflect.Method", "invoke", true),
            (Jvm, "TestCase.java", "junit.framework.TestCase", "runTest", true),
            (Jvm, "Cart.java", "org.shop.Cart", "total", false),
            (Python, "/usr/lib/python3.11/json/decoder.py", "", "decode", true),
            (Python, "/venv/lib/python3.11/site-packages/django/core/x.py", "", "f", true),
            (Python, "/app/shop/cart.py", "", "total", false),
            (JavaScript, "/app/node_modules/express/lib/router.js", "Layer", "handle", true),
            (JavaScript, "node:internal/process/task_queues", "", "f", true),
            (JavaScript, "", "Array", "forEach", true),
            (JavaScript, "webpack:///./src/cart.ts", "", "total", false),
            (Go, "/usr/local/go/src/runtime/panic.go", "runtime", "gopanic", true),
            (
                Go,
                "/root/go/pkg/mod/github.com/gin-gonic/gin@v1.9.1/context.go",
                "github.com/gin-gonic/gin",
                "Next",
                true,
            ),
            (Go, "/src/net/http/server.go", "net/http", "serve", true),
            (Go, "/app/cart/cart.go", "github.com/shop/cart", "Total", false),
            (DotNet, "", "System.Linq.Enumerable", "First", true),
            (DotNet, "C:\\src\\Cart.cs", "Shop.Cart", "Total", false),
            (Php, "/app/vendor/laravel/framework/x.php", "Illuminate\\Pipeline", "handle", true),
            (Php, "/app/src/Cart.php", "Shop\\Cart", "total", false),
            (Php, "", "", "array_map", true),
            (Ruby, "/usr/local/bundle/gems/rails-7.0/lib/x.rb", "", "call", true),
            (Ruby, "app/models/cart.rb", "", "total", false),
            (Rust, "/rustc/abc/library/core/src/option.rs", "core::option", "expect_failed", true),
            (Rust, "./src/cart.rs", "shop::cart", "total", false),
            (Rust, "", "", "rust_begin_unwind", true),
        ] {
            assert_eq!(frame(language, file, module, function).is_library(), library, "{file} {module}");
        }
    }

    #[test]
    fn frameworks_are_told_from_runtimes() {
        for (language, file, module, owner) in [
            (Language::Jvm, "Mock.java", "org.mockito.internal.Mock", Owner::Framework),
            (Language::Jvm, "Assert.java", "org.junit.Assert", Owner::Runtime),
            (Language::Python, "/venv/lib/python3.11/site-packages/x.py", "", Owner::Framework),
            (Language::Python, "/usr/lib/python3.11/json/decoder.py", "", Owner::Runtime),
            (Language::Jvm, "Cart.java", "org.shop.Cart", Owner::Application),
        ] {
            assert_eq!(frame(language, file, module, "f").owner(), owner, "{file} {module}");
        }
    }
}
