import LockcheckFindings
import LockcheckReport
import LockcheckTestKit
import LockcheckTrace
import LockcheckTriage
import Testing

private let redaction = Redaction(
  root: "/code/bank", users: ["ann", "al", "root", "user"], hosts: ["tiger.example.org"],
  others: ["Project X"])

@Suite struct `What is redacted` {
  @Test(arguments: [
    ("/code/bank/Sources/Bank/Bank.swift", "Sources/Bank/Bank.swift"),
    ("/home/ann/dep/Sources/Dep/A.swift", "/…/Sources/Dep/A.swift"),
    ("/home/ann/secret/main.cpp", "/…/main.cpp"),
    ("/usr/include/c++/12/thread", "/usr/include/c++/12/thread"),
    ("../../home/ann/x.c", "/…/x.c"), ("Bank.swift", "Bank.swift"), ("ann.swift", "<user>.swift"),
    ("<compiler-generated>", "<compiler-generated>"), ("/", "/"), ("", ""),
    ("/a/Sources/../etc/passwd", "/…/passwd"), ("/code/banker/x.c", "/…/x.c"),
  ])
  func `of a source is where it is`(path: String, redacted: String) {
    #expect(redaction.source(path) == redacted)
    #expect(redaction.source(redacted) == redacted)
  }

  @Test(arguments: [
    ("worker", "worker"), ("ann's thread on tiger", "<user>'s thread on <host>"),
    ("tiger.example.org:80", "<host>:80"), ("planner", "planner"), ("al", "al"),
    ("root lock", "root lock"),
    ("job /home/bob/in.csv:3", "job /…/in.csv:3"),
    ("{impl at /code/bank/Sources/b.rs:3:1}", "{impl at Sources/b.rs:3:1}"),
    ("Int./ infix(Int, Int)", "Int./ infix(Int, Int)"), ("a / b", "a / b"),
    ("at /mnt/code/bank/x.c", "at /…/x.c"),
    ("/code/bank/../../home/ann/x", "/…/x"), ("user lock", "user lock"),
    ("operator/(int)", "operator/(int)"),
    ("http://tiger/x", "http:/…/x"), ("Project X's lock", "<redacted>'s lock"),
    ("read/write lock", "read/write lock"),
    ("//", "//"), ("ann_ann ann", "ann_ann <user>"),
  ])
  func `of a text is paths and names`(text: String, redacted: String) {
    #expect(redaction.text(text) == redacted)
    #expect(redaction.text(redacted) == redacted)
  }

  @Test func `is learned from home directories`() {
    var redaction = Redaction()
    redaction.learn(from: "/home/zoe/bin/x")
    redaction.learn(from: "reads '/home/eva' at home/max/x")
    #expect(redaction.text("lock of zoe and eva, max") == "lock of <user> and <user>, max")
  }

  @Test(arguments: [UInt64](0..<20))
  func `leaves no folder of an absolute path, whatever stands around it`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let pieces = [
      " ", "a", "(", ")", "\"", "'", "=", ":", ",", "-I", "é", "\n", "/", "//", "..", "~", "…", "<",
      ">",
      "/home/zoe/secret/x.c", "/code/bank/x.c", "/home/zoe/secret/Sources/Bank/x.c",
      "file:///home/zoe/secret/y",
    ]
    var redaction = Redaction(root: "/code/bank")
    redaction.learn(from: "/home/zoe")
    for _ in 0..<100 {
      let text = (0..<Int.random(in: 1...8, using: &random)).map { _ in
        pieces.randomElement(using: &random) ?? ""
      }.joined()
      let redacted = redaction.text(text)
      #expect(!redacted.contains("secret/"), "seed \(seed): \(text) became \(redacted)")
      #expect(redaction.text(redacted) == redacted, "seed \(seed): \(text) became \(redacted)")
    }
  }

  @Test func `of a report is gone from every form of it`() {
    var sample = RaceSample(folder: "/home/ann/secret/Sources/Bank", thread: "ann's /home/ann/job")
    sample.variable = "total of /home/ann/in.csv"
    sample.module = "/home/ann/secret/.build/bank"
    sample.header.process = .init(
      pid: 7, executable: "/home/ann/bank", arguments: ["--password=x", "/home/ann"])
    let report = sample.report
    let redacted = redaction.report(report)
    for text in [
      TextRenderer().render(redacted), JSONRenderer().render(redacted), "\(redacted)",
    ] {
      for word in ["ann", "secret", "password"] {
        #expect(text.firstRange(of: word).map { isWord(text, $0) } != true, "\(word)")
      }
    }
    #expect(redacted.header.process == .init(executable: "/…/bank"))
    #expect(redacted.findings.map(\.fingerprint) == report.findings.map(\.fingerprint))
    #expect(redacted.summary == report.summary)
  }

  private func isWord(_ text: String, _ range: Range<String.Index>) -> Bool {
    let before =
      range.lowerBound > text.startIndex ? text[text.index(before: range.lowerBound)] : " "
    let after = range.upperBound < text.endIndex ? text[range.upperBound] : " "
    return !before.isLetter && !after.isLetter
  }

  @Test func `of tables leaves fingerprints as they are`() {
    let report = RaceSample().report
    let tables = redaction.tables(report.tables)
    #expect(tables != report.tables)
    #expect(
      Fingerprint(of: report.findings[0].finding, tables: tables) == report.findings[0].fingerprint)
  }

  @Test func `piece by piece is the same as all at once`() {
    let tables = RaceSample(folder: "/home/ann/secret", thread: "ann", module: "/home/ann/bank")
      .report.tables
    var growing = TraceTables()
    var redacted = TraceTables()
    growing.forgetChanges()
    for step in 0..<3 {
      if step < 2 {
        growing.threads.append(tables.threads[step])
        growing.frames.append(tables.frames[step])
        growing.stacks.append(tables.stacks[step])
      }
      if step == 0 { _ = growing.objects.append(kind: .variable, name: nil) }
      if step == 2 { growing.objects.setName("lock of ann", of: ObjectID(0)) }
      redacted.apply(redaction.changes(growing.takeChanges()))
    }
    #expect(redacted == redaction.tables(growing))
    #expect(redacted.objects.name(of: ObjectID(0)) == "lock of <user>")
  }
}
