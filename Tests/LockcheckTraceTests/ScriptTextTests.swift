import LockcheckTestKit
import LockcheckTrace
import Testing

@Suite struct `A script as a text` {
  private static let text = """
    lockcheck-script 1
    goal stuck
    thread 0 - 0
    thread 1 0 0
    thread 2 0 1
    step 0 fork -
    step 1 acquire 3
    step 2 queueJoin 7
    last 1 join -
    last 2 acquire 3
    end

    """

  private static let script = Script(
    threads: [
      .init(parent: nil, ordinal: 0), .init(parent: 0, ordinal: 0), .init(parent: 0, ordinal: 1),
    ],
    steps: [
      .init(thread: 0, operation: .fork, object: nil),
      .init(thread: 1, operation: .acquire, object: 3),
      .init(thread: 2, operation: .queueJoin, object: 7),
    ],
    last: [
      .init(thread: 1, operation: .join, object: nil),
      .init(thread: 2, operation: .acquire, object: 3),
    ], goal: .stuck)

  @Test func `reads as it is written down`() throws {
    #expect("\(Self.script)" == Self.text)
    #expect(try Script(parsing: Self.text) == Self.script)
  }

  @Test func `may have other line ends`() throws {
    let text = Self.text.split(separator: "\n").joined(separator: "\r\n")
    #expect(try Script(parsing: text) == Self.script)
  }

  @Test func `may say nothing but its goal`() throws {
    for goal in Script.Goal.allCases {
      let script = Script(threads: [], steps: [], last: [], goal: goal)
      #expect(try Script(parsing: "\(script)") == script)
    }
  }

  @Test(arguments: Operation.allCases)
  func `tells every operation from the others`(operation: Operation) throws {
    var script = Self.script
    script.steps = [.init(thread: 0, operation: operation, object: 1)]
    #expect(try Script(parsing: "\(script)") == script)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `comes back as it was`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let script = Script.random(using: &random)
    #expect(try Script(parsing: "\(script)") == script, "seed \(seed)")
  }

  /// Cut off anywhere, it is refused; only the line end after `end` may be missing.
  @Test func `is refused where it is not whole`() {
    let bytes = Array(Self.text.utf8)
    for count in 0..<bytes.count - 1 {
      let cut = String(decoding: bytes.prefix(count), as: UTF8.self)
      #expect(throws: ScriptTextError.self, "first \(count) bytes") { try Script(parsing: cut) }
    }
    #expect(throws: Never.self) { try Script(parsing: String(Self.text.dropLast())) }
  }

  @Test(arguments: [
    ("", "script, line 1: found nothing, expected 'lockcheck-script 1'"),
    ("{}", "script, line 1: found '{}', expected 'lockcheck-script 1'"),
    (
      "lockcheck-script 2\n",
      "script, line 1: found 'lockcheck-script 2', expected 'lockcheck-script 1'"
    ),
    (
      "goal win",
      "script, line 2: found 'goal win', expected 'goal' with one of stuck, meeting, end"
    ),
    (
      "goal end\nthread 1 - 0", "script, line 3: found '1', expected thread 0, the next one"
    ),
    (
      "goal end\nthread 0 0 0",
      "script, line 3: found '0', expected '-' or a thread that stands before this one"
    ),
    ("goal end\nthread 0 - -1", "script, line 3: found '-1', expected a number from 0"),
    ("goal end\nthread 0 - +1", "script, line 3: found '+1', expected a number from 0"),
    (
      "goal end\nthread 0 - 0\nstep 1 acquire 0",
      "script, line 4: found '1', expected the number of one of the threads above"
    ),
    (
      "goal end\nthread 0 - 0\nstep 0 acqire 0",
      "script, line 4: found 'acqire', expected an operation, as 'acquire'"
    ),
    (
      "goal end\nthread 0 - 0\nstep 0 acquire 99999999999999999999",
      "script, line 4: found '99999999999999999999', expected '-' or the number of an object"
    ),
    (
      "goal end\nthread 0 - 0\nstep 0 acquire",
      "script, line 4: found 'step 0 acquire', expected a line 'thread', 'step', 'last' or 'end'"
    ),
    (
      "goal end\nthread 0 - 0\nlast 0 acquire 0\nstep 0 acquire 0",
      "script, line 5: found 'step 0 acquire 0', expected a line 'last' or 'end'"
    ),
    (
      "goal end\nthread 0 - 0\nstep 0 acquire 0\nthread 1 0 0",
      "script, line 5: found 'thread 1 0 0', expected a line 'step', 'last' or 'end'"
    ),
    (
      "goal end\n\u{1B}[2J",
      "script, line 3: found '\\u{1B}[2J', expected a line 'thread', 'step', 'last' or 'end'"
    ),
    ("goal end\nend\nend", "script, line 4: found 'end', expected nothing after 'end'"),
  ])
  func `is refused with the place and what would have been right`(text: String, message: String) {
    let whole = text.hasPrefix("goal") ? "lockcheck-script 1\n" + text : text
    let error = #expect(throws: ScriptTextError.self) { try Script(parsing: whole) }
    #expect(error.map { "\($0)" } == message)
  }

  /// Whatever is done to it, it is read or refused: nothing else.
  @Test(arguments: 0..<500 as Range<UInt64>)
  func `is read or refused where it is damaged`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bytes = Array(Self.text.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: bytes.indices, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes.remove(at: place)
      case 1: bytes[place] = UInt8.random(in: 0...127, using: &random)
      default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      }
    }
    do throws(ScriptTextError) {
      let script = try Script(parsing: String(decoding: bytes, as: UTF8.self))
      // What was read names only what there is.
      #expect(try Script(parsing: "\(script)") == script, "seed \(seed)")
      let threads = script.threads.indices
      #expect(
        (script.steps + script.last).allSatisfy { threads.contains($0.thread) }, "seed \(seed)")
    } catch {
      #expect(error.line >= 1 && !error.expected.isEmpty, "seed \(seed)")
    }
  }
}

extension Script {
  fileprivate static func random(using random: inout SeededGenerator) -> Script {
    let count = Int.random(in: 1...5, using: &random)
    let threads = (0..<count).map { number in
      Origin(
        parent: number == 0 ? nil : Int.random(in: 0..<number, using: &random),
        ordinal: Int.random(in: 0...3, using: &random))
    }
    func entries(_ limit: Int) -> [Entry] {
      (0..<Int.random(in: 0...limit, using: &random)).map { _ in
        Entry(
          thread: Int.random(in: 0..<count, using: &random),
          operation: Operation.allCases.randomElement(using: &random) ?? .dummy,
          object: Bool.random(using: &random) ? Int.random(in: 0...9, using: &random) : nil)
      }
    }
    return Script(
      threads: threads, steps: entries(30), last: entries(3),
      goal: Goal.allCases.randomElement(using: &random) ?? .end)
  }
}
