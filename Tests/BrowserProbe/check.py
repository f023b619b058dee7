"""Opens pages that the command made in a real browser, uses them as a reader does, and looks at what comes of it.

  check.py LOCKCHECK [FOLDER FOR SCREENSHOTS]
"""

import os
import subprocess
import sys
import tempfile

from browser import Browser, installed
import traces

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "..", "..", "Fixtures")


def make(lockcheck, folder):
    """Pages by name."""
    for name, events in (("many", traces.many_findings(500)), ("graph", traces.many_locks(2000)), ("odd", traces.odd_names())):
        traces.write(f"{folder}/{name}.json", events)
    inputs = {
        "crossed": f"{FIXTURES}/prediction/deadlock-swapped/trace.std",
        "race": f"{FIXTURES}/data-race/two-writes/trace.json",
        "clean": f"{FIXTURES}/data-race/two-writes-locked/trace.json",
        "two": [f"{FIXTURES}/prediction/deadlock-swapped/trace.std", f"{FIXTURES}/data-race/two-writes/trace.json"],
        "many": f"{folder}/many.json", "graph": f"{folder}/graph.json", "odd": f"{folder}/odd.json",
    }
    pages = {}
    for name, trace in inputs.items():
        pages[name] = f"{folder}/{name}.html"
        done = subprocess.run([lockcheck, "analyze", "--format", "html", "-o", pages[name],
                               *(trace if isinstance(trace, list) else [trace])],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            sys.exit(f"lockcheck ended with {done.returncode}: {done.stderr}")
    return pages


class Check:
    def __init__(self, browser, pages, pictures):
        self.browser = browser
        self.pages = pages
        self.pictures = pictures
        self.failures = []
        self.count = 0

    def expect(self, condition, what):
        self.count += 1
        if not condition:
            self.failures.append(what)
            print("FAILED:", what)

    def equal(self, found, wanted, what):
        self.expect(found == wanted, f"{what}: {found!r} instead of {wanted!r}")

    def open(self, name, fragment="", **how):
        took = self.browser.open(self.pages[name], fragment, **how)
        self.expect(not self.browser.problems(), f"{name}{fragment} complains: {self.browser.problems()}")
        return took

    def picture(self, name, whole=False):
        if self.pictures:
            self.browser.picture(f"{self.pictures}/{name}.png", whole)

    def text(self, selector):
        return self.browser.evaluate(f"(document.querySelector({selector!r}) || {{}}).textContent || ''")

    def amount(self, selector):
        return self.browser.evaluate(f"document.querySelectorAll({selector!r}).length")

    def finding(self):
        """The fragment of the first finding."""
        return self.browser.evaluate("document.querySelector('.items a').getAttribute('href')")

    # What a reader does.

    def reads_a_finding(self):
        self.open("crossed")
        self.equal(self.text("h1"), "1 finding that can happen", "the overview's title")
        self.picture("overview")
        fragment = self.finding()
        self.open("crossed", fragment)
        self.expect("takes" in self.text(".sentence"), "a finding has its sentence")
        self.expect(self.amount(".edge.lit") >= 4, "the cycle is lit")
        self.expect(self.amount(".step") == 2, "the places stand side by side")
        self.expect("fingerprint: " in self.text(".copy:nth-of-type(1) pre") or "suppressions:" in self.text("main"), "the suppression is there")
        self.expect("lockcheck confirm" in self.text("main"), "how to confirm it is there")
        self.picture("finding", whole=True)

    def chooses_an_arrow_by_keyboard(self):
        self.open("crossed")
        self.open("crossed", self.finding())
        before = self.text(".edge-detail")
        self.browser.evaluate("document.querySelectorAll('.edge')[document.querySelector('.edge[aria-pressed=true]') === document.querySelectorAll('.edge')[0] ? 1 : 0].focus()")
        self.browser.press("Enter")
        self.expect(self.text(".edge-detail") != before, "Enter on an arrow shows another one")
        self.equal(self.amount(".edge[aria-pressed=true]"), 1, "arrows that are chosen")
        self.expect("eld" in self.text(".edge-detail"), "an arrow tells what was held")

    def steps_through_the_witness(self):
        self.open("crossed")
        self.open("crossed", self.finding())
        self.browser.press("s")
        self.equal(self.browser.evaluate("document.activeElement.className"), "rows", "what s leads to")
        last = self.amount(".rows li") - 1
        self.equal(self.browser.evaluate("document.querySelector('.rows').getAttribute('aria-activedescendant')"), f"row-{last}", "the step at first")
        self.browser.press("Home")
        self.expect(self.text(".readout").startswith("Step 1 of"), "Home leads to the first step")
        self.browser.press("ArrowDown")
        self.browser.press("ArrowDown")
        self.expect(self.text(".readout").startswith("Step 3 of"), "two arrows lead to the third step")
        self.browser.press("ArrowUp")
        self.expect(self.text(".readout").startswith("Step 2 of"), "an arrow leads back")
        self.expect(self.browser.evaluate("location.hash").endswith("/step/2"), "the link names the step")
        self.equal(self.amount(".rows li[aria-selected=true]"), 1, "steps that are chosen")
        fragment = self.browser.evaluate("location.hash")
        self.open("crossed", fragment)
        self.expect(self.text(".readout").startswith("Step 2 of"), "a link leads to a step")

    def searches_and_filters(self):
        self.open("many")
        total = self.amount(".items a")
        self.equal(total, 500, "findings in the list")
        self.browser.press("/")
        self.equal(self.browser.evaluate("document.activeElement.id"), "search", "what / leads to")
        for letter in "shard 17":
            self.browser.press(letter)
        found = self.amount(".items a")
        self.expect(0 < found < 30, f"the search leaves few findings, not {found}")
        self.browser.evaluate("{ const s = document.getElementById('search'); s.value = 'forward17.inner'; s.dispatchEvent(new Event('input')) }")
        self.equal(self.amount(".items a"), 1, "findings in a function")
        self.browser.evaluate("{ const s = document.getElementById('search'); s.value = ''; s.dispatchEvent(new Event('input')) }")
        self.browser.evaluate("[...document.querySelectorAll('.chip')].find((chip) => chip.textContent.startsWith('race')).click()")
        self.equal(self.amount(".items a"), 250, "findings without races")
        self.browser.press("Escape")
        self.browser.press("j")
        self.browser.wait("document.querySelector('.finding') !== null", "a finding after j")
        first = self.browser.evaluate("location.hash")
        self.browser.press("j")
        self.browser.wait(f"location.hash !== {first!r}", "the next finding after j")
        self.browser.press("k")
        self.browser.wait(f"location.hash === {first!r}", "the finding before after k")

    def stays_usable_when_large(self):
        took = self.open("many")
        self.expect(took < 10, f"500 findings open within ten seconds, not {took:.1f}")
        self.picture("many")
        self.open("graph")
        took = self.open("graph", "#/order")
        self.expect(took < 10, f"2,000 locks open within ten seconds, not {took:.1f}")
        self.picture("graph-core")
        shown = self.amount(".whole .node")
        self.browser.evaluate("document.querySelector('.tools input[type=checkbox]').click()")
        self.expect(self.amount(".whole .node") == 2000 > shown, "the whole graph has all locks, the first one less")
        self.expect(self.amount(".whole .edge.harmless") > 1000, "the harmless part is there")
        self.picture("graph-whole")
        self.browser.evaluate("{ const f = document.querySelector('.tools input[type=search]'); f.value = 'node 1204'; f.dispatchEvent(new Event('input')) }")
        self.expect(self.amount(".whole .node.on") == 1, "a lock is found by name")

    def trusts_no_name(self):
        self.open("odd")
        self.expect("broken" not in self.browser.evaluate("document.title").split("·")[0], "the title stays")
        self.equal(self.amount("#app img, #app script"), 0, "elements out of names")
        self.open("odd", self.finding())
        self.expect("</script>" in self.text(".sentence"), "an odd name is shown as it is")
        self.expect("\\u{202e}" in self.text("main"), "what turns the direction of writing is made visible")
        self.equal(self.amount("#app img, #app script"), 0, "elements out of names")

    def runs_nothing_else(self):
        self.open("clean")
        self.browser.events.clear()
        self.browser.evaluate("{ try { const s = document.createElement('script'); s.textContent = 'window.foreign = 1'; document.body.append(s) } catch {} }")
        self.equal(self.browser.evaluate("typeof window.foreign"), "undefined", "a script that is not the page's")
        blocked = self.browser.evaluate("fetch('https://example.com/').then(() => 'reached', () => 'blocked')")
        self.equal(blocked, "blocked", "a request")

    def follows_light_and_dark(self):
        for dark in (False, True):
            self.open("crossed", dark=dark)
            self.open("crossed", self.finding(), dark=dark)
            self.expect(not self.contrasts(), f"low contrast ({'dark' if dark else 'light'}): {self.contrasts()}")
            self.picture("finding-dark" if dark else "finding-light")
        colour = "getComputedStyle(document.body).backgroundColor"
        before = self.browser.evaluate(colour)
        self.browser.press("d")
        self.expect(self.browser.evaluate(colour) != before, "d changes between light and dark")
        self.browser.press("d")

    def contrasts(self):
        """Texts with less contrast than WCAG's AA asks for."""
        return self.browser.evaluate(CONTRAST)

    def fits_narrow_windows(self):
        for page, fragment in (("crossed", ""), ("many", ""), ("race", "")):
            self.open(page, fragment, size=(390, 800))
            self.open(page, self.finding(), size=(390, 800))
            wide = self.browser.evaluate("document.documentElement.scrollWidth")
            self.expect(wide <= 390, f"{page} is {wide} wide in a window of 390")
        self.picture("narrow", whole=True)
        self.open("crossed", "#/list", size=(390, 800))
        self.picture("narrow-list")
        self.expect(self.browser.evaluate("document.querySelector('.items a').offsetParent !== null"), "the list is there")

    def has_roles_and_names(self):
        self.open("crossed")
        for fragment in ("", self.finding(), "#/order"):
            self.open("crossed", fragment)
            self.equal(self.amount("h1"), 1, "headings of the page")
            nameless = self.browser.evaluate(NAMELESS)
            self.expect(not nameless, f"without a name for who does not see: {nameless}")
            doubled = self.browser.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, at, all) => all.indexOf(id) !== at)")
            self.expect(not doubled, f"ids that stand twice: {doubled}")
        self.browser.press("?")
        self.expect(self.amount("dialog[open]") == 1, "? tells the keys")
        self.browser.press("Escape")
        self.equal(self.amount("dialog[open]"), 0, "dialogs after Escape")

    def prints(self):
        self.open("crossed")
        overview = self.browser.paper()
        self.expect(overview.startswith(b"%PDF") and len(overview) > 10_000, "the overview is printed")
        self.equal(self.amount(".on-paper"), 0, "what is only for paper, on the screen")
        if self.pictures:
            with open(f"{self.pictures}/overview.pdf", "wb") as file:
                file.write(overview)

    def is_calm_about_nothing(self):
        self.open("clean")
        self.equal(self.text("h1"), "Nothing found", "the title of a clean report")
        self.equal(self.amount(".items a"), 0, "findings of a clean report")
        self.picture("clean")

    def chooses_between_traces(self):
        self.open("two")
        self.equal(self.amount(".top option"), 2, "traces to choose from")
        self.equal(self.text("h1"), "1 finding that can happen", "the first trace's overview")
        self.browser.evaluate("{ const s = document.querySelector('.top select'); s.value = '1'; s.dispatchEvent(new Event('change')) }")
        self.browser.wait("location.hash === '#/2/overview'", "the second trace")
        self.equal(self.text("h1"), "1 finding that happened", "the second trace's overview")
        self.open("two", self.finding())
        self.expect("writes x" in self.text(".sentence"), "a link leads to the second trace's finding")

    def zooms_the_timeline(self):
        self.open("crossed")
        self.browser.evaluate("document.querySelector('.timeline canvas').focus()")
        self.browser.wait("document.querySelector('.timeline .readout').textContent", "the timeline to be painted")
        before = self.text(".timeline .readout")
        self.browser.press("+")
        self.browser.wait(f"document.querySelector('.timeline .readout').textContent !== {before!r}", "the timeline to be zoomed")
        self.browser.press("0")
        self.browser.wait(f"document.querySelector('.timeline .readout').textContent === {before!r}", "the whole timeline")
        painted = self.browser.evaluate(
            "(() => { const c = document.querySelector('.timeline canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
            " return new Set(Array.from({ length: d.length / 4 }, (_, i) => d[4*i] + ',' + d[4*i+1] + ',' + d[4*i+2])).size })()")
        self.expect(painted > 5, f"the timeline is painted, in {painted} colours")


CONTRAST = """(() => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (colour) => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); return pen.getImageData(0, 0, 1, 1).data; };
  const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
  const behind = (element) => { for (let e = element; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] > 250) return c; } return [255, 255, 255, 255]; };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('svg, canvas, script, style, noscript') || !element.offsetParent) continue;
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push(element.className + ': ' + element.textContent.slice(0, 30) + ' ' + ((a + 0.05) / (b + 0.05)).toFixed(2));
  }
  return found;
})()"""

NAMELESS = """[...document.querySelectorAll('button, a, input, select, [role=button], [role=listbox], [role=img], [role=region], canvas')]
  .filter((e) => !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.textContent.trim() || e.closest('label')))
  .map((e) => e.outerHTML.slice(0, 80))"""


def main():
    program = installed()
    if not program:
        print("no Chromium is installed: the page is not looked at in a browser")
        return 0
    pictures = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as folder:
        pages = make(os.path.abspath(sys.argv[1]), folder)
        browser = Browser(program)
        try:
            check = Check(browser, pages, pictures)
            for act in (check.reads_a_finding, check.chooses_an_arrow_by_keyboard, check.steps_through_the_witness,
                        check.searches_and_filters, check.stays_usable_when_large, check.trusts_no_name,
                        check.runs_nothing_else, check.follows_light_and_dark, check.fits_narrow_windows,
                        check.has_roles_and_names, check.prints, check.is_calm_about_nothing, check.chooses_between_traces, check.zooms_the_timeline):
                try:
                    act()
                except (RuntimeError, TimeoutError) as error:
                    check.expect(False, f"{act.__name__}: {error}")
        finally:
            browser.close()
    print(f"{check.count - len(check.failures)} of {check.count} expectations met in {os.path.basename(program)}")
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())
