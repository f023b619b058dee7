/// A piece of a token that knows where it stands.
struct TokenField {
  let text: Substring
  /// Its first character, counted from 1.
  let character: Int

  init(trimming text: String) {
    var text = text[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    self.init(text: text, character: 1)
  }

  private init(text: Substring, character: Int) {
    self.text = text
    self.character = character
  }

  /// Its parts; the separators belong to none.
  ///
  /// - Parameter limit: How many parts there may be: the last keeps its separators.
  func split(at separator: Character, limit: Int = .max) -> [TokenField] {
    var place = character
    return text.split(separator: separator, maxSplits: limit - 1, omittingEmptySubsequences: false)
      .map { part in
        defer { place += part.count + 1 }
        return TokenField(text: part, character: place)
      }
  }
}

extension TokenField {
  func error(_ code: ScheduleTokenError.Code, expected: String) -> ScheduleTokenError {
    ScheduleTokenError(code, at: character, found: text, expected: expected)
  }

  /// Something should follow this field.
  func missing(_ expected: String) -> ScheduleTokenError {
    ScheduleTokenError(
      .wrongFieldCount, at: character + text.count, found: "", expected: expected)
  }

  /// What to say of a first field that is not this version's.
  var versionError: ScheduleTokenError {
    let number = text.dropFirst(2)
    let isOther = text.hasPrefix("lc") && !number.isEmpty && number.allSatisfy(\.isASCIIDigit)
    return isOther
      ? error(.unsupportedVersion, expected: "'\(ScheduleToken.version)'")
      : error(.notAToken, expected: "a token, which begins with '\(ScheduleToken.version):'")
  }

  func method() throws(ScheduleTokenError) -> String {
    let isName = text.first?.isASCIILetter == true && text.count <= 32
    guard isName, text.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit }) else {
      throw error(.invalidValue, expected: "a method's name (letters and digits)")
    }
    return String(text)
  }

  func hexadecimal(digits: ClosedRange<Int>) throws(ScheduleTokenError) -> UInt64 {
    let isNumber = text.allSatisfy { $0.isASCIIDigit || ("a"..."f").contains($0) }
    guard isNumber, digits.contains(text.count), let number = UInt64(text, radix: 16) else {
      let count =
        digits.count == 1 ? "\(digits.lowerBound)" : "\(digits.lowerBound) to \(digits.upperBound)"
      throw error(.invalidValue, expected: "\(count) hexadecimal digits, small letters")
    }
    return number
  }

  func number(_ meaning: String) throws(ScheduleTokenError) -> Int {
    guard text.allSatisfy(\.isASCIIDigit), let number = Int(text), number < Int.max else {
      throw error(.invalidValue, expected: "\(meaning) (a number)")
    }
    return number
  }

  /// `T2`.
  func thread() throws(ScheduleTokenError) -> Int {
    guard text.first == "T", text.dropFirst().allSatisfy(\.isASCIIDigit),
      let number = Int(text.dropFirst())
    else { throw error(.invalidValue, expected: "a thread, as T2") }
    return number
  }

  /// `lock`, or `wait+timeout`.
  func operation() throws(ScheduleTokenError) -> (word: String, isTimeout: Bool) {
    let parts = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    let word = parts[0]
    let isTimeout = parts.count == 2
    guard !word.isEmpty, word.allSatisfy(\.isASCIILetter), !isTimeout || parts[1] == "timeout"
    else {
      throw error(.invalidValue, expected: "what was done (letters, perhaps with '+timeout')")
    }
    return (String(word), isTimeout)
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) && isASCII }
  fileprivate var isASCIILetter: Bool { isASCII && isLetter }
}
