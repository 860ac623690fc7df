use super::*;
use std::sync::atomic::{AtomicU64, Ordering};

const MODEL: &str = "claude-sonnet-4-5";

fn budget(usd: Option<&str>, tokens: Option<u64>) -> Arc<Budget> {
    let caps = Caps { usd: usd.map(|usd| usd.parse().unwrap()), tokens };
    Arc::new(Budget::new(caps, Prices::load(None).unwrap()))
}

fn under(budget: &Arc<Budget>, mode: Option<Mode>) -> Access {
    Access { mode, budget: Some(budget.clone()) }
}

fn spec(base_url: &str, wire: Wire) -> EndpointSpec {
    EndpointSpec { wire, model: MODEL.into(), retries: 0, ..super::spec(base_url, Mode::Live, None) }
}

fn question(text: &str) -> Question {
    Question {
        prompt: "p".into(),
        system: "s".into(),
        user: text.into(),
        schema: ("a", json!({"type": "object"})),
        parameters: json!({"max_tokens": 50}).as_object().cloned().unwrap(),
    }
}

fn request(endpoint: &Endpoint, text: &str) -> Request {
    let (wire, parameters) = (endpoint.spec().wire, question(text).parameters);
    let content = wire.content(&question(text), None);
    Request { path: wire.chat_path(), model: MODEL.into(), prompt: None, parameters, content }
}

fn answer(wire: Wire, input: u64, output: u64) -> Answer {
    let body = match wire {
        Wire::OpenAi => json!({
            "choices": [{"finish_reason": "stop", "message": {"content": "{}"}}],
            "usage": {"prompt_tokens": input, "completion_tokens": output},
        }),
        Wire::Anthropic => json!({
            "content": [{"type": "tool_use", "name": "a", "input": {}}], "stop_reason": "tool_use",
            "usage": {"input_tokens": input, "output_tokens": output},
        }),
    };
    Server::json(&body.to_string())
}

/// A server that keeps the bill: what it answers, and also what it worked for and then failed to say.
struct Billing {
    server: Server,
    tokens: Arc<AtomicU64>,
    micros: Arc<AtomicU64>,
}

impl Billing {
    fn start(wire: Wire) -> Self {
        let (tokens, micros, turn) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default(), AtomicU64::new(0));
        let (all_tokens, all_micros) = (tokens.clone(), micros.clone());
        let choose = move |body: &str| {
            let turn = turn.fetch_add(1, Ordering::SeqCst);
            if turn % 7 == 3 {
                return text("429 Too Many Requests\r\nretry-after: 0", "{}");
            }
            // A vocabulary of two bytes a token, some words around the prompt, and answers of any length that is allowed.
            let (input, output) = (body.len() as u64 / 2 + 300, turn * 17 % 51);
            all_tokens.fetch_add(input + output, Ordering::SeqCst);
            all_micros.fetch_add(input * 3 + output * 15, Ordering::SeqCst);
            match turn % 7 {
                1 => text("500 Internal Server Error", "oops"),
                5 => Answer::CutOff,
                6 => text("200 OK", "<html>"),
                _ => answer(wire, input, output),
            }
        };
        let server = Server::start(vec![Answer::Chosen(Arc::new(choose))]);
        Self { server, tokens, micros }
    }
}

#[test]
fn many_at_once_never_overspend() {
    for (wire, usd, tokens) in [
        (Wire::OpenAi, Some("0.10"), None),
        (Wire::Anthropic, None, Some(40_000)),
        (Wire::Anthropic, Some("0.08"), Some(60_000)),
    ] {
        let billing = Billing::start(wire);
        let budget = budget(usd, tokens);
        let spec = EndpointSpec { retries: 1, ..spec(&billing.server.base_url, wire) };
        let endpoint = Endpoint::open(&spec, &under(&budget, None)).unwrap();
        let refused: u64 = std::thread::scope(|scope| {
            let one = |index: usize| {
                let endpoint = &endpoint;
                move || matches!(endpoint.ask(&request(endpoint, &format!("q{index}"))), Err(AskError::Budget(_)))
            };
            let threads: Vec<_> = (0..64).map(|index| scope.spawn(one(index))).collect();
            threads.into_iter().map(|thread| u64::from(thread.join().unwrap())).sum()
        });
        let (billed, micros) = (billing.tokens.load(Ordering::SeqCst), billing.micros.load(Ordering::SeqCst));
        let spent = budget.spent();
        assert!(billed <= spent.tokens && micros <= spent.usd.unwrap().micros(), "nothing is billed and not booked");
        assert!(
            tokens.is_none_or(|cap| spent.tokens <= cap)
                && budget.caps().usd.is_none_or(|cap| spent.usd.unwrap() <= cap)
        );
        assert!(refused > 0 && refused == budget.refused() && billing.server.calls() > 10, "{refused} were refused");
        assert_eq!(budget.overruns(), 0);
    }
}

#[test]
fn what_nobody_knows_counts_as_spent_and_whoever_is_turned_away_pays_nothing() {
    let page = |head| text(head, "<html>");
    let unknown = [
        Answer::Silence(Duration::from_millis(1500)),
        Answer::CutOff,
        Answer::Nothing,
        Answer::Huge(10 << 20),
        page("500 Internal Server Error"),
        page("200 OK"),
        Server::json("{}"),
    ];
    let free = [page("429 Too Many Requests"), page("400 Bad Request"), page("401 Unauthorized")];
    let spent = |answer: Option<Answer>| {
        let server = answer.map(|answer| Server::start(vec![answer]));
        let base_url = server.as_ref().map_or("http://127.0.0.1:1", |server| &server.base_url);
        let budget = budget(None, None);
        let endpoint = Endpoint::open(&spec(base_url, Wire::Anthropic), &under(&budget, None)).unwrap();
        let request = request(&endpoint, "q");
        endpoint.ask(&request).unwrap();
        (budget.spent(), endpoint.most_of_attempt(&request).unwrap())
    };
    for answer in unknown {
        let (spent, most) = spent(Some(answer));
        assert!(spent == most && most.usd.is_some_and(|usd| usd.micros() > 50 * 15), "{spent:?}");
    }
    for answer in free.into_iter().map(Some).chain([None]) {
        assert_eq!(spent(answer).0, Cost::NOTHING);
    }
    let (known, _) = spent(Some(answer(Wire::Anthropic, 100, 10)));
    assert_eq!(known, Cost { tokens: 110, usd: Some(Usd::from_micros(300 + 150)) });
}

#[test]
fn each_unknown_attempt_counts() {
    let server = Server::start(vec![page_500(), answer(Wire::OpenAi, 100, 10)]);
    let budget = budget(None, None);
    let spec = EndpointSpec { retries: 2, ..spec(&server.base_url, Wire::OpenAi) };
    let endpoint = Endpoint::open(&spec, &under(&budget, None)).unwrap();
    let request = request(&endpoint, "q");
    endpoint.ask(&request).unwrap();
    let known = Cost { tokens: 110, usd: Some(Usd::from_micros(450)) };
    assert_eq!(budget.spent(), known.plus(endpoint.most_of_attempt(&request).unwrap()));
}

fn page_500() -> Answer {
    text("500 Internal Server Error", "oops")
}

#[test]
fn a_cap_of_money_needs_a_price_and_a_limit() {
    let server = Server::start(vec![Server::json("{}")]);
    let nameless = EndpointSpec { model: "nobody's".into(), ..spec(&server.base_url, Wire::OpenAi) };
    let error = Endpoint::open(&nameless, &under(&budget(Some("1"), None), None)).err().unwrap();
    assert!(error.starts_with("model is \"nobody's\", which has no price"), "{error}");
    let own = EndpointSpec { max_usd: Some(Usd::from_micros(1)), ..nameless.clone() };
    assert!(Endpoint::open(&own, &Access::default()).err().unwrap().contains("no price"));
    assert!(Endpoint::open(&nameless, &under(&budget(None, Some(1)), None)).is_ok());

    let endpoint =
        Endpoint::open(&spec(&server.base_url, Wire::OpenAi), &under(&budget(Some("1"), None), None)).unwrap();
    let unlimited = Question { parameters: serde_json::Map::new(), ..question("q") };
    let error = endpoint.chat(&unlimited, |_| Some(())).unwrap_err().to_string();
    assert!(error.starts_with("parameters.max_tokens (or max_completion_tokens) is missing"), "{error}");
    assert_eq!(server.calls(), 0, "nothing was sent");
}

#[test]
fn the_configuration_caps_too() {
    let server = Server::start(vec![answer(Wire::OpenAi, 10, 1)]);
    let one_call = Endpoint::open(&spec(&server.base_url, Wire::OpenAi), &Access::default()).unwrap();
    let most = one_call.most_of_attempt(&request(&one_call, "q0")).unwrap();
    let own = EndpointSpec { max_tokens_spent: Some(most.tokens + 5), ..spec(&server.base_url, Wire::OpenAi) };
    let wider = budget(None, Some(1_000_000));
    let endpoint = Endpoint::open(&own, &under(&wider, None)).unwrap();
    assert!(endpoint.ask(&request(&endpoint, "q0")).is_ok());
    let error = endpoint.ask(&request(&endpoint, "q1")).unwrap_err();
    assert!(matches!(&error, AskError::Budget(why) if why.contains("11 of")) && error.is_resumable(), "{error}");
    assert_eq!((wider.spent().tokens, wider.refused(), server.calls()), (11, 0, 1), "what was not sent is given back");
}

#[test]
fn a_run_that_was_stopped_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let cassette = folder.path().join("c.jsonl");
    let server = Server::start(vec![answer(Wire::Anthropic, 600, 40)]);
    let spec = EndpointSpec { cassette: Some(cassette), ..spec(&server.base_url, Wire::Anthropic) };
    let ask_all = |mode, budget: &Arc<Budget>| {
        let endpoint = Endpoint::open(&spec, &under(budget, Some(mode))).unwrap();
        let known = |n: &usize| endpoint.recorded_chat(&question(&format!("q{n}")), |_| Some(())).is_some();
        let recorded = (0..10).filter(known).count();
        let ask = |n| endpoint.chat(&question(&format!("q{n}")), |words| (words == "{}").then_some(()));
        let answered = (0..10).map(ask).take_while(Result::is_ok).count();
        (recorded, answered)
    };
    let first = budget(None, Some(4_000));
    let (recorded, answered) = ask_all(Mode::Record, &first);
    assert!(recorded == 0 && (1..10).contains(&answered) && first.refused() == 1, "{answered}");
    let rest = budget(None, None);
    assert_eq!(ask_all(Mode::RecordMissing, &rest), (answered, 10));
    assert_eq!((server.calls(), rest.spent().tokens), (10, 640 * (10 - answered as u64)), "each was asked once");
    drop(server);
    let nothing = budget(Some("0.01"), Some(1));
    assert_eq!(ask_all(Mode::Replay, &nothing), (10, 10));
    assert_eq!(nothing.spent(), Cost::NOTHING, "a replay costs nothing");
}

#[test]
fn a_forecast_bounds_what_a_question_may_take() {
    let server = Server::start(vec![text("500 Internal Server Error", "oops")]);
    let budget = budget(None, None);
    let spec = EndpointSpec { retries: 1, ..spec(&server.base_url, Wire::Anthropic) };
    let endpoint = Endpoint::open(&spec, &under(&budget, None)).unwrap();
    let forecast = endpoint.forecast(&question("why?")).unwrap();
    assert!((10..300).contains(&forecast.prompt_tokens), "{forecast:?}");
    assert_eq!(server.calls(), 0);
    endpoint.chat(&question("why?"), |_| Some(())).unwrap_err();
    let spent = budget.spent();
    assert!(spent.tokens * 2 <= forecast.most.tokens, "two attempts of one of two questions: {spent:?} {forecast:?}");
    assert!(spent.usd.unwrap().times(2) <= forecast.most.usd.unwrap().plus(Usd::from_micros(4)));
    let unpriced = EndpointSpec { model: "m".into(), ..spec };
    assert_eq!(open(&unpriced).unwrap().forecast(&question("why?")).unwrap().most.usd, None);
}
