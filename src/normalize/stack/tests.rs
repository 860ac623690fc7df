use super::super::MaskKind;
use super::super::{NormalizerSpec, RulesSpec, SentrySpec, StackSpec};
use super::*;
use proptest::prelude::*;

fn rules() -> NormalizerSpec {
    NormalizerSpec::Rules(RulesSpec { masks: vec![MaskKind::Number { min_length: 1 }], truncate: None })
}

fn key(spec: &StackSpec, text: Text) -> Key {
    spec.build().unwrap().normalizer.key(text)
}

fn of_trace(stack_trace: &str) -> Text<'_> {
    Text { stack_trace, ..Text::default() }
}

/// The default's key of a trace.
fn default(trace: &str) -> String {
    key(&StackSpec::over(rules()), of_trace(trace)).template
}

#[test]
fn every_language_is_told_by_its_topmost_own_frame() {
    for (trace, expected) in [
        (
            "Traceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\n    run()\n  File \"/srv/shop/cart.py\", line 12, in total\n    x\n  File \"/v/lib/python3.11/site-packages/django/db.py\", line 9, in get\nKeyError: 'a'",
            "KeyError at shop/cart.py total",
        ),
        (
            "java.lang.IllegalStateException: no\n\tat java.util.Objects.requireNonNull(Objects.java:1)\n\tat org.shop.Cart$1.lambda$run$0(Cart.java:12)\n\tat org.shop.Main.main(Main.java:3)",
            "java.lang.IllegalStateException at org.shop.Cart.run",
        ),
        (
            "thread 'main' panicked at src/cart.rs:12:9:\nboom\nstack backtrace:\n   0: rust_begin_unwind\n   1: core::panicking::panic_fmt\n   2: shop::cart::total<u32>::{{closure}}::h0123456789abcdef\n             at ./src/cart.rs:12:9\n",
            "panic at shop::cart::total",
        ),
        (
            "panic: boom\n\ngoroutine 1 [running]:\npanic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:884 +0x213\ngithub.com/shop/cart.(*Cart).Total.func1(0xc000010000)\n\t/app/cart/cart.go:12 +0x1d\n",
            "panic at github.com/shop/cart.Total",
        ),
        (
            "System.InvalidOperationException: no\n   at System.Linq.Enumerable.First[T](IEnumerable`1 source)\n   at Shop.Repository`1.<FindAsync>d__7.MoveNext() in C:\\src\\Repository.cs:line 12",
            "System.InvalidOperationException at Shop.Repository.FindAsync",
        ),
        (
            "app/models/cart.rb:12:in `block (2 levels) in total': no price (NoMethodError)\n\tfrom app/x.rb:7:in `show'",
            "NoMethodError at app/models/cart.rb total",
        ),
        (
            "TypeError: x is undefined\n    at Array.map (<anonymous>)\n    at Object.total (https://cdn.example/js/main.3f2a1b9c.js?v=7:12:9)\n    at /app/node_modules/express/lib/router.js:1:1",
            "TypeError at js/main.js total",
        ),
        (
            "PHP Fatal error:  Uncaught Shop\\CartError: no in /app/src/Cart.php:12\nStack trace:\n#0 /app/src/Api.php(7): Shop\\Cart->total()\n#1 {main}",
            "Shop\\CartError at Shop\\Cart.total",
        ),
    ] {
        assert_eq!(default(trace), expected, "{trace}");
        let found = key(&StackSpec::over(rules()), Text::of_message(&format!("failed:\n{trace}")));
        assert_eq!(found, Key::settled(expected.to_owned()), "in the message");
    }
}

const CHAINED: &str = "org.shop.ApiException: request 17 failed
\tat org.shop.Api.get(Api.java:12)
\tat org.shop.Main.main(Main.java:9)
Caused by: org.shop.CartException: cart 4
\tat org.shop.Cart.total(Cart.java:7)
\t... 2 more
Caused by: java.net.SocketException: reset
\tat java.net.Socket.read(Socket.java:1)
\t... 3 more
";

#[test]
fn parameters_say_what_must_agree() {
    let spec = |text: &str| -> StackSpec {
        toml::from_str(&format!("{text}\nfallback = {{ kind = \"rules\", masks = [] }}")).unwrap()
    };
    for (text, expected) in [
        // The socket's frames are the runtime's; what it shares with its parents is theirs.
        ("", "java.net.SocketException at org.shop.Cart.total"),
        ("exception = \"outermost\"", "org.shop.ApiException at org.shop.Api.get"),
        ("exception = \"none\"", "at org.shop.Cart.total"),
        ("frames = 3", "java.net.SocketException at org.shop.Cart.total < org.shop.Api.get < org.shop.Main.main"),
        ("detail = \"file\"", "java.net.SocketException at Cart.java total"),
        ("detail = \"module\"", "java.net.SocketException at org.shop.Cart"),
        ("not_in_app = [\"org.shop.Cart\"]", "java.net.SocketException at org.shop.Api.get"),
        ("in_app = [\"java.net.\"]", "java.net.SocketException at java.net.Socket.read"),
    ] {
        assert_eq!(key(&spec(text), of_trace(CHAINED)).template, expected, "{text}");
    }
}

#[test]
fn lines_builds_and_recursion_make_no_difference() {
    let trace = |line: usize, lambda: usize, depth: usize| {
        let walk = format!("\tat org.shop.Tree.walk(Tree.java:{line})\n\tat org.shop.Tree.visit(Tree.java:9)\n");
        format!(
            "java.lang.NullPointerException: {line}\n\tat org.shop.Leaf.lambda$read${lambda}(Leaf.java:{line})\n{}\tat org.shop.Main.main(Main.java:{line})",
            walk.repeat(depth)
        )
    };
    let spec = StackSpec { frames: 5, ..StackSpec::over(rules()) };
    let expected = key(&spec, of_trace(&trace(1, 0, 1)));
    assert_eq!(
        expected.template,
        "java.lang.NullPointerException at org.shop.Leaf.read < org.shop.Tree.walk < org.shop.Tree.visit < org.shop.Main.main"
    );
    for (line, lambda, depth) in [(2, 0, 1), (1, 7, 1), (1, 0, 2), (3, 4, 40)] {
        assert_eq!(key(&spec, of_trace(&trace(line, lambda, depth))), expected);
    }
}

#[test]
fn functions_that_only_raise_are_passed_over() {
    let trace = |functions: &[&str]| {
        let calls: Vec<_> = functions.iter().map(|name| format!("\tat org.shop.Json.{name}(Json.java:1)")).collect();
        let calls = calls.join("\n");
        default(&format!("org.shop.JsonException: no\n\tat org.shop.JsonException.of(JsonException.java:1)\n{calls}"))
    };
    for (functions, expected) in [
        (&["syntaxError", "_fail", "throwIfClosed", "read"][..], "read"),
        (&["failover", "read"], "failover"),
        (&["raise", "fail"], "raise"),
    ] {
        assert_eq!(trace(functions), format!("org.shop.JsonException at org.shop.Json.{expected}"), "{functions:?}");
    }
}

#[test]
fn an_overflow_is_told_by_its_cycle_wherever_it_stopped() {
    let trace = |stopped: &str| {
        let round = "\tat org.shop.Tree.walk(Tree.java:1)\n\tat org.shop.Tree.visit(Tree.java:9)\n";
        format!("java.lang.StackOverflowError\n{stopped}{}", round.repeat(500))
    };
    for stopped in ["", "\tat org.shop.Tree.visit(Tree.java:9)\n", "\tat org.shop.Leaf.read(Leaf.java:2)\n"] {
        assert_eq!(default(&trace(stopped)), "java.lang.StackOverflowError at org.shop.Tree.visit");
    }
}

#[test]
fn a_test_is_told_by_its_class_and_what_it_asserted() {
    let failed = |message: &str, test: &str| {
        default(&format!(
            "junit.framework.AssertionFailedError{message}\n\tat junit.framework.Assert.fail(Assert.java:57)\n\tat org.shop.{test}(X.java:3)\n\tat sun.reflect.NativeMethodAccessorImpl.invoke0(Native Method)"
        ))
    };
    let expected = "junit.framework.AssertionFailedError in test org.shop.CartTest: total of";
    assert_eq!(failed(": total of 'a' expected:<1> but was:<2>", "CartTest.testTotal"), expected);
    assert_eq!(failed(": total of 'b' expected:<7> but was:<9>", "CartTest.testSum"), expected);
    assert_ne!(failed(": sum expected:<7> but was:<9>", "CartTest.testSum"), expected);
    // Bare assertions of the same name in sibling classes try the same thing.
    assert_eq!(failed("", "CartTest.testDraw"), failed("", "BasketTest.testDraw"));
    assert_ne!(failed("", "CartTest.testDraw"), failed("", "CartTest.testSum"));
}

#[test]
fn a_framework_is_told_where_a_test_called_it() {
    let trace = |caller: &str| {
        default(&format!(
            "java.lang.NullPointerException\n\tat org.mockito.internal.Mock.make(Mock.java:3)\n\tat {caller}(X.java:3)"
        ))
    };
    assert_eq!(
        trace("org.mockitousage.MockTest.make"),
        "java.lang.NullPointerException at org.mockito.internal.Mock.make"
    );
    assert_eq!(trace("org.shop.Cart.total"), "java.lang.NullPointerException at org.shop.Cart.total");
}

#[test]
fn without_frames_the_fallback_reads_the_message() {
    let spec = StackSpec::over(rules());
    let text = Text { message: "cart 17 is gone", exception_type: "X", stack_trace: "(no trace)" };
    assert_eq!(key(&spec, text), Key::open("cart <number> is gone".to_owned()));
    let system = "java.lang.OutOfMemoryError: Java heap space 12\n\tat java.util.Arrays.copyOf(Arrays.java:1)";
    assert_eq!(key(&spec, of_trace(system)).template, "java.lang.OutOfMemoryError: Java heap space <number>");
    assert_eq!(key(&spec, Text::of_message(system)).template, "java.lang.OutOfMemoryError: Java heap space <number>");
    assert_eq!(key(&spec, Text { stack_trace: "gone 17\nmore", ..Text::default() }).template, "gone <number>");
    assert_eq!(key(&spec, Text::default()).template, "");
}

#[test]
fn the_record_names_the_exception_that_its_trace_does_not() {
    let text = Text { message: "m", exception_type: "X", stack_trace: "\tat org.shop.Cart.total(Cart.java:1)" };
    assert_eq!(key(&StackSpec::over(rules()), text).template, "X at org.shop.Cart.total");
}

#[test]
fn a_miner_may_be_the_fallback() {
    let drain = "kind = \"stack\"\nfallback = { kind = \"drain\", depth = 4, sim_th = 0.5 }";
    let spec: NormalizerSpec = toml::from_str(drain).unwrap();
    let built = spec.build().unwrap();
    assert!(built.miner.is_some() && built.normalizer.reads() == Reads::All);
    assert!(built.normalizer.key(of_trace(CHAINED)).settled);
    assert!(!built.normalizer.key(Text::of_message("cart is gone")).settled);
}

#[test]
fn bad_parameters_are_told() {
    for (text, start) in [
        ("frames = 0\nfallback = { kind = \"rules\", masks = [] }", "normalize.frames is 0: "),
        ("frames = 33\nfallback = { kind = \"rules\", masks = [] }", "normalize.frames is 33: "),
        ("in_app = [\" \"]\nfallback = { kind = \"rules\", masks = [] }", "normalize.in_app has an empty prefix"),
        ("fallback = { kind = \"rules\", masks = [], truncate = 0 }", "normalize.fallback.truncate is 0: "),
        (
            "[fallback]\nkind = \"stack\"\nfallback = { kind = \"rules\", masks = [] }",
            "normalize.fallback looks for stack frames",
        ),
    ] {
        let error = toml::from_str::<StackSpec>(text).unwrap().build().err().unwrap();
        assert!(error.starts_with(start), "{error}");
        let sentry = text.replace("frames = 33", "frames = 999");
        let error = toml::from_str::<SentrySpec>(&sentry).unwrap().build().err().unwrap();
        assert!(error.starts_with(start) || error.starts_with("normalize.frames is 999: "), "{error}");
    }
}

/// Pieces of traces and of what surrounds them.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,20}",
        Just("\n".to_owned()),
        Just("\tat org.shop.Cart.total(Cart.java:1)\n".to_owned()),
        Just("\tat org.shop.CartTest.total(Cart.java:1)\n".to_owned()),
        Just("Caused by: a.B: x < expected '\n".to_owned()),
        Just("\t... 9 more\n".to_owned()),
        Just("  File \"é\", line 1, in f\n".to_owned()),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_has_a_key_of_bounded_length(trace in hostile(), message in hostile()) {
        for spec in [NormalizerSpec::Stack(StackSpec::over(rules())), NormalizerSpec::Sentry(SentrySpec::over(rules()))] {
            let normalizer = spec.build().unwrap().normalizer;
            let text = Text { message: &message, exception_type: "E", stack_trace: &trace };
            let key = normalizer.key(text);
            prop_assert!(key.template.len() <= 64 * 1024);
            prop_assert_eq!(key, normalizer.key(text));
        }
    }
}
