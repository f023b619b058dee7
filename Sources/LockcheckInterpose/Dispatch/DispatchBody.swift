import CLockcheckInterpose

/// What is to be run: a function with its context, or a block.
@safe struct DispatchBody {
  private let function: lc_work?
  private let context: UnsafeMutableRawPointer?
  private let isCopied: Bool

  private init(function: lc_work?, context: UnsafeMutableRawPointer?, isCopied: Bool) {
    unsafe self.function = function
    unsafe self.context = context
    self.isCopied = isCopied
  }

  init(_ function: @escaping lc_work, _ context: UnsafeMutableRawPointer?) {
    unsafe self.init(function: function, context: context, isCopied: false)
  }

  /// A function that is told which iteration it is.
  init(iteration function: @escaping lc_iteration, _ context: UnsafeMutableRawPointer?) {
    unsafe self.init(
      function: unsafeBitCast(function, to: lc_work.self), context: context, isCopied: false)
  }

  /// A block that is run before its caller goes on.
  init(block: UnsafeMutableRawPointer) {
    unsafe self.init(function: lc_block_function(block), context: block, isCopied: false)
  }

  /// A block that is run later.
  init(copying block: UnsafeMutableRawPointer) {
    let copy = unsafe lc_real__Block_copy(block)
    unsafe self.init(
      function: copy.map { unsafe lc_block_function($0) }, context: copy, isCopied: true)
  }

  func call() { unsafe function?(context) }

  func call(iteration number: Int) { call(UInt(bitPattern: number), 0, 0) }

  /// A function that is given what is the context of a source now, or a block.
  func call(withContextOf source: UnsafeMutableRawPointer) {
    guard let function = unsafe function else { return }
    unsafe function(context ?? lc_real_dispatch_get_context(source))
  }

  /// A block that takes arguments.
  func call(_ a: UInt, _ b: UInt, _ c: UInt) {
    guard let function = unsafe function else { return }
    unsafe lc_call_with_arguments(function, context, a, b, c)
  }

  /// Gives a copied block back.
  func release() { if isCopied { unsafe lc_real__Block_release(context) } }
}
