import Glibc

/// Words for a program, byte for byte as they came: they need not be text of any encoding.
@safe struct WordList: ~Copyable {
  /// Ended by a null.
  private(set) var pointers: [UnsafeMutablePointer<CChar>?]
  private let owned: [UnsafeMutablePointer<CChar>?]

  private init(_ pointers: [UnsafeMutablePointer<CChar>?], owned: [UnsafeMutablePointer<CChar>?]) {
    unsafe self.pointers = pointers + [nil]
    unsafe self.owned = owned
  }

  deinit { unsafe owned.forEach { unsafe free($0) } }

  /// The last words of the command line: the program and its arguments.
  ///
  /// - Parameter shell: Whether a shell is to run the file at this path in the program's place.
  init(last count: Int, ofShell shell: String? = nil) {
    let first = Int(CommandLine.argc) - count
    let words = unsafe (first..<first + count).map { unsafe CommandLine.unsafeArgv[$0] }
    guard let shell else {
      unsafe self.init(words, owned: [])
      return
    }
    let start = unsafe [strdup("/bin/sh"), strdup(shell)]
    unsafe self.init(start + words.dropFirst(), owned: start)
  }

  /// The command's own environment with `additions`: in the places of those that are there, the others at
  /// the end, so that the rest keeps its order.
  init(environmentWith additions: [String: String]) {
    var entries: [UnsafeMutablePointer<CChar>?] = unsafe []
    var owned: [UnsafeMutablePointer<CChar>?] = unsafe []
    var rest = additions
    func add(_ name: String, _ value: String) {
      let entry = unsafe strdup("\(name)=\(value)")
      unsafe entries.append(entry)
      unsafe owned.append(entry)
    }
    var place = 0
    while let entry = unsafe environ[place] {
      let name = unsafe String(cString: entry).prefix { $0 != "=" }
      if let value = rest.removeValue(forKey: String(name)) {
        add(String(name), value)
      } else {
        unsafe entries.append(entry)
      }
      place += 1
    }
    for (name, value) in rest.sorted(by: { $0.key < $1.key }) { add(name, value) }
    unsafe self.init(entries, owned: owned)
  }
}
