#!/usr/bin/env python3
"""Builds the documentation of the libraries, and checks it.

    swift build && Docs/docc.py [--build .build/debug] [--output FOLDER] [--base-path PATH]

Reads the symbols of the built modules, demands that each public one has a comment, and makes one site
of the catalogs in Sources and of the pages in Docs that are for users. A link that leads nowhere, and
anything else that docc warns of, is an error. Ends with 0 when all is well.
"""

import argparse
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# The modules of the library products, and the pages of Docs that go with each.
LIBRARIES = {
    "Lockcheck": ["recorder", "check-mode", "names", "primitives"],
    "LockcheckFoundation": [],
    "LockcheckSynchronization": [],
    "LockcheckTesting": ["testing"],
    "LockcheckXCTest": [],
    "LockcheckAssertions": [],
    "LockcheckExploration": ["exploration", "exploration-strategies", "replay", "confirm"],
    "LockcheckRecorder": [],
    "LockcheckTasks": [],
    "LockcheckTrace": [],
    "LockcheckCodecs": ["trace-format", "trace-format-binary"],
    "LockcheckAnalysis": [],
    "LockcheckFindings": ["rules"],
    "LockcheckReport": [],
    "LockcheckPipeline": [],
}

# A parameter whose name says what it is needs no line, here as in the settings of the formatter.
ACCEPTED = re.compile(r"warning: Parameter '.*' is missing documentation")


def run(*words):
    """Runs a tool; what it says, and how it ended."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout, done.returncode


def toolchain():
    """The folder of the compiler's own tools: swift itself may be a link or a wrapper."""
    text, status = run("swiftc", "-print-target-info")
    if status != 0:
        sys.exit("there is no swiftc: " + text)
    info = json.loads(text)
    # usr/lib/swift is where the runtime's resources are.
    resources = info["paths"]["runtimeResourcePath"]
    return os.path.normpath(os.path.join(resources, "../../bin")), info["target"]["unversionedTriple"]


def headers(build):
    """The folders of headers with a map of their own, in the packages that this one depends on."""
    packages = os.path.join(os.path.realpath(build), "..", "..", "checkouts")
    maps = glob.glob(f"{packages}/*/Sources/*/include/module.modulemap")
    return sorted(os.path.dirname(path) for path in maps)


def extract(module, build, folder):
    """Writes the symbols of a module into a folder."""
    tools, triple = toolchain()
    maps = [
        f"-fmodule-map-file={build}/{name}/module.modulemap"
        for name in sorted(os.listdir(build))
        if os.path.exists(f"{build}/{name}/module.modulemap")
    ]
    text, status = run(
        f"{tools}/swift-symbolgraph-extract", "-module-name", module, "-target", triple,
        "-I", f"{build}/Modules", "-I", f"{ROOT}/Sources/CLibunwind",
        *[word for path in maps for word in ("-Xcc", path)],
        *[word for path in headers(build) for word in ("-I", path)],
        "-minimum-access-level", "public", "-skip-synthesized-members",
        "-emit-extension-block-symbols", "-output-dir", folder)
    if status != 0:
        sys.exit(f"{module}: its symbols cannot be read from {build}\n{text}")


def uncommented(folder):
    """How many public symbols a module has, and those without a comment."""
    count, missing = 0, []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as file:
            symbols = json.load(file)["symbols"]
        for symbol in symbols:
            # What extensions of other modules' types stand in is no declaration of its own.
            if symbol["kind"]["identifier"] == "swift.extension":
                continue
            count += 1
            if not symbol.get("docComment", {}).get("lines"):
                missing.append(".".join(symbol["pathComponents"]))
    return count, missing


def slug(heading):
    """The anchor of a heading in Docs."""
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return kept.strip().replace(" ", "-")


def article(page, pages):
    """A page of Docs with links that docc understands: to pages beside it, or none."""
    with open(f"{ROOT}/Docs/{page}.md") as file:
        text = file.read()
    headings = {slug(found): found for found in re.findall(r"^#+ (.*)$", text, re.M)}

    def link(found):
        words, target = found.groups()
        place, _, anchor = target.partition("#")
        if "://" in target:
            return found[0]
        if not place and anchor in headings:
            heading = headings[anchor].replace("`", "").replace(" ", "-")
            return f"[{words}](doc:{page}#{heading})"
        name = place.removesuffix(".md")
        return f"[{words}](doc:{name})" if name in pages else words

    parts = re.split(r"(^```.*?^```$)", text, flags=re.M | re.S)
    for index in range(0, len(parts), 2):
        parts[index] = re.sub(r"(?<!!)\[([^\]\[]*)\]\(([^)\s]+)\)", link, parts[index])
    return "".join(parts)


def convert(module, pages, symbols, work, base):
    """Makes the archive of one module; what docc complains of."""
    catalog = f"{work}/{module}.docc"
    shutil.copytree(f"{ROOT}/Sources/{module}/{module}.docc", catalog)
    for page in pages:
        with open(f"{catalog}/{page}.md", "w") as file:
            file.write(article(page, pages))
    words = [
        "convert", catalog, "--additional-symbol-graph-dir", symbols,
        "--fallback-display-name", module, "--fallback-bundle-identifier", f"lockcheck.{module}",
        "--output-path", f"{work}/{module}.doccarchive", "--emit-digest",
    ]
    if base:
        words += ["--hosting-base-path", base]
    text, status = run(f"{toolchain()[0]}/docc", *words)
    told = re.split(r"^(?=(?:warning|error): )", text, flags=re.M)
    complaints = [
        one.strip() for one in told
        if re.match("warning: |error: ", one) and not ACCEPTED.match(one)
    ]
    return complaints or ([text] if status != 0 else [])


def main():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--build", default=f"{ROOT}/.build/debug", help="where the modules are built")
    options.add_argument("--output", help="keep the site in this folder, which is replaced")
    options.add_argument("--base-path", help="where the site is on its server, if not at its root")
    chosen = options.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as work:
        for module, pages in LIBRARIES.items():
            symbols = f"{work}/symbols/{module}"
            os.makedirs(symbols)
            extract(module, os.path.abspath(chosen.build), symbols)
            count, missing = uncommented(symbols)
            print(f"{module}: {count - len(missing)} of {count} public symbols have a comment")
            complaints = [f"{name}: no comment" for name in missing]
            complaints += convert(module, pages, symbols, work, chosen.base_path)
            for complaint in complaints:
                failed = True
                print(f"{module}: {complaint.replace(work + '/', '')}", file=sys.stderr)
        if failed:
            sys.exit("the documentation is not as it should be (above)")
        if chosen.output:
            shutil.rmtree(chosen.output, ignore_errors=True)
            text, status = run(
                f"{toolchain()[0]}/docc", "merge",
                *[f"{work}/{module}.doccarchive" for module in LIBRARIES],
                "--synthesized-landing-page-name", "lockcheck",
                "--synthesized-landing-page-topics-style", "list", "--output-path", chosen.output)
            if status != 0:
                sys.exit(f"the libraries cannot be put together\n{text}")
            print(f"the site is in {chosen.output}; python3 -m http.server -d {chosen.output} shows it")


if __name__ == "__main__":
    main()
