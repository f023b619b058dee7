/// A script as a text: what passes from the command to the program under test.
///
/// ```
/// lockcheck-script 1
/// goal stuck
/// thread 0 - 0
/// thread 1 0 0
/// step 0 fork -
/// step 1 acquire 0
/// last 1 acquire 1
/// end
/// ```
///
/// A `thread` is its number, its parent's (or `-`) and how many that one had started before; a `step` and a
/// `last` step are a thread, an operation and an object (or `-`). The lines come in this order. `end` tells a whole
/// text from one that was cut off.
extension Script: CustomStringConvertible {
  /// The script as a text, that ``init(parsing:)`` reads again.
  ///
  /// - Complexity: O(steps).
  public var description: String {
    var text = "\(ScriptLine.header)\ngoal \(goal.rawValue)\n"
    for (number, thread) in threads.enumerated() {
      text += "thread \(number) \(thread.parent.map(String.init) ?? "-") \(thread.ordinal)\n"
    }
    for step in steps { text += "step \(step.text)\n" }
    for step in last { text += "last \(step.text)\n" }
    return text + "end\n"
  }

  /// Reads what ``description`` has written.
  ///
  /// - Throws: What is wrong, with its line.
  /// - Complexity: O(length of the text).
  public init(parsing text: String) throws(ScriptTextError) {
    var parser = ScriptParser()
    var number = 0
    for content in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      try parser.take(ScriptLine(content, number: number))
    }
    self = try parser.finish(line: number)
  }
}

extension Script.Entry {
  fileprivate var text: String {
    "\(thread) \(operation.scriptName) \(object.map(String.init) ?? "-")"
  }
}

extension Operation {
  /// The word for it in a script: other than ``name``, it tells `join` and `queueJoin` apart.
  fileprivate var scriptName: String { self == .queueJoin ? "queueJoin" : name }

  fileprivate static let byScriptName = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.scriptName, $0) })
}

/// One line, as words.
private struct ScriptLine {
  static let header = "lockcheck-script 1"

  let content: Substring
  let words: [Substring]
  let number: Int

  init(_ content: Substring, number: Int) {
    self.content = content
    self.number = number
    words = content.split(separator: " ")
  }

  func error(_ code: ScriptTextError.Code, expected: String) -> ScriptTextError {
    ScriptTextError(code, line: number, found: content, expected: expected)
  }

  func error(at place: Int, expected: String) -> ScriptTextError {
    let found = words.indices.contains(place) ? words[place] : ""
    return ScriptTextError(.invalidValue, line: number, found: found, expected: expected)
  }

  /// The word at `place` as a number from 0, below `limit`.
  func number(
    at place: Int, below limit: Int = .max, expected: String
  ) throws(ScriptTextError) -> Int {
    // `Int` would take a sign, too.
    guard words[place].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      let number = Int(words[place]), number < limit
    else { throw error(at: place, expected: expected) }
    return number
  }

  /// The word at `place` as a number, or nil where it is `-`.
  func numberOrNone(
    at place: Int, below limit: Int = .max, expected: String
  ) throws(ScriptTextError) -> Int? {
    words[place] == "-" ? nil : try number(at: place, below: limit, expected: expected)
  }
}

/// Puts a script together, line by line.
private struct ScriptParser {
  /// What lines may come next, in the order in which they come.
  private enum Part: Int { case header, goal, thread, step, last, end }

  private var part = Part.header
  private var script = Script(threads: [], steps: [], last: [], goal: .end)

  mutating func take(_ line: ScriptLine) throws(ScriptTextError) {
    switch part {
    case .header: try takeHeader(line)
    case .goal: try takeGoal(line)
    case .end where line.words.isEmpty: break
    case .end: throw line.error(.unexpectedLine, expected: "nothing after 'end'")
    case .thread, .step, .last: try takeRow(line)
    }
  }

  func finish(line: Int) throws(ScriptTextError) -> Script {
    guard part == .end else {
      throw ScriptTextError(.truncated, line: line, found: "", expected: expected)
    }
    return script
  }

  private var expected: String {
    switch part {
    case .header: "'\(ScriptLine.header)'"
    case .goal: "'goal' with one of " + Script.Goal.allCases.map(\.rawValue).joined(separator: ", ")
    case .thread: "a line 'thread', 'step', 'last' or 'end'"
    case .step: "a line 'step', 'last' or 'end'"
    case .last: "a line 'last' or 'end'"
    case .end: "nothing after 'end'"
    }
  }

  private mutating func takeHeader(_ line: ScriptLine) throws(ScriptTextError) {
    guard line.content == ScriptLine.header else {
      let isOther = line.words.first == "lockcheck-script"
      throw line.error(isOther ? .unsupportedVersion : .notAScript, expected: expected)
    }
    part = .goal
  }

  private mutating func takeGoal(_ line: ScriptLine) throws(ScriptTextError) {
    guard line.words.count == 2, line.words[0] == "goal",
      let goal = Script.Goal(rawValue: String(line.words[1]))
    else { throw line.error(.unexpectedLine, expected: expected) }
    script.goal = goal
    part = .thread
  }

  private mutating func takeRow(_ line: ScriptLine) throws(ScriptTextError) {
    let isRow = line.words.count == 4
    switch line.words.first {
    case "thread" where isRow && part == .thread: script.threads.append(try origin(line))
    case "step" where isRow && part.rawValue <= Part.step.rawValue:
      part = .step
      script.steps.append(try entry(line))
    case "last" where isRow:
      part = .last
      script.last.append(try entry(line))
    case "end" where line.words.count == 1: part = .end
    default: throw line.error(.unexpectedLine, expected: expected)
    }
  }

  private func origin(_ line: ScriptLine) throws(ScriptTextError) -> Script.Origin {
    let next = script.threads.count
    guard line.words[1] == "\(next)" else {
      throw line.error(at: 1, expected: "thread \(next), the next one")
    }
    let parent = try line.numberOrNone(
      at: 2, below: next, expected: "'-' or a thread that stands before this one")
    return Script.Origin(
      parent: parent, ordinal: try line.number(at: 3, expected: "a number from 0"))
  }

  private func entry(_ line: ScriptLine) throws(ScriptTextError) -> Script.Entry {
    let thread = try line.number(
      at: 1, below: script.threads.count, expected: "the number of one of the threads above")
    guard let operation = Operation.byScriptName[String(line.words[2])] else {
      throw line.error(at: 2, expected: "an operation, as 'acquire'")
    }
    let object = try line.numberOrNone(at: 3, expected: "'-' or the number of an object")
    return Script.Entry(thread: thread, operation: operation, object: object)
  }
}
