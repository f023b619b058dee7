/// Takes out of a trace or a report what tells of the machine and of whoever ran the program: arguments,
/// absolute paths, names of users and hosts.
///
/// The same text always becomes the same text, and what was redacted once stays as it is. What remains is
/// told in `Docs/suppressions.md`.
public struct Redaction: Sendable {
  /// What stands in the place of the folders of a path.
  static let folders = "/…/"

  /// The folder, with a slash at its end, inside which paths of sources are kept; empty for none.
  private let root: String
  /// Words that are replaced wherever they stand alone.
  private var words: [String: String] = [:]

  /// Makes a redaction.
  ///
  /// - Parameters:
  ///   - root: The folder of the project: paths of sources in it are kept from there on.
  ///   - users: Names of users; those of fewer than three letters, and ones as `root` and `user`, are left
  ///     alone.
  ///   - hosts: Names of hosts, under the same rule; a name with dots is also taken without its domain.
  ///   - others: What else is to be taken out.
  public init(
    root: String = "", users: [String] = [], hosts: [String] = [], others: [String] = []
  ) {
    self.root = root.isEmpty || root.hasSuffix("/") ? root : root + "/"
    for word in others where !word.isEmpty { words[word] = "<redacted>" }
    for host in hosts {
      hide(host, as: "<host>")
      if let short = host.split(separator: ".").first { hide(String(short), as: "<host>") }
    }
    for user in users { hide(user, as: "<user>") }
  }

  private mutating func hide(_ word: String, as replacement: String) {
    let isTelling = !["root", "localhost", "user", "host"].contains(word)
    guard word.utf8.count >= 3, isTelling, words[word] == nil else { return }
    words[word] = replacement
  }

  /// Takes names of users from the home directories in a path, or in any other text.
  public mutating func learn(from text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 2 else { return }
    for (folder, part) in zip(parts.dropFirst(), parts.dropFirst(2))
    where folder == "home" || folder == "Users" {
      hide(String(part.prefix { $0.isPartOfName || $0 == "-" }), as: "<user>")
    }
  }

  /// The path of a source file.
  ///
  /// In the project: from its folder on. Elsewhere: from the last `Sources` or `Tests` on, or its last part
  /// only. What belongs to the system, in `/usr`, is kept.
  public func source(_ path: String) -> String {
    hidingWords(cut(path))
  }

  /// A path from the project's folder on, or what may be told of it.
  private func cut(_ path: String) -> String {
    let isInProject = root.count > 1 && path.hasPrefix(root) && path.count > root.count
    let kept =
      isInProject && !path.contains("/../")
      ? String(path.dropFirst(root.count))
      : isPrivate(path) ? Self.folders + Self.tail(of: path) : path
    // What was taken for one path may be several.
    return kept.namesHomes || kept.contains("//") ? Self.folders + path.pathParts.lastPart : kept
  }

  /// The path of a program, library or other file: its last part.
  public func file(_ path: String) -> String {
    guard isPrivate(path) else { return hidingWords(path) }
    return hidingWords(Self.folders + path.pathParts.lastPart)
  }

  /// Any text: absolute paths in it are cut, and names taken out.
  ///
  /// - Complexity: Linear in the text, times the number of words.
  public func text(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "/")) else { return hidingWords(text) }
    return hidingWords(Self.cuttingPaths(in: text) { cut($0) })
  }

  /// A path that tells where somebody keeps things: absolute, or up and out of the folder it begins in.
  private func isPrivate(_ path: String) -> Bool {
    if path.hasPrefix("../") || path.contains("/../") || path.hasPrefix("~") { return true }
    guard path.hasPrefix("/"), path.contains(where: { $0 != "/" }) else { return false }
    return !["/usr/", "/lib/", "/lib64/", "/dev/"].contains { path.hasPrefix($0) }
      || path.hasPrefix("/usr/home/")
  }

  /// From the last `Sources` or `Tests` on, where there is one; else the last part.
  private static func tail(of path: String) -> String {
    let parts = path.split(separator: "/")
    guard let place = parts.lastIndex(where: { $0 == "Sources" || $0 == "Tests" }),
      place < parts.count - 1
    else { return path.pathParts.lastPart }
    let tail = parts[place...]
    return tail.contains("..") ? path.pathParts.lastPart : tail.joined(separator: "/")
  }

  private func hidingWords(_ text: String) -> String {
    var text = text
    for (word, replacement) in words.sorted(by: { ($0.key.count, $0.key) > ($1.key.count, $1.key) })
    where text.contains(word) {
      text = text.replacingWhole(word, with: replacement)
    }
    return text
  }

  /// Puts something else in the place of each absolute path in a text.
  private static func cuttingPaths(in text: String, _ replacement: (String) -> String) -> String {
    var result = ""
    var rest = text[...]
    var previous: Character?
    while let first = rest.first {
      // Behind a letter it is a path of its own only where that is plain: `-I/home/ann`.
      let isWithin = previous.map { $0.isPartOfName || $0 == "…" } ?? false
      let isStart = first == "/" && (!isWithin || rest.beginsInHomes)
      let path = isStart ? rest.prefix { !$0.endsPath } : rest.prefix(1)
      let hasName = path.contains { $0.isPartOfName }
      result += isStart && hasName ? replacement(String(path)) : String(path)
      previous = path.last
      rest = rest.dropFirst(path.count)
    }
    return result
  }
}

extension Character {
  fileprivate var isPartOfName: Bool {
    isLetter || isNumber || self == "_" || self == "." || self == "~"
  }

  /// Whether no path in the middle of a text goes on with it.
  fileprivate var endsPath: Bool { isWhitespace || "\"'`<>()[]{}|,;:*?#".contains(self) }
}

extension String {
  fileprivate var pathParts: [Substring] { split(separator: "/") }

  /// With each `word` replaced that is not a part of a longer one.
  fileprivate func replacingWhole(_ word: String, with replacement: String) -> String {
    var result = ""
    var rest = self[...]
    var previous: Character?
    while let found = rest.firstRange(of: word) {
      let before =
        found.lowerBound == rest.startIndex ? previous : rest[rest.index(before: found.lowerBound)]
      let after = found.upperBound == rest.endIndex ? nil : rest[found.upperBound]
      let isWhole = ![before, after].contains {
        $0.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
      }
      result += rest[..<found.lowerBound] + (isWhole ? replacement : word)
      previous = rest[rest.index(before: found.upperBound)]
      rest = rest[found.upperBound...]
    }
    return result + rest
  }
}

/// Folders that machines keep people's things in.
private let homes = ["/home/", "/Users/", "/root/", "/tmp/"]

extension StringProtocol {
  fileprivate var beginsInHomes: Bool { homes.contains { hasPrefix($0) } }
  fileprivate var namesHomes: Bool { homes.contains { contains($0) } }
}

extension Array where Element == Substring {
  fileprivate var lastPart: String { last.map(String.init) ?? "" }
}
