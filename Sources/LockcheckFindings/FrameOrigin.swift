public import LockcheckTrace

/// How much a frame tells a reader about where in the program a thread was.
enum FrameOrigin {
  /// The program's own code, with a place in a file.
  case placed
  /// By its name the program's own, but nothing says where it is written: forwarding code that the
  /// compiler made, or a module without debug information.
  case unplaced
  /// In a module of the program's own that does not say what it is called.
  case nameless
  /// The runtime's, the system's or lockcheck's.
  case foreign

  /// The frames that are worth showing and that tell one stack from another: those with a place,
  /// else those of the program, else all but what begins every thread.
  static func telling<Element>(
    _ frames: [Element], _ origin: (Element) -> FrameOrigin
  ) -> [Element] {
    let origins = frames.map(origin)
    for wanted in [FrameOrigin.placed, .unplaced, .nameless] where origins.contains(wanted) {
      return zip(frames, origins).filter { $0.1 == wanted }.map(\.0)
    }
    return frames
  }
}

extension Array where Element == Frame {
  /// The frames of a stack that are worth showing: the program's own that have a place in a file,
  /// else those that are its own by name, else those of its own modules, else all but what begins every
  /// thread.
  public var telling: [Frame] {
    let own = filter { !$0.beginsThread }
    return FrameOrigin.telling(own.isEmpty ? self : own, \.origin)
  }

  /// What the thread of the stack runs: the outermost of its frames that is the program's own.
  ///
  /// - Returns: Nil where it has no name, or the stack does not reach to where a thread begins.
  var entry: String? {
    guard let last, last.beginsThread else { return nil }
    let frames = telling
    guard let outermost = frames.last, !outermost.isForeign else { return nil }
    return outermost.function
  }
}

extension Frame {
  var origin: FrameOrigin {
    if function == nil, file == nil, line == nil, let module, module.hasPrefix("/"), offset != nil {
      return Self.isForeign(module: module) ? .foreign : .nameless
    }
    if isForeign { return .foreign }
    return file == nil && line == nil ? .unplaced : .placed
  }

  /// Whether it belongs to the language's runtime, the system, or lockcheck itself, so that nobody
  /// who reads a report wants to begin there.
  ///
  /// Decided by module, by path and by the prefixes that the runtime's functions have in common. A
  /// frame that is misjudged is only folded away or shown in vain: no finding depends on it.
  ///
  /// - Complexity: O(length of its texts).
  public var isForeign: Bool {
    if let module, Self.isForeign(module: module) { return true }
    if let file, Self.isForeign(path: file) { return true }
    if let function, Self.isForeign(function: function) { return true }
    return function == nil && file == nil && line == nil
  }

  /// Whether every thread begins with it, or every thread of a program that is recorded as it is.
  var beginsThread: Bool {
    if let module, module.lastPathComponent.hasPrefix("libLockcheckRuntime") { return true }
    return function.map { Self.threadFunctions.contains($0) } ?? false
  }

  private static let threadFunctions: Set<String> = [
    "start_thread", "clone", "__clone", "clone3", "__clone3", "thread_start",
  ]

  private static func isForeign(module: String) -> Bool {
    let name = module.lastPathComponent
    return foreignModules.contains { name.hasPrefix($0) }
  }

  private static func isForeign(path: String) -> Bool {
    path.hasPrefix("<compiler") || path.hasPrefix("/usr/") || isOwnSource(path.utf8)
  }

  /// By bytes: a report asks this of every frame of its stacks.
  private static func isOwnSource(_ path: String.UTF8View) -> Bool {
    var rest = path[...]
    while let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
      rest = rest[slash...]
      if rest.starts(with: "/Sources/".utf8) {
        if ownSources.contains(where: { rest.starts(with: $0.utf8) }) { return true }
      }
      rest = rest.dropFirst()
    }
    return false
  }

  private static func isForeign(function: String) -> Bool {
    var name = function[...]
    // `generic specialization <Int> of Lockcheck.Lock.withLock…`: what was specialized counts.
    if name.hasPrefix("generic specialization"), let of = name.range(ofText: " of ") {
      name = name[of.upperBound...]
    }
    return foreignFunctions.contains { name.hasPrefix($0) }
  }

  private static let foreignModules = [
    "libswift", "libc.so", "libc-", "libpthread", "libdispatch", "libBlocksRuntime",
    "libFoundation", "lib_Foundation", "libXCTest", "libTesting", "libstdc++", "libgcc", "libm.so",
    "ld-linux", "linux-vdso", "[vdso]", "libLockcheckRuntime",
  ]

  private static let ownSources = [
    "/Sources/Lockcheck/", "/Sources/LockcheckRecorder/", "/Sources/LockcheckFoundation/",
    "/Sources/LockcheckSynchronization/", "/Sources/LockcheckTasks/", "/Sources/LockcheckLive/",
    "/Sources/LockcheckControl/", "/Sources/LockcheckExploration/",
    "/Sources/LockcheckAssertions/", "/Sources/LockcheckTesting/", "/Sources/LockcheckXCTest/",
    "/Sources/LockcheckInterpose/", "/Sources/CLockcheckInterpose/", "/Sources/CLockcheckShims/",
  ]

  private static let foreignFunctions = [
    "Lockcheck.", "LockcheckRecorder.", "LockcheckFoundation.", "LockcheckSynchronization.",
    "LockcheckTasks.", "LockcheckLive.", "LockcheckControl.", "LockcheckExploration.",
    "LockcheckAssertions.",
    "LockcheckTesting.", "LockcheckXCTest.", "lc_", "swift_", "_swift_", "start_thread", "clone",
    "__clone", "__libc_", "_start", "pthread_", "__pthread_", "_dispatch_", "dispatch_",
    "thunk for ", "reabstraction thunk", "partial apply forwarder", "Swift.", "Foundation.",
    "XCTest.", "Testing.",
  ]
}

extension String {
  /// What stands after the last slash: `c.swift` of `/a/b/c.swift`.
  public var lastPathComponent: String {
    guard let slash = lastIndex(of: "/") else { return self }
    let name = self[index(after: slash)...]
    return name.isEmpty ? self : String(name)
  }
}

extension Substring {
  /// Where `text` first stands.
  fileprivate func range(ofText text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) {
        return start..<index(start, offsetBy: text.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
