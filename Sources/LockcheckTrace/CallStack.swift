/// A chain of calls, innermost first.
public struct CallStack: Sendable, Hashable {
  /// The places in the code, innermost first.
  public var frames: [FrameID]

  /// Makes a stack of the given frames, innermost first.
  public init(_ frames: [FrameID]) { self.frames = frames }
}

/// A place in the code: a name, a file and line, or an address that can be resolved to these later.
public struct Frame: Sendable, Hashable {
  /// The function, demangled.
  public var function: String?
  /// The source file, as the compiler or the author wrote it.
  public var file: String?
  /// The line in the file, from 1.
  public var line: Int?
  /// The program or library that holds the code.
  public var module: String?
  /// The address in the process that ran, within the instruction that made the call: one less than
  /// the return address. Intentionally not a pointer: that process may be gone.
  public var address: UInt64?
  /// The offset of the address in the module: less what the loader added to the addresses that the
  /// module's file gives itself.
  public var offset: UInt64?
  /// What the linker put in the module to tell its builds apart, in hexadecimal.
  public var buildID: String?
  /// The number that the trace uses for it, where it uses numbers.
  public var externalID: Int64?

  /// Makes a frame.
  public init(
    function: String? = nil, file: String? = nil, line: Int? = nil, module: String? = nil,
    address: UInt64? = nil, offset: UInt64? = nil, buildID: String? = nil,
    externalID: Int64? = nil
  ) {
    self.function = function
    self.file = file
    self.line = line
    self.module = module
    self.address = address
    self.offset = offset
    self.buildID = buildID
    self.externalID = externalID
  }

  /// Whether it still needs its names looked up.
  public var isUnresolved: Bool { function == nil && file == nil && address != nil }
}
