import FoundationEssentials
import Glibc
import Runtime

/// Files, lines and inlined calls as the toolchain's own `Runtime` module tells them.
///
/// Needs nothing but the runtime, but takes milliseconds a frame where ``LLVMSymbolizer`` takes
/// microseconds: it reads all line tables again for each. `Runtime` symbolicates backtraces of any
/// process, but offers no way to make one by hand, save that a backtrace with its map of modules is
/// `Codable`, in published forms ([compact backtraces] and [compact image maps]). So the addresses
/// are written in these forms, as a backtrace of a process in which the module lies at address 0.
/// What is decoded is compared with what was meant: were the forms to change, there would be no
/// lines, and no wrong ones.
///
/// [compact backtraces]: https://github.com/swiftlang/swift/blob/main/docs/CompactBacktraceFormat.md
/// [compact image maps]: https://github.com/swiftlang/swift/blob/main/docs/CompactImageMapFormat.md
struct RuntimeSymbolizer: LineReader {
  func places(at addresses: [UInt64], in path: String) -> [[SourcePlace]]? {
    guard let backtrace = Self.backtrace(of: addresses, in: path) else { return nil }
    // On a thread of its own: `Runtime` keeps each file that it has read for as long as the thread
    // lives, and would go on giving the names of a file that has been rebuilt.
    let places = onThreadOfItsOwn { Self.symbolicate(backtrace) }
    return places?.count == addresses.count ? places : nil
  }

  private static func symbolicate(_ backtrace: Backtrace) -> [[SourcePlace]] {
    let options: Backtrace.SymbolicationOptions = [.showInlineFrames, .showSourceLocations]
    var places: [[SourcePlace]] = []
    var open: [SourcePlace] = []
    for frame in backtrace.symbolicated(options: options)?.frames ?? [] {
      // A backtrace of the fast sort always ends with a remark that there may be more.
      guard frame.captured.counter != nil else { continue }
      let location = frame.symbol?.sourceLocation
      open.append(
        SourcePlace(
          symbol: frame.symbol?.rawName, file: location?.path, line: location?.line ?? 0))
      if !frame.inlined {
        places.append(open)
        open = []
      }
    }
    return places
  }
}

extension Backtrace.Frame {
  /// The address, where it is of the sort that is asked for here.
  fileprivate var counter: UInt64? {
    if case .programCounter(let address) = self { UInt64(address) } else { nil }
  }
}

// Making a backtrace by hand.
extension RuntimeSymbolizer {
  private struct Coded: Encodable {
    var architecture: String
    var backtrace: String
    var imageMap: String
  }

  private static func backtrace(of addresses: [UInt64], in path: String) -> Backtrace? {
    #if arch(arm64)
      let architecture = "arm64"
    #else
      let architecture = "x86_64"
    #endif
    // The map begins with a description of the platform since Swift 6.2.
    for platform in [[5] + Array("Linux".utf8), []] {
      let coded = Coded(
        architecture: architecture, backtrace: base64(compactBacktrace(of: addresses)),
        imageMap: base64(compactImageMap(of: path, platform: platform)))
      if let json = try? JSONEncoder().encode(coded),
        let backtrace = try? JSONDecoder().decode(Backtrace.self, from: json),
        let images = backtrace.images, images.count == 1, images[0].path == path,
        images[0].baseAddress == Backtrace.Address(UInt64(0)),
        backtrace.frames.compactMap(\.counter) == addresses
      {
        return backtrace
      }
    }
    return nil
  }

  /// 64-bit words; then each address in full, as the place of an instruction.
  private static func compactBacktrace(of addresses: [UInt64]) -> [UInt8] {
    [0b10] + addresses.flatMap { [0b0001_1111] + $0.bigEndianBytes }
  }

  /// 64-bit words; one module at address 0, as large as can be, without a build ID.
  private static func compactImageMap(of path: String, platform: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0b10] + platform + [1]
    bytes += [0b0000_0111, 0] + (UInt64.max >> 1).bigEndianBytes
    bytes += [0]
    var rest = Array(path.utf8)[...]
    while !rest.isEmpty {
      let piece = rest.prefix(0x3f)
      bytes += [UInt8(piece.count)] + piece
      rest = rest.dropFirst(0x3f)
    }
    return bytes + [0]
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
  }
}

extension UInt64 {
  fileprivate var bigEndianBytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * $0)) }
  }
}

/// Runs `body` on a thread that ends with it.
///
/// - Returns: What `body` returned; nil where the system has no thread to give.
private func onThreadOfItsOwn<R>(_ body: @escaping () -> R) -> R? {
  var result: R?
  let work = Work { result = body() }
  let context = unsafe Unmanaged.passRetained(work)
  var thread = pthread_t()
  let error = unsafe pthread_create(
    &thread, nil,
    { context in
      unsafe Unmanaged<Work>.fromOpaque(context!).takeUnretainedValue().run()
      return nil
    }, context.toOpaque())
  if error == 0 { pthread_join(thread, nil) }
  unsafe context.release()
  return result
}

private final class Work {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}
