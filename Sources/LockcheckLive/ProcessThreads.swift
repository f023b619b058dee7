internal import CLockcheckShims

/// The threads that the kernel says the process has.
struct ProcessThreads {
  /// By the kernel's numbers; nil where they cannot be listed.
  let numbers: Set<UInt32>?

  /// Asks the kernel.
  static func now() -> ProcessThreads {
    var numbers: Set<UInt32> = []
    let isListed = unsafe withUnsafeMutablePointer(to: &numbers) { numbers in
      unsafe lc_live_visit_tasks(numbers) { context, number in
        _ = unsafe context?.assumingMemoryBound(to: Set<UInt32>.self).pointee.insert(number)
      }
    }
    return ProcessThreads(numbers: isListed ? numbers : nil)
  }
}
