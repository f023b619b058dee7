#!/usr/bin/env python3
"""Scores Lockcheck on the public test programs of ThreadSanitizer, Helgrind or DRD.

FOLDER is the folder that has the suite's programs: `compiler-rt/test/tsan`, `helgrind/tests`, `drd/tests`.
What a program must bring about is read from its own CHECK lines or its .stderr.exp. With --accesses the
programs are compiled with `-fsanitize=thread` and linked with Lockcheck's library in the place of
ThreadSanitizer's; without, they are compiled plainly and the library is preloaded. --own runs the suite's own
tool on the same programs. Every program also runs plainly: what it prints and its exit status must be the
same. A line of JSON for each program goes to DIR/SUITE.json, the table to standard output.
"""
import argparse, json, os, re, subprocess, sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLANG = os.environ.get("CLANG", "clang")
SECONDS = 60

# What findings are about, by rule and by what the suites say of theirs.
KINDS = {
    "order": {"deadlock", "lock-order-cycle", "lock-upgrade"},
    "race": {"data-race", "unlocked-shared-write", "inconsistent-lock", "atomicity-violation"},
}
SAID = [
    ("race", r"data race|ThreadSanitizer: reported|[Cc]onflicting (load|store)|heap-use-after-free"),
    ("order", r"lock-order-inversion|lock order \"|lock order violat"),
    ("leak", r"thread leak"),
    ("signal", r"signal-unsafe|spoils errno"),
    ("ignores", r"with ignores enabled"),
    ("misuse", r"WARNING: ThreadSanitizer: \w|[Mm]utex (is )?(not |still |never |re)?(locked|initial|unlock|destr|type)"
               r"|[Uu]nlocked a|[Ee]xiting thread still holds|re-lock|of a locked|not a (mutex|rwlock)"
               r"|[Rr]ecursive locking|Destroying locked|[Bb]arrier re|initialized twice|[Pp]robably a race condition"
               r"|call to (pthread|sem)_\w+ failed|[Cc]ondition variable (not|destr)|dubious|Bug in libpthread"
               r"|[Ss]emaphore |still in use|[Ii]nvalid|not yet joined|with (in|un)valid|lock is destroyed"
               r"|still held|being waited upon|waiting threads|Reader-writer lock not|held at thread exit"
               r"|was held for|different mutex"),
]


class Program:
    """One run of one program, and what it must bring about."""

    def __init__(self, name, source, flags=(), arguments=(), truth=(), skip="", standard_input=None):
        self.name, self.source, self.flags, self.arguments = name, source, list(flags), list(arguments)
        self.truth, self.skip, self.standard_input = set(truth), skip, standard_input


def kinds_said(text):
    """What a tool's words are about."""
    said = set()
    for line in text.splitlines():
        for kind, pattern in SAID:
            if re.search(pattern, line):
                said.add(kind)
                break
    return said


def tsan_programs(folder):
    for source in sorted([*folder.glob("*.c"), *folder.glob("*.cpp"), *folder.glob("*.cc"), *(folder / "Linux").glob("*.c*")]):
        text = source.read_text(errors="replace")
        runs = re.sub(r"\\\n//\s*RUN:", "", text)
        runs = [line.split("RUN:", 1)[1].strip() for line in runs.splitlines() if "RUN:" in line and "//" in line]
        name = source.stem + ("" if source.suffix != ".c" or not source.with_suffix(".cpp").exists() else ".c")
        command = next((run for run in runs if "%run" in run), None)
        built = next((run for run in runs if "_tsan" in run and "%s" in run), None)
        if command is None or built is None or re.search(r"-shared|BUILD_SO|-DLIB", text):
            yield Program(name, source, skip="built in a way of its own")
            continue
        if "env_tsan_opts" in command or "blacklist" in built or "default_options" in text or "fno-sanitize" in built or "FileCheck" not in command:
            yield Program(name, source, skip="tests an option")
            continue
        prefixes = re.findall(r"--?check-prefix(?:es)?[= ]([\w%-]+)", command) or ["CHECK"]
        said = "\n".join(
            line for line in text.splitlines()
            if re.search(r"//\s*(%s)(-NEXT|-SAME|-DAG)?:" % "|".join(p.replace("%os", "Linux") for p in prefixes), line))
        said = "\n".join(
            line for line in said.splitlines()
            if re.search("WARNING: ThreadSan|ThreadSanitizer: (data|lock|reported)|ignores enabled", line))
        truth = kinds_said(said)
        flags = [flag for flag in built.split("%s")[0].split() + built.split("%s")[1].split("&&")[0].split() if re.match(r"-(D|O|std|-std)", flag)]
        arguments = re.search(r"%t\S*((?: +[\w.]+)*) *(?:2>&1)? *(?:\||$)", command.split("%run", 1)[1])
        yield Program(name, source, flags, arguments[1].split() if arguments else [], truth)


def valgrind_programs(folder):
    for test in sorted(folder.glob("*.vgtest")):
        if "freebsd" in test.stem or "solaris" in test.stem or "darwin" in test.stem:
            continue
        lines = dict(line.split(":", 1) for line in test.read_text().splitlines() if ":" in line and not line.startswith("#"))
        program = lines.get("prog", "").strip().split()
        if not program:
            continue
        name, arguments = test.stem, program[1:] + lines.get("args", "").split()
        source = next((s for s in [folder / (program[0] + e) for e in (".c", ".cpp", ".cc")] if s.exists()), None)
        if source is None or program[0].startswith("../") or "xml" in name or "--tool=" in lines.get("vgopts", ""):
            continue
        expected = next((e for e in [*sorted(folder.glob(test.stem + ".stderr.exp*"))]), None)
        text = expected.read_text(errors="replace") if expected else ""
        own = lines.get("vgopts", "")
        program = Program(name, source, ["-O1", "-fgnu89-inline"] if source.suffix == ".c" else ["-O1"], arguments, kinds_said(text))
        if not program.truth and re.search(r"ERROR SUMMARY: [1-9]", text):
            program.skip = "of its errors only the count is told"
        if re.search(r"trace-|--ignore|suppress|free-is-write|xml|threshold", own):
            program.skip = "tests an option"
        elif re.search(r"prereq:.*(openmp|bsd|solaris)", test.read_text()):
            program.skip = "needs what is not here"
        yield program


def run(command, environment=None, standard_input=None):
    """Runs a command with a time limit: (status, output, errors); the status is None where it hung."""
    process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True, errors="replace", cwd=str(Path(command[0]).parent) if "/" in command[0] else None)
    try:
        output, errors = process.communicate(timeout=SECONDS)
        return process.returncode, output, errors
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        output, errors = process.communicate()
        return None, output, errors


class Suite:
    def __init__(self, options):
        self.options, self.folder, self.build = options, Path(options.folder).resolve(), Path(options.build).resolve()
        self.work = Path(options.work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        (self.work / "a/b").mkdir(parents=True, exist_ok=True)
        (self.work / "config.h").write_text("#define HAVE_PTHREAD_BARRIER 1\n#define HAVE_PTHREAD_CREATE_GLIBC_2_0 0\n"
            "#define HAVE_PTHREAD_MUTEX_TIMEDLOCK 1\n#define HAVE_PTHREAD_RWLOCK_T 1\n#define HAVE_PTHREAD_SPIN_LOCK 1\n#define HAVE_BUILTIN_ATOMIC 1\n"
            "#define HAVE_PTHREAD_CONDATTR_SETCLOCK 1\n#define HAVE_CLOCK_MONOTONIC 1\n#define HAVE_PTHREAD_MUTEX_ADAPTIVE_NP 1\n#define HAVE_PTHREAD_MUTEX_ERRORCHECK_NP 1\n"
            "#define HAVE_PTHREAD_MUTEX_RECURSIVE_NP 1\n#define HAVE_PTHREAD_MUTEX_T__DATA__KIND 1\n#define HAVE_PTHREAD_YIELD 0\n#define HAVE_SHARED_TIMED_MUTEX 1\n"
            "#define HAVE_SHARED_POINTER_ANNOTATION 0\n#define HAVE_PTHREAD_SETNAME_NP 1\n#define HAVE_SEM_CLOCKWAIT 1\n#define HAVE_GETADDRINFO 1\n")

    def compile(self, program, form):
        """The executable, or None and the compiler's words."""
        out = self.work / f"{program.name}.{form}"
        is_cpp = program.source.suffix != ".c"
        compiler = CLANG + ("++" if is_cpp else "")
        common = ["-g", "-w", "-pthread", *program.flags, f"-I{self.folder}/..", f"-I{self.folder}/../..", f"-I{self.folder}/../../include", "-I/usr/include/valgrind",
                  f"-I{self.work}", f"-I{self.work}/a/b", "-DVGO_linux=1", "-DVGA_amd64=1", "-DVGP_amd64_linux=1"]
        if self.options.suite != "tsan": common.append("-D_GNU_SOURCE")
        if is_cpp and not any("std" in flag for flag in program.flags): common.append("-std=c++17")
        if form == "tsan":
            # With the runtime of gcc: that of Swift's clang sees no locks.
            command = ["g++" if is_cpp else "gcc", *common, "-fsanitize=thread", str(program.source), "-o", str(out), "-ldl", "-lrt", "-lm"]
            status, _, errors = run(command)
        else:
            sanitize = ["-fsanitize=thread"] if form == "accesses" else []
            status, _, errors = run([compiler, *common, *sanitize, "-c", str(program.source), "-o", f"{out}.o"])
            if status == 0:
                runtime = [f"-L{self.build}", "-lLockcheckRuntime", f"-Wl,-rpath,{self.build}"] if form == "accesses" else []
                stubs = [str(self.work / "invisible.o")] if self.options.suite == "tsan" else []
                if form == "plain" and stubs: stubs.append(str(self.work / "absent.o"))
                status, _, errors = run([compiler, f"{out}.o", *stubs, "-o", str(out), "-rdynamic", *runtime, "-pthread", "-ldl", "-lrt", "-lm"])
        return (out, "") if status == 0 else (None, errors)

    def analyze(self, trace):
        """What Lockcheck says of the trace: verdict -> rules."""
        status, output, errors = run([str(self.build / "lockcheck"), "analyze", "--format", "json", "--fail-on", "never", str(trace)])
        if status != 0:
            return None, f"analyze: {status} {errors.strip()[-200:]}"
        found = {}
        for finding in json.loads(output)["findings"]:
            found.setdefault(finding["verdict"], set()).add(finding["rule"])
        return found, ""

    def record(self, executable, program, form):
        trace = Path(f"{executable}.lctrace")
        trace.unlink(missing_ok=True)
        environment = {"LOCKCHECK": "record", "LOCKCHECK_TRACE": str(trace)}
        if form == "plain": environment["LD_PRELOAD"] = str(self.build / "libLockcheckRuntime.so")
        return trace, run([str(executable), *program.arguments], environment)


def kind_of(rule):
    return next((kind for kind, rules in KINDS.items() if rule in rules), "misuse")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("suite", choices=["tsan", "helgrind", "drd"]); parser.add_argument("folder")
    parser.add_argument("--build", default=".build/debug"); parser.add_argument("--accesses", action="store_true")
    parser.add_argument("--own", action="store_true"); parser.add_argument("--only"); parser.add_argument("--work", default="/tmp/lockcheck-suites")
    options = parser.parse_args()
    suite = Suite(options)
    run(["cc", "-O1", "-c", str(HERE / "invisible.c"), "-o", str(suite.work / "invisible.o")])
    run(["cc", "-O1", "-c", str(HERE / "absent.c"), "-o", str(suite.work / "absent.o")])
    programs = tsan_programs(suite.folder) if options.suite == "tsan" else valgrind_programs(suite.folder)
    rows = []
    with open(suite.work / f"{options.suite}.json", "w") as lines:
        for program in programs:
            if options.only and not re.fullmatch(options.only, program.name): continue
            row = {"name": program.name, "truth": sorted(program.truth), "skip": program.skip}
            rows.append(row)
            if not program.skip: score(suite, options, program, row)
            print(json.dumps(row), file=lines, flush=True)
    table(rows, options)


def kinds_found(row, verdicts):
    found = row.get("found", {})
    return {kind_of(rule) for verdict in verdicts for rule in found.get(verdict, [])}


def table(rows, options):
    """Prints what was found of what must be, and where something was said or done that must not be."""
    scored = [row for row in rows if not row["skip"]]
    print(f"{len(rows)} programs, {len(scored)} scored")
    sure = ("observed", "predicted")
    for kind in ["race", "order", "misuse"] if options.accesses else ["order", "misuse"]:
        must = [row for row in scored if kind in row["truth"]]
        found = [row for row in must if kind in kinds_found(row, sure)]
        possible = [row for row in must if row not in found and kind in kinds_found(row, ["possible"])]
        own = f", its own tool {sum(kind in row.get('own', []) for row in must)}" if options.own else ""
        print(f"{kind}: {len(must)} must report, {len(found)} do, {len(possible)} more as possible{own}")
        print("  missed:", " ".join(row["name"] for row in must if row not in found and row not in possible))
    claimed = {"race", "order", "misuse"}
    silent = [row for row in scored if not claimed & set(row["truth"])]
    loud = [row for row in silent if kinds_found(row, sure)]
    own = f", its own tool {sum(not claimed & set(row.get('own', [])) for row in silent)}" if options.own else ""
    print(f"silent: {len(silent)} must be, {len(silent) - len(loud)} are{own}")
    print("  loud:", " ".join(row["name"] for row in loud))
    wrong = [row for row in scored if "plain" in row and (row["status"] != row["plain"] or not row["same"])]
    print("other output or status:", " ".join(f"{row['name']}({row['plain']}/{row['status']})" for row in wrong))
    print("not analyzed:", " ".join(row["name"] for row in scored if "failed" in row))


def score(suite, options, program, row):
    executable, errors = suite.compile(program, "plain")
    output = None
    if executable:
        row["plain"], output, _ = run([str(executable), *program.arguments])
        if row["plain"] is None:
            row["skip"] = "does not end by itself"
            return
        # What changes from run to run is not to be the same.
        if run([str(executable), *program.arguments])[1] != output: output = None
    elif not options.accesses:
        row["skip"] = "does not compile: " + next((l for l in errors.splitlines() if "error" in l or "undefined" in l), errors[-100:])
        return
    form = "accesses" if options.accesses else "plain"
    if form != "plain":
        executable, errors = suite.compile(program, form)
        if executable is None:
            row["skip"] = "does not compile: " + next((l for l in errors.splitlines() if "error" in l or "undefined" in l), errors[-100:])
            return
    trace, (status, recorded, errors) = suite.record(executable, program, form)
    row["status"] = status
    row["same"] = output is None or recorded == output
    if status is None or status < 0: row["errors"] = errors[-300:]
    if trace.exists():
        found, problem = suite.analyze(trace)
        if found is None: row["failed"] = problem
        else: row["found"] = {verdict: sorted(rules) for verdict, rules in found.items()}
    else:
        row["failed"] = "no trace: " + errors[-200:]
    if options.own:
        if options.suite == "tsan":
            own, errors = suite.compile(program, "tsan")
            said = run(["/usr/bin/setarch", "-R", str(own), *program.arguments]) if own else (None, "", "")
        else:
            said = run(["/usr/bin/valgrind", f"--tool={options.suite}", str(suite.work / f"{program.name}.plain"), *program.arguments])
        row["own"] = sorted(kinds_said("\n".join(l for l in said[2].splitlines() if "WARNING: Thread" in l) if options.suite == "tsan" else said[2]))


if __name__ == "__main__":
    main()
