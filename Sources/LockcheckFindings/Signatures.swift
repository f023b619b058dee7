public import LockcheckTrace

/// By what the stacks and objects of findings are recognised, worked out once for each of them:
/// there may be many findings in few places.
struct Signatures {
  let tables: TraceTables
  private var origins: [FrameID: FrameOrigin] = [:]
  private var stacks: [StackID: Place] = [:]
  private var instances: [ObjectID: String] = [:]

  /// A stack, reduced to what stays the same from run to run.
  private struct Place {
    /// The functions and files, innermost first.
    var text = ""
    /// Whether a function is known for any of it.
    var namesFunction = false
  }

  /// The signatures of whatever `steps` and `objects` name, whose frames stand resolved in `tables`.
  ///
  /// - Complexity: O(frames of the distinct stacks).
  init(steps: some Sequence<Step>, objects: some Sequence<ObjectID>, tables: TraceTables) {
    self.tables = tables
    for step in steps {
      for stack in [step.stack] + (step.operation == .exit ? step.holding.map(\.stack) : [])
      where stacks[stack] == nil {
        stacks[stack] = place(of: stack)
      }
      note(step.object)
    }
    for object in objects { note(object) }
  }

  /// The signatures of stacks whose frames stand resolved in `tables`.
  init(stacks: some Sequence<StackID>, tables: TraceTables) {
    self.tables = tables
    for stack in stacks where self.stacks[stack] == nil { self.stacks[stack] = place(of: stack) }
  }

  private mutating func note(_ object: ObjectID) {
    if instances[object] == nil { instances[object] = tables.instanceName(of: object) }
  }

  /// The functions and files of a stack, innermost first.
  func signature(of stack: StackID) -> String { stacks[stack]?.text ?? "" }

  /// Whether a function is known for any place of the stack.
  func namesFunction(_ stack: StackID) -> Bool { stacks[stack]?.namesFunction ?? false }

  /// What an object is told from others by within one run: name, else birthplace, else itself.
  func instanceName(of object: ObjectID) -> String { instances[object] ?? "" }

  /// A function that called itself counts once: how deep it went differs from run to run.
  private mutating func place(of stack: StackID) -> Place {
    guard stack.isPresent else { return Place() }
    var place = Place()
    var last: String?
    let frames = tables.stacks[stack.index].frames
    let own = frames.filter { !tables[$0].beginsThread }
    for id in FrameOrigin.telling(own.isEmpty ? frames : own, { origin(of: $0) }) {
      let frame = tables[id]
      let text = "\(frame.function ?? "")@\(frame.file?.lastPathComponent ?? "")"
      if frame.function != nil { place.namesFunction = true }
      if text != last { place.text += (last == nil ? "" : "<") + text }
      last = text
    }
    return place
  }

  private mutating func origin(of id: FrameID) -> FrameOrigin {
    if let known = origins[id] { return known }
    let origin = tables[id].origin
    origins[id] = origin
    return origin
  }
}

extension TraceTables {
  /// What an object is told from others by within one run: name, else birthplace, else itself.
  fileprivate func instanceName(of object: ObjectID) -> String {
    guard object.isPresent, object.index < objects.count else { return "" }
    let name = lastingName(of: object)
    // Static data of several files may have one name.
    if let name, !objects.details.isEmpty, objects[object].module != nil,
      let offset = objects[object].offset
    {
      return "\(name) at \(offset)"
    }
    return name
      ?? "\(objects.kind(of: object).name) #\(object.rawValue)"
  }

  /// By what an object is known again in another run of the program: kind and name, else kind and
  /// birthplace. Several objects of one run may have the same.
  ///
  /// - Returns: Nil where neither name nor birthplace is known; frames have to be resolved before.
  public func lastingName(of object: ObjectID) -> String? {
    let kind = objects.kind(of: object).name
    if let name = objects.name(of: object), !name.isEmpty { return "\(kind) '\(name)'" }
    if let place = placeOfData(object) { return "\(kind) at \(place)" }
    guard let site = birthplace(of: object) else { return nil }
    if site.function == nil, site.file == nil { return "\(kind) made at \(site.place)" }
    return "\(kind) made in \(site.function ?? "")@\(site.file ?? ""):\(site.line ?? 0)"
  }

  /// By what stacks are known again in another run of the program: their functions and files. Those
  /// that name no function are left out.
  ///
  /// - Complexity: O(frames of the distinct stacks).
  public func lastingNames(of stacks: some Sequence<StackID>) -> [StackID: String] {
    let signatures = Signatures(stacks: stacks, tables: self)
    var names: [StackID: String] = [:]
    for stack in stacks where signatures.namesFunction(stack) {
      names[stack] = signatures.signature(of: stack)
    }
    return names
  }

  /// What an object is called when any other that was made in the same place would do as well; the
  /// same from run to run.
  func className(of object: ObjectID) -> String {
    guard object.isPresent, object.index < objects.count else { return "" }
    if let name = objects.name(of: object), !name.isEmpty { return name }
    let kind = objects.kind(of: object).name
    guard let site = birthplace(of: object) else { return kind }
    return "\(kind) made in \(site.function ?? "")@\(site.file?.lastPathComponent ?? "")"
  }
}
