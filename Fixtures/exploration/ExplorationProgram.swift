/// A small program with a bug that only some schedules show.
///
/// It makes its own objects, starts its threads and joins them. The bug shows as an error that the
/// program or one of its threads throws, or as a deadlock.
public struct ExplorationProgram: Sendable {
  /// How a bug shows.
  public enum Kind: String, Sendable {
    /// Threads wait for each other, or for nobody.
    case deadlock
    /// An error is thrown: something is not as it has to be.
    case check
  }

  /// The name of a row.
  public let name: String
  /// The program that it was made after.
  public let origin: String
  /// What is wrong with it.
  public let bug: String
  /// How the bug shows.
  public let kind: Kind
  /// The program.
  public let body: @Sendable () throws -> Void
  /// The program without the bug, which every schedule lets pass; nil where that would be another program.
  public let mended: (@Sendable () throws -> Void)?

  /// Describes a program.
  ///
  /// - Parameter run: Does it, as it is or mended.
  init(
    _ name: String, origin: String, bug: String, _ kind: Kind, isMendable: Bool = true,
    run: @escaping @Sendable (_ isMended: Bool) throws -> Void
  ) {
    self.name = name
    self.origin = origin
    self.bug = bug
    self.kind = kind
    body = { try run(false) }
    let mended: @Sendable () throws -> Void = { try run(true) }
    self.mended = isMendable ? mended : nil
  }
}

extension ExplorationProgram: CustomStringConvertible {
  /// Its name.
  public var description: String { name }
}

/// What a program throws whose bug shows.
public struct Broken: Error, CustomStringConvertible {
  /// What is not as it has to be.
  public let description: String

  /// Says what is wrong.
  init(_ description: String) { self.description = description }
}
