/// A number that names one row of a table.
///
/// Identifiers are dense: a decoder hands them out from 0 in the order in which it first meets the
/// things they name, whatever numbers the file uses, so that an analyzer can index arrays by them.
public protocol DenseIdentifier: RawRepresentable<UInt32>, Hashable, Comparable, Sendable,
  BitwiseCopyable
{
  /// The number of a row, which the trace's tables need not have.
  init(rawValue: UInt32)
}

extension DenseIdentifier {
  /// The row that this number stands for.
  @inlinable public init(_ index: Int) { self.init(rawValue: UInt32(index)) }

  /// The place of the row in its table.
  @inlinable public var index: Int { Int(rawValue) }

  /// The value that names nothing.
  @inlinable public static var absent: Self { Self(rawValue: .max) }

  /// Whether it names something.
  @inlinable public var isPresent: Bool { rawValue != .max }

  /// Itself, or nil where it names nothing.
  @inlinable public var ifPresent: Self? { isPresent ? self : nil }

  /// By place in the table.
  @inlinable public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// One thread of the run. Two threads never share one, even where the system reused its number.
public struct ThreadID: DenseIdentifier {
  /// The number itself.
  public let rawValue: UInt32
  /// Makes the identifier of that number.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// One synchronization object or variable of the run: an instance, not an address.
public struct ObjectID: DenseIdentifier {
  /// The number itself.
  public let rawValue: UInt32
  /// Makes the identifier of that number.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// One distinct call stack.
public struct StackID: DenseIdentifier {
  /// The number itself.
  public let rawValue: UInt32
  /// Makes the identifier of that number.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// One distinct place in the code.
public struct FrameID: DenseIdentifier {
  /// The number itself.
  public let rawValue: UInt32
  /// Makes the identifier of that number.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}
