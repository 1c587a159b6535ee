#!/usr/bin/env bash
# exchange.sh BINARY [SERIES] [TICKS] : `store import` and `store export` beside DuckDB and pandas.
#
# Makes a history of SERIES (100) series and TICKS (10080) minutes, five metrics each, in the order of time
# and in that of the series, and prints rows a second (of the wall clock, median of 3) and the largest
# memory of each program. All are pinned to one CPU. DuckDB and pandas are installed with pip into a venv
# of the moment; without pip they are left out, which is said.
set -euo pipefail

[[ $# -ge 1 ]] || {
    echo "usage: exchange.sh BINARY [SERIES] [TICKS]" >&2
    exit 64
}
binary=$(realpath "$1")
series=${2:-100}
ticks=${3:-10080}
directory=$(mktemp -d "${TMPDIR:-/tmp}/rightsize-bench.XXXXXX")
trap 'rm -rf "$directory"' EXIT
cd "$directory"

# A generator that awk has everywhere: about 53 bytes a row.
for order in time series; do
    awk -v order="$order" -v series="$series" -v ticks="$ticks" '
        function row(t, s, m, v) { print 1700000000 + 60 * t ",shop,service-" s ",1," name[m] "," v }
        function value(t, s, m) {
            if (m == 1) return usage[s] += int(rand() * 24e6)
            if (m == 2) return 4096 * (current[s] += int(rand() * 400) - 200)
            if (m == 3) return 4096 * (2000 + int(rand() * 40))
            if (m == 4) return 5 + int(rand() * 3)
            return int(rand() * 4000) / 10000
        }
        BEGIN {
            srand(1); OFMT = "%.17g"; CONVFMT = "%.17g"
            split("cpu_usage_usec memory_current_bytes memory_inactive_file_bytes pids cpu_cores", name, " ")
            for (s = 0; s < series; s++) current[s] = 50000 + int(rand() * 50000)
            print "timestamp,project,service,instance,metric,value"
            if (order == "time")
                for (t = 0; t < ticks; t++) for (s = 0; s < series; s++)
                    for (m = 1; m <= 5; m++) row(t, s, m, value(t, s, m))
            else
                for (s = 0; s < series; s++) for (m = 1; m <= 5; m++)
                    for (t = 0; t < ticks; t++) row(t, s, m, value(t, s, m))
        }' >"$order.csv"
done
rows=$((series * ticks * 5))

python=""
if python3 -m venv venv >/dev/null 2>&1 && venv/bin/pip -q install duckdb pandas >/dev/null 2>&1; then
    python=venv/bin/python
else
    echo "DuckDB and pandas left out: no venv with pip"
fi

# measured NAME COMMAND... : three runs; CLEAN is run before each.
measured() {
    local name=$1
    shift
    : >times
    for _ in 1 2 3; do
        eval "${CLEAN:-:}"
        # GNU time's own format: wall seconds, user + system seconds, KiB.
        /usr/bin/time -a -o times -f '%e %U %S %M' taskset -c 0 "$@" >/dev/null 2>err || {
            cat err >&2
            exit 1
        }
    done
    sort -g times | sed -n 2p | awk -v name="$name" -v rows="$rows" '{
        printf "%-34s %8.2f %8.2f %8.0f\n", name, rows / $1 / 1e6, rows / ($2 + $3) / 1e6, $4 / 1024 }'
}

echo "$(date -u +%Y-%m-%d), $(uname -sr), $rows rows, $(($(stat -c %s time.csv) / 1000000)) MB, one CPU"
printf '%-34s %8s %8s %8s\n' "median of 3" "M rows/s" "per CPU" "MiB"
CLEAN='rm -f s.db*' measured "import, by time" "$binary" store import time.csv --store s.db
CLEAN='rm -f s.db*' measured "import, by series" "$binary" store import series.csv --store s.db
echo "the store takes $(($(stat -c %s s.db) / 1024)) KiB"
for format in csv wide openmetrics; do
    measured "export, $format" "$binary" store export --format "$format" --store s.db --output out
done
if [[ -n "$python" ]]; then
    CLEAN='rm -f d.db*' measured "DuckDB reads CSV into a file" "$python" -c '
import duckdb
connection = duckdb.connect("d.db")
connection.execute("SET threads = 1")
connection.execute("CREATE TABLE t AS SELECT * FROM read_csv('"'"'time.csv'"'"')")'
    echo "the file takes $(($(stat -c %s d.db) / 1024)) KiB"
    measured "DuckDB writes CSV" "$python" -c '
import duckdb
connection = duckdb.connect("d.db", read_only=True)
connection.execute("SET threads = 1")
connection.execute("COPY t TO '"'"'out'"'"' (HEADER)")'
    measured "pandas reads CSV into memory" "$python" -c '
import pandas
pandas.read_csv("time.csv")'
fi
