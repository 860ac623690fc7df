//! A server that answers from a list, for tests: one answer a connection, in the order of requests, the last again and again. Each
//! connection has a thread of its own, so that one that hangs holds up nobody else.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What the server does with a request.
#[derive(Clone)]
pub enum Answer {
    /// Status line and headers, body.
    Text(&'static str, String),
    /// Promises more bytes than it sends.
    CutOff,
    /// Sends so many bytes.
    Huge(usize),
    /// Says nothing for so long.
    Silence(Duration),
    /// A byte now and then, for ever.
    Drip(Duration),
    /// Closes the connection.
    Nothing,
    /// Made of the request's body.
    Made(fn(&str) -> String),
    /// Chosen by the request's body.
    Chosen(Arc<dyn Fn(&str) -> Answer + Send + Sync>),
}

pub struct Server {
    pub base_url: String,
    /// Whole requests, heads and bodies.
    pub requests: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base_url = format!("http://{}", listener.local_addr().expect("an address"));
        let (requests, stop) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let (seen, stopped, answers) = (requests.clone(), stop.clone(), Arc::new(answers));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let (seen, stopped, answers) = (seen.clone(), stopped.clone(), answers.clone());
                // Whoever hangs up early is none of the server's business.
                std::thread::spawn(move || drop(serve(stream, &answers, &seen, &stopped)));
            }
        });
        Self { base_url, requests, stop, thread: Some(thread) }
    }

    pub fn json(body: &str) -> Answer {
        Answer::Text("200 OK\r\ncontent-type: application/json\r\nx-request-id: r1\r\nset-cookie: s=1", body.to_owned())
    }

    pub fn calls(&self) -> usize {
        self.requests.lock().expect("nobody panics with it").len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.base_url.trim_start_matches("http://"));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    stream: TcpStream,
    answers: &[Answer],
    seen: &Mutex<Vec<String>>,
    stopped: &AtomicBool,
) -> std::io::Result<()> {
    let Some(request) = read(&stream) else { return Ok(()) };
    let body = request.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    let index = {
        let mut seen = seen.lock().expect("nobody panics with it");
        seen.push(request);
        seen.len() - 1
    };
    let mut answer = answers[index.min(answers.len() - 1)].clone();
    while let Answer::Chosen(choose) = &answer {
        answer = choose(&body);
    }
    send(stream, &answer, &body, stopped)
}

fn read(mut stream: &TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some(text.into_owned());
        }
    }
}

fn send(mut stream: TcpStream, answer: &Answer, request: &str, stopped: &AtomicBool) -> std::io::Result<()> {
    let whole = |head: &str, body: &str| {
        format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    };
    match answer {
        Answer::Text(head, body) => stream.write_all(whole(head, body).as_bytes()),
        Answer::Made(make) => {
            stream.write_all(whole("200 OK\r\ncontent-type: application/json", &make(request)).as_bytes())
        }
        Answer::CutOff => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"data\": ["),
        Answer::Huge(size) => {
            stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n").as_bytes())?;
            let block = vec![b' '; 1 << 16];
            (0..size.div_ceil(block.len())).try_for_each(|_| stream.write_all(&block))
        }
        Answer::Silence(duration) => {
            std::thread::sleep(*duration);
            Ok(())
        }
        Answer::Drip(pause) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")?;
            while !stopped.load(Ordering::SeqCst) {
                stream.write_all(b" ")?;
                std::thread::sleep(*pause);
            }
            Ok(())
        }
        Answer::Nothing | Answer::Chosen(_) => Ok(()),
    }
}
