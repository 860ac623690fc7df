//! Pairs of a trace and a diff as they come in five languages: the guilty change, and one of the same service that is not.

use super::*;
use crate::model::Instant;
use crate::triage::PairCase;

struct Language {
    trace: &'static str,
    guilty: &'static str,
    innocent: &'static str,
}

const PYTHON: Language = Language {
    trace: r#"Traceback (most recent call last):
  File "/app/.venv/lib/python3.12/site-packages/flask/app.py", line 1511, in wsgi_app
    response = self.full_dispatch_request()
  File "/app/shop/views/checkout.py", line 41, in submit_order
    total = pricing.order_total(cart)
  File "/app/shop/pricing.py", line 27, in order_total
    return sum(item.price for item in cart.items)
AttributeError: 'NoneType' object has no attribute 'items'
"#,
    guilty: "diff --git a/shop/pricing.py b/shop/pricing.py
--- a/shop/pricing.py
+++ b/shop/pricing.py
@@ -22,8 +22,6 @@ def order_total(cart):
     \"\"\"Price of everything in the cart.\"\"\"
     log.debug('order total')
 
-    if cart is None:
-        return Decimal(0)
 
     # discounts are applied later
     return sum(item.price for item in cart.items)
",
    innocent: "diff --git a/shop/mailer.py b/shop/mailer.py
--- a/shop/mailer.py
+++ b/shop/mailer.py
@@ -10,7 +10,7 @@ def send_receipt(user):
     subject = 'Your receipt'
-    smtp.send(user.email, subject)
+    smtp.send(user.email, subject, retries=3)
     return True
",
};

const TYPESCRIPT: Language = Language {
    trace: "TypeError: Cannot read properties of undefined (reading 'currency')
    at formatPrice (webpack:///./src/cart/format.ts:18:27)
    at renderLine (webpack:///./src/cart/line.tsx:44:12)
    at renderWithHooks (webpack:///./node_modules/react-dom/cjs/react-dom.development.js:14985:18)
",
    guilty: "diff --git a/web/src/cart/format.ts b/web/src/cart/format.ts
--- a/web/src/cart/format.ts
+++ b/web/src/cart/format.ts
@@ -15,5 +15,4 @@ export function formatPrice(price?: Price): string {
   const locale = currentLocale();
-  if (price === undefined) return '–';
   const digits = 2;
   return new Intl.NumberFormat(locale, { currency: price.currency, minimumFractionDigits: digits })
 }
",
    innocent: "diff --git a/web/src/profile/avatar.tsx b/web/src/profile/avatar.tsx
--- a/web/src/profile/avatar.tsx
+++ b/web/src/profile/avatar.tsx
@@ -8,4 +8,4 @@ export function Avatar({ user }: Props) {
   const size = 48;
-  return <img src={user.picture} width={size} />;
+  return <img src={user.picture} width={size} loading=\"lazy\" />;
 }
",
};

const GO: Language = Language {
    trace: "panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x6b1c3d]

goroutine 42 [running]:
github.com/shop/billing/internal/invoice.(*Service).Render(0xc0001a2000, 0x0)
\t/src/internal/invoice/service.go:88 +0x1d
github.com/shop/billing/internal/api.(*Server).handleInvoice(0xc0000d6000, {0x7f, 0xc000}, 0xc00014)
\t/src/internal/api/server.go:131 +0x9e
net/http.HandlerFunc.ServeHTTP(0xc00007, {0x7f, 0xc000}, 0xc00014)
\t/usr/local/go/src/net/http/server.go:2136 +0x29
",
    guilty: "diff --git a/internal/invoice/service.go b/internal/invoice/service.go
--- a/internal/invoice/service.go
+++ b/internal/invoice/service.go
@@ -82,9 +82,6 @@ func (s *Service) Render(order *Order) ([]byte, error) {
 \ttemplates := s.templates
 \tbuffer := &bytes.Buffer{}
 
-\tif order == nil {
-\t\treturn nil, ErrNoOrder
-\t}
 \tdata := viewOf(templates)
 \tdata.Number = order.Number
 \treturn buffer.Bytes(), templates.Execute(buffer, data)
",
    innocent: "diff --git a/internal/search/index.go b/internal/search/index.go
--- a/internal/search/index.go
+++ b/internal/search/index.go
@@ -20,3 +20,3 @@ func (i *Index) Add(doc Document) {
 \ti.mu.Lock()
-\ti.docs = append(i.docs, doc)
+\ti.docs = append(i.docs, doc.normalized())
 \ti.mu.Unlock()
",
};

const RUBY: Language = Language {
    trace: "NoMethodError: undefined method `discount' for nil:NilClass
app/models/coupon.rb:31:in `amount_for'
app/services/checkout_service.rb:54:in `apply_coupon'
/usr/local/bundle/gems/actionpack-7.1.2/lib/action_controller/metal/basic_implicit_render.rb:6:in `send_action'
",
    guilty: "diff --git a/app/models/coupon.rb b/app/models/coupon.rb
--- a/app/models/coupon.rb
+++ b/app/models/coupon.rb
@@ -28,5 +28,4 @@ class Coupon < ApplicationRecord
   def amount_for(order)
-    return 0 if campaign.nil?
     rounded = order.subtotal.round(2)
     rounded * campaign.discount
   end
",
    innocent: "diff --git a/app/jobs/cleanup_job.rb b/app/jobs/cleanup_job.rb
--- a/app/jobs/cleanup_job.rb
+++ b/app/jobs/cleanup_job.rb
@@ -4,3 +4,3 @@ class CleanupJob < ApplicationJob
   def perform
-    Session.stale.delete_all
+    Session.stale.in_batches.delete_all
   end
",
};

const CSHARP: Language = Language {
    trace: "System.InvalidOperationException: Sequence contains no elements
   at System.Linq.ThrowHelper.ThrowNoElementsException()
   at System.Linq.Enumerable.First[TSource](IEnumerable`1 source)
   at Shop.Shipping.RateService.CheapestRate(Order order) in C:\\build\\src\\Shop.Shipping\\RateService.cs:line 57
   at Shop.Api.Controllers.QuoteController.Get(Int32 id) in C:\\build\\src\\Shop.Api\\Controllers\\QuoteController.cs:line 23
",
    guilty: "diff --git a/src/Shop.Shipping/RateService.cs b/src/Shop.Shipping/RateService.cs
--- a/src/Shop.Shipping/RateService.cs
+++ b/src/Shop.Shipping/RateService.cs
@@ -54,6 +54,6 @@ public Rate CheapestRate(Order order)
             var rates = _carriers.SelectMany(carrier => carrier.RatesFor(order));
 
-            return rates.OrderBy(rate => rate.Price).FirstOrDefault() ?? Rate.Standard;
+            return rates.OrderBy(rate => rate.Price).First();
         }
 
         private readonly ICarrier[] _carriers;
",
    innocent: "diff --git a/src/Shop.Catalog/ImageResizer.cs b/src/Shop.Catalog/ImageResizer.cs
--- a/src/Shop.Catalog/ImageResizer.cs
+++ b/src/Shop.Catalog/ImageResizer.cs
@@ -12,3 +12,3 @@ public Bitmap Resize(Bitmap picture, int width)
             var scale = width / (double)picture.Width;
-            return Draw(picture, scale);
+            return Draw(picture, Math.Min(scale, 1.0));
         }
",
};

#[test]
fn the_guilty_change_is_told_from_an_innocent_one_in_five_languages() {
    let triager = HeuristicSpec::default().build().unwrap();
    let judge = |trace: &str, diff: &str| {
        PairCase::new("d", Instant::from_micros(0), &[trace], None, diff).judge(&triager).unwrap()
    };
    for (name, language) in [("Python", PYTHON), ("TypeScript", TYPESCRIPT), ("Go", GO), ("Ruby", RUBY), ("C#", CSHARP)]
    {
        let guilty = judge(language.trace, language.guilty);
        let told: Vec<String> = guilty.evidence.iter().map(|e| format!("{} {:.2}", e.rule, e.weight)).collect();
        assert_eq!(guilty.kind, VerdictKind::Caused, "{name}: {told:?}");
        assert!(guilty.confidence >= 0.5, "{name}: {:.2} {told:?}", guilty.confidence);
        assert_eq!(guilty.citations.dropped, 0, "{name}");
        let innocent = judge(language.trace, language.innocent);
        assert_eq!(innocent.kind, VerdictKind::NotCaused, "{name}: {:?}", innocent.evidence);
        assert!(innocent.confidence >= 0.9, "{name}: {:?}", innocent.evidence);
    }
}
