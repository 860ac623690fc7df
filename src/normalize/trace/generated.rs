//! Frames that no one wrote: proxies, accessors and bridges that a framework or compiler makes while the program runs, with
//! numbers in their names.

use super::Frame;

/// A kind of made frame: a part of its class's or function's name.
pub struct Generated {
    pub part: &'static str,
    pub why: &'static str,
    /// `class.function`.
    pub must: &'static [&'static str],
    pub must_not: &'static [&'static str],
}

/// All kinds.
pub const GENERATED: [Generated; 13] = [
    Generated {
        part: "$Proxy",
        why: "java.lang.reflect.Proxy numbers its classes in the order of their making",
        must: &["com.sun.proxy.$Proxy12.save", "jdk.proxy2.$Proxy34.save"],
        must_not: &["org.shop.Proxy.save", "org.shop.CartProxy.save"],
    },
    Generated {
        part: "$$EnhancerBy",
        why: "CGLIB's subclass of a class calls the class's own method next",
        must: &["org.shop.Cart$$EnhancerBySpringCGLIB$$1a2b3c.total", "a.B$$EnhancerByMockitoWithCGLIB$$9f.c"],
        must_not: &["org.shop.EnhancerByHand.total"],
    },
    Generated {
        part: "$$SpringCGLIB$$",
        why: "the same, since Spring 6",
        must: &["org.shop.Cart$$SpringCGLIB$$0.total"],
        must_not: &["org.shop.SpringCGLIB.total"],
    },
    Generated {
        part: "$$FastClass",
        why: "CGLIB's index of a class's methods",
        must: &["org.shop.Cart$$FastClassBySpringCGLIB$$1a2b.invoke"],
        must_not: &["org.shop.FastClass.invoke"],
    },
    Generated {
        part: "$$Lambda",
        why: "the hidden class of a lambda calls the method that holds its body next",
        must: &["org.shop.Cart$$Lambda$14/0x0000000800c03000.run", "org.shop.Cart$$Lambda/0x01.get"],
        must_not: &["org.shop.Cart.lambda$run$0", "org.shop.Lambda.run"],
    },
    Generated {
        part: "GeneratedMethodAccessor",
        why: "reflection makes these after some calls, numbered",
        must: &["sun.reflect.GeneratedMethodAccessor17.invoke", "jdk.internal.reflect.GeneratedMethodAccessor3.invoke"],
        must_not: &["org.shop.MethodAccessor.invoke"],
    },
    Generated {
        part: "ConstructorAccessor",
        why: "reflection again",
        must: &["sun.reflect.GeneratedConstructorAccessor4.newInstance"],
        must_not: &["org.shop.Constructor.newInstance"],
    },
    Generated {
        part: "_$$_",
        why: "Javassist's proxies",
        must: &["org.shop.Cart_$$_jvst4f7_12.total"],
        must_not: &["org.shop.Cart_x.total"],
    },
    Generated {
        part: "$HibernateProxy$",
        why: "Hibernate's lazy entities",
        must: &["org.shop.Cart$HibernateProxy$a8Xk2.total"],
        must_not: &["org.shop.HibernateProxy.total"],
    },
    Generated {
        part: "$ByteBuddy$",
        why: "Byte Buddy's subclasses",
        must: &["org.shop.Cart$ByteBuddy$Zx81.total"],
        must_not: &["net.bytebuddy.ByteBuddy.make"],
    },
    Generated {
        part: "$MockitoMock$",
        why: "mocks",
        must: &["org.shop.Cart$MockitoMock$1804.total"],
        must_not: &["org.shop.MockitoMock.total"],
    },
    Generated {
        part: ".access$",
        why: "javac's bridge to a private member of an outer class",
        must: &["org.shop.Cart.access$000"],
        must_not: &["org.shop.Cart.access"],
    },
    Generated {
        part: "lambda_method",
        why: ".NET's compiled expression trees",
        must: &["DynamicClass.lambda_method17", "System.Dynamic.lambda_method"],
        must_not: &["Shop.Cart.LambdaMethod"],
    },
];

impl Frame {
    /// Whether no one wrote it: see [`GENERATED`].
    #[must_use]
    pub fn is_generated(&self) -> bool {
        let module = self.module.as_deref().unwrap_or_default();
        let function = self.function.as_deref().unwrap_or_default();
        // All parts but one lie in one of both names.
        GENERATED.iter().any(|kind| match kind.part.strip_prefix('.') {
            Some(start) => function.starts_with(start),
            None => module.contains(kind.part) || function.contains(kind.part),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Language;
    use super::*;

    #[test]
    fn the_table_holds() {
        let frame = |name: &str| {
            let (module, function) = name.rsplit_once('.').unwrap();
            Frame {
                file: None,
                module: Some(module.to_owned()),
                function: Some(function.to_owned()),
                line: None,
                language: Language::Jvm,
            }
        };
        for kind in &GENERATED {
            assert!(!kind.why.is_empty());
            for name in kind.must {
                assert!(frame(name).is_generated(), "{name}");
            }
            for name in kind.must_not {
                assert!(!frame(name).is_generated(), "{name}");
            }
        }
    }
}
