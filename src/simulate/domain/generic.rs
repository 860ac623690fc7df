//! Messages that any service may log. A line is: severity (E W I F), kind of exception or `-`, text. `$op`, `$entity`,
//! `$table`, `$field`, `$host`, `$peer`, `$route` and `$path` are fixed once per message; `{…}` varies with every record.

/// Frequent or rare, depending on what the service draws.
pub const GENERIC: &[&str] = &[
    "E Timeout $op: call to http://$peer.internal:8080$path timed out after {n3} ms (attempt {n1})",
    "E Io $op: connection to $host:443 reset by peer",
    "E Io Could not resolve $host: Temporary failure in name resolution",
    "E - Circuit breaker \"$peer\" opened after {n1} failures in 30 s",
    "E - $peer answered 503 to $op for {uuid}",
    "E - $peer answered 429 to $op, retry after {n2} s",
    "E - $host answered 502 Bad Gateway, request {hex16}",
    "E Invalid $op: invalid $field \"{product}\" in $entity {id}",
    "E NotFound $entity {id} not found",
    "E NotFound $entity {uuid} not found for user {user}",
    "E Conflict version conflict on $table {id}: expected {n2}, found {n2}",
    "E Db deadlock detected on table $table; transaction {id10} rolled back",
    "E Db canceling statement due to lock timeout while updating tuple (0,{n2}) in relation \"$table\"",
    "E Db SQL error 1205 in $op: transaction aborted",
    "E Db SQL error 1213 in $op: transaction aborted",
    "E Db SQL error 2013 in $op: transaction aborted",
    "E Db duplicate key value violates unique constraint \"$table_pkey\" Key (id)=({id})",
    "E Db remaining connection slots are reserved; pool $table has 20 in use, {n2} waiting",
    "E - $op failed: unexpected state 'pending' of $entity {id}",
    "E - $op failed: unexpected state 'archived' of $entity {id}",
    "E - $op failed: unexpected state 'locked' of $entity {id}",
    "E Parse Unexpected end of JSON input at position {n3} in response of $peer",
    "E Parse cannot parse $field: line {n3} column {n2}: unexpected character",
    "E State $op: retries exhausted for job {hex6} on {host}",
    "E - job $op [{hex6}] failed on {host}: exit status {n1}",
    "E - consumer $table lag {id5} on partition {n1}, offset {id10}",
    "E - message {uuid} on topic $table moved to dead letters after {n1} attempts",
    "E - cache moor-{n1}.internal:6379 READONLY You can't write against a read only replica",
    "E Timeout cache get $entity:{id} took {ms} ms, limit 200 ms",
    "E - rate limit exceeded for {ip} on $route: more than 120 requests in 60 s",
    "E Invalid $op rejected payload of {id5} bytes from {ip}: $field is required",
    "E Invalid $op rejected payload of {id5} bytes from {ip}: $field is too long",
    "E - signature mismatch on webhook {hex32} from {ip}",
    "E Io cannot write {path}: No space left on device",
    "E Io failed to upload {path} to s3://harbor-$table/{hex8} in {n2}.{n1} s",
    "E - certificate of $host expires in {n1} days",
    "E Key $op: missing key '$field' in $entity {ref}",
    "E Null $op: $field of $entity {id} is missing",
    "E - user {email} hit limit of {n2} $entity changes an hour",
    "E - slow query on $table took {ms} ms: select * from $table where id = {id}",
    "E - stale $entity {hex6}: last seen {time}",
    "E - inconsistent $field for $entity {ref}: {amount} stored, {amount} computed",
    "E - lost heartbeat of {host} for {n2} s; last at {time}",
    "W - $op slow: {ms} ms for $entity {id}",
    "W - retry {n1} of 3 for $op on $peer",
    "W - deprecated $field used by client {n1}.{n1}.0",
    "W - cache miss ratio of $entity at {n2} %",
    "W - $entity {id} has no $field, using default",
    "I - $op finished in {ms} ms for user {user}",
    "I - reloaded $table: {id5} rows in {n2} s",
    "F State out of memory: killed process {id5} ($op) on {host}",
    "F Io cannot open configuration $table at startup on {host}",
];

/// How a request dump begins: longer than 200 characters, so that what follows is out of sight of a short truncation.
pub fn long_head(service: &str, route: &str) -> String {
    format!(
        "Unhandled failure; request dump: {{\"app\":\"harbor\",\"component\":\"{service}\",\"route\":\"{route}\",\"tenant\":\
         \"harbor-eu\",\"zone\":\"eu-west-1b\",\"client\":{{\"kind\":\"browser\",\"build\":\"stable\"}},\"flags\":[\"new-basket\",\"fast-lane\",\
         \"eu-vat\",\"dark-launch\"],\"trace\":\"{{hex16}}\",\"retry\":false}} cause: "
    )
}

/// What a request dump ends with: distinct errors, told apart only there.
pub const LONG_TAILS: [&str; 5] = [
    "upstream closed the connection before headers",
    "$field could not be decoded",
    "no handler accepted $entity",
    "write to $table was rejected by policy \"eu-residency\"",
    "permission \"$op\" denied for role service",
];
