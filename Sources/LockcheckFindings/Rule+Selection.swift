extension Rule {
  /// The rules that `word` stands for: one by name or code, several by kind; `deadlock` is both.
  ///
  /// - Returns: Nothing where no rule is called that.
  public static func selected(by word: String) -> [Rule] {
    let kind = Kind(rawValue: word.lowercased())
    let ofKind = all.filter { $0.kind == kind }
    return ofKind.isEmpty ? named(word).map { [$0] } ?? [] : ofKind
  }

  /// The name or code that somebody who wrote `word` most likely meant, as ``Swift/Collection/guess(at:)``.
  public static func guess(at word: String) -> String {
    all.flatMap { [$0.name, $0.code] }.guess(at: word)
  }
}

extension Collection where Element == String {
  /// The one of these words that somebody who wrote `word` most likely meant, for the end of a complaint.
  ///
  /// - Returns: `; did you mean 'deadlock'?`, or nothing where none is near enough to be worth a guess.
  /// - Complexity: O(letters of all words × letters of `word`).
  public func guess(at word: String) -> String {
    nearest(to: word).map { "; did you mean '\($0)'?" } ?? ""
  }

  private func nearest(to word: String) -> String? {
    let word = word.lowercased()
    // No word is as long as this, and a text of any length may stand in the place of one.
    guard word.utf8.count <= 100 else { return nil }
    if word.count >= 3, let longer = first(where: { $0.hasPrefix(word) }) { return longer }
    let distances = map { ($0, editDistance(word, $0.lowercased())) }
    guard let (best, distance) = distances.min(by: { $0.1 < $1.1 }) else { return nil }
    return distance <= Swift.max(2, best.count / 3) ? best : nil
  }
}

/// How many letters have to be put in, taken out or changed to make `b` of `a`.
///
/// - Complexity: O(`a` × `b`).
private func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let changed = diagonal + (letter == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(changed, diagonal + 1, row[j] + 1)
    }
  }
  return row[b.count]
}
