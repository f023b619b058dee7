public import LockcheckTrace

/// Turns the addresses of a trace into functions, files and lines, and into the names of static data, in
/// any process, at any time after the run.
///
/// Names come from the module files on disk, or from the files that distributions keep their debug
/// information in: functions and data from their symbol tables, files, lines and inlined calls from their
/// debug information. A file is believed only if its build ID, or without one a check of its code, is
/// what was recorded: a file that has been rebuilt since, or is gone, gives no names and a
/// ``SymbolWarning``, never a wrong name.
public struct SymbolResolver: Sendable {
  /// Who reads debug information; the first that can be used here is asked.
  private let lineReaders: [any LineReader]

  /// Makes a resolver. It keeps nothing from one call to the next: files may change in between.
  public init() {
    self.init(lineReaders: [LLVMSymbolizer(), GNUSymbolizer(), RuntimeSymbolizer()])
  }

  init(lineReaders: [any LineReader]) { self.lineReaders = lineReaders }

  /// Gives names to the frames of the given stacks and to the given objects, as ``resolve(_:frames:objects:)``
  /// does.
  public func resolve(
    _ tables: inout TraceTables, stacks: some Sequence<StackID>, objects: [ObjectID] = []
  ) -> [SymbolWarning] {
    var frames: Set<FrameID> = []
    for stack in stacks where stack.isPresent {
      frames.formUnion(tables.stacks[stack.index].frames)
    }
    return resolve(&tables, frames: frames, objects: objects)
  }

  /// Gives names to the given frames, where they have addresses and no names yet, and to those of the given
  /// objects that are static data and have no name.
  ///
  /// An address inside inlined calls stands for several places in the code: frames for the inlined
  /// ones are added, and put before the given frame in every stack that has it.
  ///
  /// Addresses of frames are within the calls themselves, as ``Frame/address`` says.
  ///
  /// - Returns: Why frames are left without names, by module; empty when all have been found, but for
  ///   what libraries of the system do not tell. Of objects without names nothing is said.
  /// - Complexity: Reads each module's symbol table and line tables once, and goes through all stacks
  ///   once where calls were inlined. A thousand frames take about a tenth of a second.
  public func resolve(
    _ tables: inout TraceTables, frames: some Sequence<FrameID>, objects: [ObjectID] = []
  ) -> [SymbolWarning] {
    var modules: [Module: Wanted] = [:]
    for id in frames where id.isPresent {
      let frame = tables[id]
      // What has no path, as the kernel's own page, is in no file.
      guard frame.isUnresolved, let path = frame.module, path.hasPrefix("/"), frame.offset != nil
      else { continue }
      modules[Module(path: path, buildID: frame.buildID), default: Wanted()].frames.insert(id)
    }
    for object in objects where object.isPresent && tables.objects.name(of: object) == nil {
      let details = tables.objects[object]
      guard let path = details.module, path.hasPrefix("/"), details.offset != nil else { continue }
      modules[Module(path: path, buildID: details.buildID), default: Wanted()]
        .objects.insert(object)
    }

    var inlined: [FrameID: [FrameID]] = [:]
    var warnings: [SymbolWarning] = []
    for (module, wanted) in modules.sorted(by: { $0.key < $1.key }) {
      do {
        let file = try module.open()
        name(wanted.objects, in: file, &tables)
        let missing = try name(wanted.frames, in: file, &tables, &inlined)
        if missing.names > 0, !module.isPartOfSystem {
          warnings.append(.init(module.path, .noSymbols, frames: missing.names))
        } else if missing.lines > 0, !module.isPartOfSystem {
          warnings.append(.init(module.path, .noLines, frames: missing.lines))
        }
      } catch {
        if !wanted.frames.isEmpty {
          warnings.append(.init(module.path, error, frames: wanted.frames.count))
        }
      }
    }
    if !inlined.isEmpty { tables.expand(inlined) }
    return warnings
  }

  /// What of one module is to get names.
  private struct Wanted {
    var frames: Set<FrameID> = []
    var objects: Set<ObjectID> = []
  }

  /// - Returns: For how many frames there are no names, and for how many others the module has no lines.
  private func name(
    _ ids: Set<FrameID>, in file: OpenModule, _ tables: inout TraceTables,
    _ inlined: inout [FrameID: [FrameID]]
  ) throws(SymbolWarning.Problem) -> (names: Int, lines: Int) {
    // In order of identifiers, so that the same trace gets the same tables.
    let ids = ids.sorted()
    let addresses = ids.map {
      Module.Address(address: tables[$0].address, offset: tables[$0].offset ?? 0)
    }
    let found = try file.code(at: addresses, lineReaders)
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
    return (missing, file.hasLines ? 0 : found.count - missing)
  }

  private func name(_ ids: Set<ObjectID>, in file: OpenModule, _ tables: inout TraceTables) {
    let ids = ids.sorted()
    let addresses = ids.map { id in
      let details = tables.objects[id]
      return Module.Address(address: details.address, offset: details.offset ?? 0)
    }
    // A damaged table is told of where it keeps frames without names.
    guard let names = try? file.data(at: addresses) else { return }
    for (id, name) in zip(ids, names) where name != nil { tables.objects.setName(name, of: id) }
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
