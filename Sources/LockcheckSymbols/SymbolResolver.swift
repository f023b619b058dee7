public import LockcheckTrace

/// Turns the addresses of a trace into functions, files and lines, in any process, at any time after
/// the run.
///
/// Names come from the module files on disk: functions from their symbol tables, files, lines and
/// inlined calls from their debug information. A file is believed only if its build ID is the one
/// that was recorded: a file that has been rebuilt since, or is gone, gives no names and a
/// ``SymbolWarning``, never a wrong name.
public struct SymbolResolver: Sendable {
  /// Who reads debug information; the first that can be used here is asked.
  private let lineReaders: [any LineReader]

  /// Makes a resolver. It keeps nothing from one call to the next: files may change in between.
  public init() { self.init(lineReaders: [LLVMSymbolizer(), RuntimeSymbolizer()]) }

  init(lineReaders: [any LineReader]) { self.lineReaders = lineReaders }

  /// Gives names to the frames of the given stacks, as ``resolve(_:frames:)`` does.
  public func resolve(
    _ tables: inout TraceTables, stacks: some Sequence<StackID>
  ) -> [SymbolWarning] {
    var frames: Set<FrameID> = []
    for stack in stacks where stack.isPresent {
      frames.formUnion(tables.stacks[stack.index].frames)
    }
    return resolve(&tables, frames: frames)
  }

  /// Gives names to the given frames, where they have addresses and no names yet.
  ///
  /// An address inside inlined calls stands for several places in the code: frames for the inlined
  /// ones are added, and put before the given frame in every stack that has it.
  ///
  /// Addresses are within the calls themselves, as ``Frame/address`` says.
  ///
  /// - Returns: Why frames are left without names, by module; empty when all have been found, but for
  ///   functions that libraries of the system do not name.
  /// - Complexity: Reads each module's symbol table and line tables once, and goes through all stacks
  ///   once where calls were inlined. A thousand frames take about a tenth of a second.
  public func resolve(
    _ tables: inout TraceTables, frames: some Sequence<FrameID>
  ) -> [SymbolWarning] {
    var modules: [Module: Set<FrameID>] = [:]
    for id in frames where id.isPresent {
      let frame = tables[id]
      // What has no path, as the kernel's own page, is in no file.
      guard frame.isUnresolved, let path = frame.module, path.hasPrefix("/"), frame.offset != nil
      else { continue }
      modules[Module(path: path, buildID: frame.buildID), default: []].insert(id)
    }

    var inlined: [FrameID: [FrameID]] = [:]
    var warnings: [SymbolWarning] = []
    for (module, ids) in modules.sorted(by: { $0.key < $1.key }) {
      // In order of identifiers, so that the same trace gets the same tables.
      let ids = ids.sorted()
      let offsets = ids.map { tables[$0].offset ?? 0 }
      do {
        let found = try module.places(at: offsets, lineReaders)
        for (id, places) in zip(ids, found) {
          guard let outermost = places.last else { continue }
          tables.frames[id.index].name(outermost)
          for place in places.dropLast() {
            var frame = tables[id]
            frame.name(place)
            inlined[id, default: []].append(FrameID(tables.frames.count))
            tables.frames.append(frame)
          }
        }
        let missing = found.count { $0.isEmpty }
        if missing > 0, !module.isPartOfSystem {
          warnings.append(.init(module.path, .noSymbols, frames: missing))
        }
      } catch {
        warnings.append(.init(module.path, error, frames: ids.count))
      }
    }
    if !inlined.isEmpty { tables.expand(inlined) }
    return warnings
  }
}

/// A program or library as it was when the trace was made.
private struct Module: Hashable, Comparable {
  let path: String
  let buildID: String?

  /// Whether it came with the system: such libraries are stripped everywhere, and nobody wants to hear
  /// so about the frame that starts a thread.
  var isPartOfSystem: Bool {
    ["/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/"].contains { path.hasPrefix($0) }
  }

  static func < (lhs: Module, rhs: Module) -> Bool {
    (lhs.path, lhs.buildID ?? "") < (rhs.path, rhs.buildID ?? "")
  }

  /// What the code before each of `offsets` is called: the innermost inlined call first, the function
  /// itself last; nothing where that cannot be told.
  func places(
    at offsets: [UInt64], _ lineReaders: [any LineReader]
  ) throws(SymbolWarning.Problem) -> [[SourcePlace]] {
    let file = try ELFFile(path: path)
    guard let found = file.buildID, let buildID else {
      throw .noBuildID
    }
    guard found == buildID.lowercased() else { throw .rebuilt(expected: buildID, found: found) }

    let addresses = offsets.map { $0 &+ file.loadAddress }
    let symbols = try file.functions(at: addresses)
    // Only what our own table knows the size of: a reader of debug information gives an address that
    // is in no function the name of the function before.
    let known = zip(addresses, symbols).filter { $0.1 != nil }.map(\.0)
    let places = lineReaders.lazy.compactMap { $0.places(at: known, in: path) }.first
    var lines = (known.isEmpty ? [] : places ?? []).makeIterator()
    return symbols.map { symbol in
      guard let symbol else { return [] }
      var places = lines.next() ?? [SourcePlace()]
      places[places.count - 1].function = Demangling.name(of: symbol)
      return places
    }
  }
}

extension Frame {
  fileprivate mutating func name(_ place: SourcePlace) {
    function = place.function
    file = place.file
    line = place.line
  }
}

extension TraceTables {
  /// Puts the frames of inlined calls before the frames that they were inlined into.
  fileprivate mutating func expand(_ inlined: [FrameID: [FrameID]]) {
    for index in stacks.indices
    where stacks[index].frames.contains(where: { inlined[$0] != nil }) {
      stacks[index].frames = stacks[index].frames.flatMap { (inlined[$0] ?? []) + [$0] }
    }
  }
}
