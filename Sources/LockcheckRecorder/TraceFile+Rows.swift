import CLockcheckShims
import Glibc
import LockcheckCodecs
import LockcheckTrace
import Synchronization

/// The tables of a recording. Each row stands in the file before the first event that refers to it.
extension TraceFile {
  /// What ran, and how.
  func writeProcess(executable: String, arguments: [String]) -> Bool {
    appendRow(.process) { row in
      row.text(executable)
      let some = arguments.prefix(8)
      row.number(UInt64(some.count))
      for argument in some { row.text(argument) }
    }
  }

  /// A remark on how the recording was made.
  func writeNote(_ text: String) -> Bool {
    appendRow(.note) { row in row.text(text) }
  }

  /// A thread, by its number in this process.
  func writeThread(
    _ number: UInt32, name: UnsafePointer<CChar>, kind: UnsafePointer<CChar>,
    in session: UnsafeMutablePointer<lc_session>
  ) -> Bool {
    if unsafe lc_bits_contain(session.pointee.written_threads, number) { return true }
    return unsafe rewriteThread(number, name: name, kind: kind, in: session)
  }

  /// A thread, also where an earlier row describes it: what the later one says counts.
  func rewriteThread(
    _ number: UInt32, name: UnsafePointer<CChar>, kind: UnsafePointer<CChar>,
    in session: UnsafeMutablePointer<lc_session>
  ) -> Bool {
    let isWritten = appendRow(.thread) { row in
      row.number(UInt64(number))
      let hasName = unsafe name[0] != 0
      let hasKind = unsafe kind[0] != 0
      row.byte(
        (hasName ? BinaryFormat.ThreadMember.name : 0)
          | (hasKind ? BinaryFormat.ThreadMember.kind : 0))
      if hasName { unsafe row.text(name) }
      if hasKind { unsafe row.text(kind) }
    }
    return unsafe isWritten && lc_bits_insert(session.pointee.written_threads, number)
  }

  /// An object, with the stack that made it.
  func writeObject(
    _ object: borrowing RecordedObject, number: UInt32,
    in session: UnsafeMutablePointer<lc_session>
  ) -> Bool {
    if unsafe lc_bits_contain(session.pointee.written_objects, number) { return true }
    return unsafe rewriteObject(object, number: number, in: session)
  }

  /// An object, also where an earlier row describes it: what the later one says counts.
  func rewriteObject(
    _ object: borrowing RecordedObject, number: UInt32,
    in session: UnsafeMutablePointer<lc_session>
  ) -> Bool {
    let creation = object.creation
    if creation != 0, unsafe !writeStack(creation, in: session) { return false }
    let extra = object.extra
    let kind = object.kind
    let name = object.name.withLock { $0 }
    let declaredClass = object.declaredClass
    let address = extra.address
    let isWritten = appendRow(.object) { row in
      row.number(UInt64(number))
      row.byte(kind.rawValue)
      row.number(creation == 0 ? 0 : UInt64(creation) + 1)
      row.number(
        UInt64(extra.members) | (name == nil ? 0 : BinaryFormat.ObjectMember.name)
          | (declaredClass == nil ? 0 : BinaryFormat.ObjectMember.declaredClass)
          | (address == nil ? 0 : BinaryFormat.ObjectMember.address))
      if let name { row.text(name) }
      for value in extra.values { row.number(value) }
      if let declaredClass { row.text(declaredClass) }
      if let address { row.number(address) }
    }
    return unsafe isWritten && lc_bits_insert(session.pointee.written_objects, number)
  }

  /// A stack, by its number in the depot, with the modules that its code is in.
  func writeStack(_ number: UInt32, in session: UnsafeMutablePointer<lc_session>) -> Bool {
    if unsafe lc_bits_contain(session.pointee.written_stacks, number) { return true }
    guard let stack = unsafe lc_depot_stack(number) else { return false }
    let count = unsafe Int(stack.pointee.count)
    let unloads = lc_unloads()
    if unloads != knownUnloads {
      knownUnloads = unloads
      writeModules()
    }
    for index in 0..<count {
      if unsafe !knowsModule(of: UInt64(lc_stack_address(stack, index))) {
        writeModules()
        break
      }
    }
    let isWritten = appendRow(.addresses) { row in
      row.number(UInt64(number))
      unsafe row.byte(stack.pointee.is_complete == 0 ? 0 : 1)
      row.number(UInt64(count))
      var previous: UInt64 = 0
      for index in 0..<count {
        let address = unsafe UInt64(lc_stack_address(stack, index))
        row.difference(address, from: previous)
        previous = address
      }
    }
    return unsafe isWritten && lc_bits_insert(session.pointee.written_stacks, number)
  }

  /// The modules that are loaded now and that the file does not know.
  func writeModules() {
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe lc_modules_visit(context) { context, module in
      guard let context = unsafe context, let module = unsafe module?.pointee,
        let path = unsafe module.path
      else { return }
      let file = unsafe Unmanaged<TraceFile>.fromOpaque(context).takeUnretainedValue()
      let buildID = unsafe UnsafeBufferPointer(
        start: module.build_id, count: module.build_id == nil ? 0 : module.build_id_length)
      let mark = unsafe buildID.reduce(UInt64(strlen(path))) {
        BinaryFormat.mix($0, UInt64($1))
      }
      guard unsafe file.noteModule(low: module.low, high: module.high, mark: mark) else { return }
      _ = file.appendRow(.module) { row in
        unsafe row.text(path)
        unsafe row.number(module.bias)
        unsafe row.number(module.low)
        unsafe row.number(module.high)
        unsafe row.bytes(buildID)
        unsafe row.number(module.start)
        unsafe row.number(module.end)
      }
    }
  }
}

extension TraceFile {
  /// A thread that has not begun yet, by its number in this process.
  func writeThread(
    _ number: UInt32, name: String?, kind: String, in session: UnsafeMutablePointer<lc_session>
  ) -> Bool {
    if unsafe lc_bits_contain(session.pointee.written_threads, number) { return true }
    let isWritten = appendRow(.thread) { row in
      row.number(UInt64(number))
      row.byte((name == nil ? 0 : BinaryFormat.ThreadMember.name) | BinaryFormat.ThreadMember.kind)
      if let name { row.text(name) }
      row.text(kind)
    }
    return unsafe isWritten && lc_bits_insert(session.pointee.written_threads, number)
  }
}

extension TraceFile {
  /// Says, once, that plain accesses stand in the order of clocks, and not always where they took effect.
  func notesApproximateOrder() -> Bool {
    if saysApproximateOrder { return true }
    saysApproximateOrder = writeHeader(
      BinaryFormat.AccessOrder.isApproximate | BinaryFormat.AccessOrder.hasExactAtomics)
    return saysApproximateOrder
  }

  /// Says that the values by which threads decide are not in the trace, unless accesses come all the same.
  func notesMissingValues() -> Bool { writeHeader(BinaryFormat.AccessOrder.omitsValues) }

  private func writeHeader(_ order: UInt8) -> Bool {
    appendRow(.header) { row in
      row.number(1)
      row.byte(order)
      row.byte(0)
    }
  }

  /// Variables that follow each other in memory, each with the number of its first byte.
  ///
  /// - Parameters:
  ///   - first: The number of the first byte.
  ///   - bytes: How many bytes, and numbers, there are.
  ///   - address: Where the first byte lies.
  ///   - creation: The stack that made them; 0 where it is not known.
  func writeVariables(
    _ first: UInt32, bytes: UInt32, address: UInt, creation: UInt32,
    in session: UnsafeMutablePointer<lc_session>
  ) -> Bool {
    if creation != 0, unsafe !writeStack(creation, in: session) { return false }
    return appendRow(.variables) { row in
      row.number(UInt64(first))
      row.number(UInt64(bytes))
      row.number(UInt64(address))
      row.number(creation == 0 ? 0 : UInt64(creation) + 1)
    }
  }
}
