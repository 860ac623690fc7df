use super::*;

#[test]
fn five_failed_calls_in_a_row_end_the_calls() {
    let failing = || text("500 Internal Server Error", "oops");
    let mut answers = vec![failing(); 4];
    answers.push(Server::json(ANSWER));
    answers.push(failing());
    let server = Server::start(answers);
    let endpoint = open(&EndpointSpec { retries: 0, ..spec(&server.base_url, Mode::Live, None) }).unwrap();
    let ask = |n: usize| endpoint.ask(&request(&format!("t{n}")));
    assert!((0..10).all(|n| ask(n).is_ok()), "an answer between four and five failures");
    let error = ask(10).unwrap_err();
    let why = "model m: 5 calls in a row failed, the last one server_error (status 500) after 1 attempt; nothing more is sent; \
               nothing was recorded, as there is no cassette";
    assert_eq!(error, AskError::Halted(why.to_owned()));
    assert!(error.is_resumable() && ask(11).is_err() && ask(0).is_ok(), "what is known is still told");
    assert_eq!(server.calls(), 10);
}

#[test]
fn a_page_is_a_failure_and_a_recording_tells_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let cassette = folder.path().join("c.jsonl");
    let server = Server::start(vec![text("200 OK", "<html>")]);
    let record = open(&spec(&server.base_url, Mode::Record, Some(&cassette))).unwrap();
    let errors: Vec<_> = (0..7).filter_map(|n| record.ask(&request(&format!("t{n}"))).err()).collect();
    assert!(
        errors.len() == 2 && errors[0].to_string().ends_with("mode = \"record_missing\" asks the rest"),
        "{errors:?}"
    );
    drop(record);
    let replay = open(&spec(&server.base_url, Mode::Replay, Some(&cassette))).unwrap();
    assert!((0..5).all(|n| replay.ask(&request(&format!("t{n}"))).is_ok()), "recorded failures break nothing");
    assert_eq!(server.calls(), 5);
}

#[test]
fn a_server_that_hangs_does_not_hang_the_run() {
    let server = Server::start(vec![Answer::Silence(Duration::from_secs(20))]);
    let endpoint = open(&EndpointSpec { retries: 0, ..spec(&server.base_url, Mode::Live, None) }).unwrap();
    let started = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let endpoint = &endpoint;
            scope.spawn(move || (0..50).for_each(|n| drop(endpoint.ask(&request(&format!("{thread}.{n}"))))));
        }
    });
    // Sixteen at once are under way when the fifth fails; nobody begins another.
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert!(server.calls() <= 32, "{}", server.calls());
}

#[test]
fn requests_keep_their_pace_however_many_ask() {
    let server = Server::start(vec![Server::json(ANSWER)]);
    let paced = EndpointSpec { rate_limit: Some(1200), ..spec(&server.base_url, Mode::Live, None) };
    let endpoint = open(&paced).unwrap();
    let started = Instant::now();
    std::thread::scope(|scope| {
        for n in 0..9 {
            let endpoint = &endpoint;
            scope.spawn(move || endpoint.ask(&request(&format!("t{n}"))).unwrap());
        }
    });
    assert!(started.elapsed() >= Duration::from_millis(400), "eight pauses of 50 ms: {:?}", started.elapsed());
    assert_eq!(server.calls(), 9);
}

#[test]
fn a_pause_that_one_was_asked_for_is_kept_by_all() {
    let server = Server::start(vec![text("429 Too Many Requests\r\nretry-after: 1", "{}"), Server::json(ANSWER)]);
    let endpoint = open(&spec(&server.base_url, Mode::Live, None)).unwrap();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| endpoint.ask(&request("t")).unwrap());
        while server.calls() == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(100));
        let started = Instant::now();
        assert_eq!(endpoint.ask(&request("u")).unwrap().attempts, 1);
        assert!(started.elapsed() > Duration::from_millis(500), "{:?}", started.elapsed());
        assert_eq!(first.join().unwrap().attempts, 2);
    });
}
