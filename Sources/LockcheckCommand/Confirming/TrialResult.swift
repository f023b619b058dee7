import LockcheckFindings

/// What a program says of the schedule that it ran under, at its end.
///
/// Lines `key: value`, then an empty line and a text for a person. Keys that are not known are passed over: a later
/// version may have more to say.
struct TrialResult: Equatable {
  /// How the schedule ended, in a word: `passed`, `deadlock` …
  var outcome: String
  /// Whether the program came to what was predicted.
  var isReached: Bool
  /// How far the script was followed.
  var progress: ReportedConfirmation.Progress?
  /// What replays this schedule.
  var token: String?
  /// What was said of the outcome.
  var message: String?
  /// The schedule as a table.
  var table: String

  /// What is wrong with a result.
  struct Flaw: Error, Equatable {
    var line: Int
    var problem: String
  }

  /// Reads a result.
  ///
  /// - Throws: The first line that is not what a result has.
  init(parsing text: String) throws(Flaw) {
    var values: [Substring: Substring] = [:]
    var number = 0
    var rest = text[...]
    while let end = rest.firstIndex(where: \.isNewline) {
      number += 1
      let line = rest[..<end]
      rest = rest[rest.index(after: end)...]
      if line.isEmpty { break }
      guard let colon = line.firstIndex(of: ":") else {
        throw Flaw(line: number, problem: "expected 'key: value', found '\(line.prefix(40))'")
      }
      values[line[..<colon]] = line[line.index(after: colon)...].drop { $0 == " " }
    }
    func value(_ key: Substring) throws(Flaw) -> String {
      guard let value = values[key], !value.isEmpty else {
        throw Flaw(line: number, problem: "there is no '\(key)'")
      }
      return String(value)
    }
    outcome = try value("outcome")
    let reached = try value("reached")
    guard ["yes", "no"].contains(reached) else {
      throw Flaw(line: number, problem: "'reached' is neither yes nor no but '\(reached)'")
    }
    isReached = reached == "yes"
    progress = values["followed"].flatMap(Self.progress)
    // It is put into a command line: only what a token is made of.
    token = values["token"].flatMap { token in
      token.utf8.isEmpty || !token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? nil : String(token)
    }
    message = (values["divergence"] ?? values["message"]).map(String.init)
    table = String(rest)
  }

  /// `12 of 14`.
  private static func progress(_ text: Substring) -> ReportedConfirmation.Progress? {
    let words = text.split(separator: " ")
    guard words.count == 3, words[1] == "of", let followed = Int(words[0]),
      let steps = Int(words[2])
    else { return nil }
    return .init(followed: followed, steps: steps)
  }
}
