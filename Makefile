# make demo   shows the whole job on this machine and on the example estate
# make test   runs every test that needs no privileges
# Both install what is missing first (setup).

SHELL := /bin/bash
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift

# One self-contained program: Swift's runtime, SQLite, zlib, libyaml and libc inside. It starts faster, and
# runs on any Linux of this architecture.
# The functions of a sampler's run lie side by side (Link/startup-order.sh), which lld can do and needs each in
# a section of its own for: cron starts the program every minute, and it touches a third fewer pages.
LINK_FLAGS := -Xswiftc -use-ld=lld -Xlinker -z -Xlinker nostart-stop-gc \
  -Xswiftc -Xfrontend -Xswiftc -function-sections \
  -Xlinker --symbol-ordering-file=$(CURDIR)/Link/startup-order.txt -Xlinker --no-warn-symbol-ordering
RELEASE_FLAGS := -c release --static-swift-stdlib -Xswiftc -static-executable $(LINK_FLAGS)
BINARY := .build/release/rightsize
PACKAGES := libsqlite3-dev zlib1g-dev libyaml-dev pkg-config

.PHONY: setup build startup-order demo test sanitize lab-test lab-podman lab-v2 torture lint format bench bench-sampling \
  bench-columns bench-store bench-exchange bench-sizing bench-statistics bench-check bench-compose \
  fuzz install uninstall data clean

setup:
	@command -v $(SWIFT) >/dev/null || { \
	  echo "Swift 6.3 or later is needed: see https://www.swift.org/install/linux/" >&2; exit 2; }
	@missing=(); for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'install ok installed' \
	    || missing+=($$package); done; \
	if [ $${#missing[@]} -gt 0 ]; then \
	  if [ "$$(id -u)" -eq 0 ]; then as=""; \
	  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as="sudo -n"; \
	  else echo "Run this once: sudo apt-get install $${missing[*]}" >&2; exit 2; fi; \
	  echo "Installing $${missing[*]}"; \
	  $$as apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    $$as apt-get install -y -qq --no-install-recommends $${missing[*]} >/dev/null; \
	fi

# FoundationEssentials mentions functions that a static libc can only half provide (getgrnam); the linker
# warns of each, and none is called.
build: setup
	@$(SWIFT) build $(RELEASE_FLAGS) --product rightsize 2>&1 \
	  | grep -v -e 'statically linked applications requires' -e 'mktemp. is dangerous' ; \
	  exit $${PIPESTATUS[0]}

# Makes the list of what the sampler calls again; needs valgrind.
startup-order: build
	Link/startup-order.sh $(BINARY)

demo: build
	@$(BINARY) demo

test: build
	RIGHTSIZE_BINARY="$(CURDIR)/$(BINARY)" $(SWIFT) test

# The statistics core, which works on bare memory, under AddressSanitizer, and its threads under ThreadSanitizer.
# KernelObjectsTests look for what the compiler adds of its own accord under either. XCTest's runner, which has no test
# to run, leaks 144 bytes of its own and fails by that, so it is left out.
sanitize: setup
	$(SWIFT) build --build-tests --sanitize address --scratch-path .build-address
	$(SWIFT) test --skip-build --disable-xctest --sanitize address --scratch-path .build-address \
	  --filter StatisticsTests --skip KernelObjectsTests
	$(SWIFT) build --build-tests --sanitize thread --scratch-path .build-thread
	$(SWIFT) test --skip-build --disable-xctest --sanitize thread --scratch-path .build-thread --filter 'BatchTests|SharedReadingTests'

# Needs root: starts a real Docker Engine of its own, samples five containers, reports, patches.
lab-test: build
	Tests/Lab/lab-test.sh $(BINARY)
	Tests/Lab/estate-test.sh $(BINARY)

# The same against a real Podman; needs root.
lab-podman: build
	Tests/Lab/podman-test.sh $(BINARY)

# Samples groups of known load on a cgroup v2 kernel in a virtual machine. Needs no root once QEMU is there.
lab-v2: build
	Tests/Lab/v2/lab-v2.sh $(BINARY)

# Kills the program with -9 at KILLS random moments of all that writes a store, and checks what is left; then
# samplers and reporters at once for TOGETHER seconds, and a disk that fills up (which needs root).
KILLS := 1000
TOGETHER := 60
torture: build
	Tests/Lab/torture.py $(BINARY) $(KILLS)
	Tests/Lab/together.py $(BINARY) $(TOGETHER)
	Tests/Lab/disk-full.py $(BINARY)

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Fuzz Benchmarks

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Fuzz Benchmarks

bench: build
	Benchmarks/run.sh $(BINARY)

# What the sampler costs beside a C program that reads the same; needs root and cgroup v1.
bench-sampling: build
	@RIGHTSIZE_BENCHMARKS=1 $(SWIFT) build $(RELEASE_FLAGS) --scratch-path .build-bench \
	  --product SamplingBenchmark 2>&1 \
	  | grep -v -e 'statically linked applications requires' -e 'mktemp. is dangerous' ; \
	  exit $${PIPESTATUS[0]}
	@Benchmarks/sampling.sh $(BINARY) .build-bench/release/SamplingBenchmark
	@Benchmarks/engine.sh $(BINARY)

# The column codec beside pcodec, on the traces in TRACES; pcodec comes from PyPI.
TRACES := traces
bench-columns: setup
	RIGHTSIZE_BENCHMARKS=1 $(SWIFT) build -c release --scratch-path .build-bench \
	  --product ColumnsBenchmark
	@Benchmarks/Peers/columns.py $(TRACES) .build-bench/release/ColumnsBenchmark

# The store beside pcodec, VictoriaMetrics and DuckDB, on the same traces.
bench-store: build
	@RIGHTSIZE_BENCHMARKS=1 $(SWIFT) build $(RELEASE_FLAGS) --scratch-path .build-bench \
	  --product StoreBenchmark 2>&1 \
	  | grep -v -e 'statically linked applications requires' -e 'mktemp. is dangerous' ; \
	  exit $${PIPESTATUS[0]}
	@Benchmarks/Peers/store.py $(TRACES) .build-bench/release/StoreBenchmark $(BINARY)

# The sizing rule beside those of other tools, on the backtest in TRACES; recommend over 1,000 services; the
# closed loop of advice and simulated containers.
bench-sizing: build
	@RIGHTSIZE_BENCHMARKS=1 $(SWIFT) build $(RELEASE_FLAGS) --scratch-path .build-bench \
	  --product SizingBenchmark 2>&1 \
	  | grep -v -e 'statically linked applications requires' -e 'mktemp. is dangerous' ; \
	  exit $${PIPESTATUS[0]}
	@Benchmarks/Peers/sizing.py $(TRACES) $(BINARY)
	@Benchmarks/sizing.sh $(BINARY) .build-bench/release/SizingBenchmark
	@echo "closed loop: no second OOM day, at most .2 tier changes a week, a third of the violations at most"
	@$(SWIFT) test --filter ClosedLoopTests 2>&1 | grep -E '^. (Test|Suite) .* (passed|failed)|error:' ; \
	  exit $${PIPESTATUS[0]}

# The statistics core beside numpy, DuckDB, polars and pyarrow from PyPI, all on the same memory. STATISTICS_WORK
# names a folder that keeps them for the next time.
STATISTICS_WORK ?=
bench-statistics: setup
	RIGHTSIZE_BENCHMARKS=1 $(SWIFT) build -c release --scratch-path .build-bench \
	  --product StatisticsPeer
	@Benchmarks/Peers/quantiles.py .build-bench/release/libStatisticsPeer.so $(STATISTICS_WORK)

# Whether the workloads of Benchmarks/Workloads have become slower than in the revision BASE (the one in
# Benchmarks/base): instructions by callgrind and, without SHORT=1, median times by turns.
BASE ?=
SHORT ?=
bench-check:
	@$(MAKE) --no-print-directory setup PACKAGES="$(PACKAGES) valgrind"
	@SWIFT="$(SWIFT)" Benchmarks/check.py $(if $(SHORT),--short) $(BASE)

# What imports and exports cost beside DuckDB and pandas.
bench-exchange: build
	@Benchmarks/exchange.sh $(BINARY)

# What reading and planning a Compose file costs beside libyaml's bare event pass.
bench-compose: build
	@RIGHTSIZE_BENCHMARKS=1 $(SWIFT) build $(RELEASE_FLAGS) --scratch-path .build-bench \
	  --product ComposeBenchmark 2>&1 \
	  | grep -v -e 'statically linked applications requires' -e 'mktemp. is dangerous' ; \
	  exit $${PIPESTATUS[0]}
	@Benchmarks/compose.sh .build-bench/release/ComposeBenchmark $(BINARY)

# Runs each fuzz target for SECONDS, two at a time; TARGETS names some of them (Fuzz/README.md).
SECONDS := 600
FUZZ_SCRATCH ?= .build-fuzz
fuzz: setup
	RIGHTSIZE_FUZZ=1 $(SWIFT) build -c release --scratch-path $(FUZZ_SCRATCH) --product FuzzKernelFiles
	RIGHTSIZE_FUZZ=1 $(SWIFT) build -c release --scratch-path $(FUZZ_SCRATCH) --product FuzzEngineAnswers
	RIGHTSIZE_FUZZ=1 $(SWIFT) build -c release --scratch-path $(FUZZ_SCRATCH) --product FuzzStoreBlobs
	RIGHTSIZE_FUZZ=1 $(SWIFT) build -c release --scratch-path $(FUZZ_SCRATCH) --product FuzzColumns
	RIGHTSIZE_FUZZ=1 $(SWIFT) build -c release --scratch-path $(FUZZ_SCRATCH) --product FuzzCompose
	RIGHTSIZE_FUZZ=1 $(SWIFT) build -c release --scratch-path $(FUZZ_SCRATCH) --product FuzzImport
	SECONDS_EACH=$(SECONDS) Fuzz/run.sh $(FUZZ_SCRATCH)/release $(TARGETS)

install: build
	install -D -m 755 -s $(BINARY) $(DESTDIR)$(PREFIX)/bin/rightsize
	install -d $(DESTDIR)$(PREFIX)/share/rightsize/estate
	install -m 644 data/estate/* $(DESTDIR)$(PREFIX)/share/rightsize/estate/
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(BINARY) --generate-completion-script bash \
	  > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/rightsize
	$(BINARY) --generate-completion-script zsh \
	  > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_rightsize
	$(BINARY) --generate-completion-script fish \
	  > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/rightsize.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/rightsize \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/rightsize \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_rightsize \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/rightsize.fish
	rm -rf $(DESTDIR)$(PREFIX)/share/rightsize

# Makes the example estate's history anew; the same seed gives the same bytes.
data: setup
	$(SWIFT) build -c release --product EstateGenerator
	rm -f data/estate/history.db
	.build/release/EstateGenerator data/estate/history.db

clean:
	rm -rf .build .build-*
