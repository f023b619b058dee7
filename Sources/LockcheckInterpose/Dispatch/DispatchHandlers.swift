import CLockcheckInterpose

/// What a block of this library's runs in the place of one of the program's.
class DispatchHandler: @unchecked Sendable {
  /// Runs it with the arguments of the block, of which there may be fewer.
  func run(_ a: UInt, _ b: UInt, _ c: UInt) {}

  /// Makes a block of it for as long as `use` runs; whoever copies it keeps this.
  ///
  /// - Parameter isBarrier: Whether the block says of itself that it runs alone on its queue.
  final func asBlock<Result>(
    isBarrier: Bool = false, _ use: (UnsafeMutableRawPointer) -> Result
  ) -> Result {
    var own = unsafe lc_handler_block(Unmanaged.passUnretained(self).toOpaque())
    return unsafe withUnsafeMutablePointer(to: &own) { own in
      guard isBarrier,
        let barrier = unsafe lc_real_dispatch_block_create(DispatchItems.barrier, own)
      else { return unsafe use(own) }
      defer { unsafe lc_real__Block_release(barrier) }
      return unsafe use(barrier)
    }
  }
}

/// Called as a block is copied.
@c(lc_handler_keep) public func keepHandler(_ handler: UnsafeMutableRawPointer) {
  _ = unsafe Unmanaged<DispatchHandler>.fromOpaque(handler).retain()
}

/// Called as a copy ends.
@c(lc_handler_give_up) public func giveUpHandler(_ handler: UnsafeMutableRawPointer) {
  unsafe Unmanaged<DispatchHandler>.fromOpaque(handler).release()
}

/// Called as a block is run.
@c(lc_handler_run) public func runHandler(
  _ handler: UnsafeMutableRawPointer, _ a: UInt, _ b: UInt, _ c: UInt
) {
  unsafe Unmanaged<DispatchHandler>.fromOpaque(handler).takeUnretainedValue().run(a, b, c)
}
