import CLockcheckAccesses
import LockcheckRecorder

/// The variables of the program: words of its memory, from their first touch to the end of the block that
/// they lie in.
enum Variables {
  /// Does what a touch could not do without the recorder's lock.
  ///
  /// - Returns: False where there is no room for it.
  @inline(never)
  static func settle(_ outcome: lc_touch_outcome, at address: UInt) -> Bool {
    if outcome == LC_TOUCH_NO_NUMBERS { return number(address) }
    if outcome == LC_TOUCH_ENDED { return renew(address) }
    if outcome == LC_TOUCH_PARTED || outcome == LC_TOUCH_CLAIMED { return part(address) }
    return describe(address)
  }

  /// Gives the page of an address its numbers.
  private static func number(_ address: UInt) -> Bool {
    var run = lc_run()
    return RecordedVariables.introduce(
      {
        run = lc_page_number(address)
        return run.words == 0 ? nil : (run.first, run.words * 8, run.address, 0)
      }, begin: { lc_run_begin(run) })
      && run.first != 0
  }

  /// Begins another life of the words around an address.
  private static func renew(_ address: UInt) -> Bool {
    var run = lc_run()
    return RecordedVariables.introduce(
      {
        run = lc_words_renew(address)
        return run.words == 0 ? nil : (run.first, run.words * 8, run.address, 0)
      }, begin: { lc_run_begin(run) })
      && run.first != .max
  }

  /// Gives a word that is parted new numbers, once it is known who made the old one.
  private static func part(_ address: UInt) -> Bool {
    var run = lc_run()
    return describe(address)
      && RecordedVariables.introduce(
        {
          run = lc_word_renumber(address)
          return run.words == 0 ? nil : (run.first, run.words * 8, run.address, 0)
        }, begin: { lc_run_begin(run) })
      && run.first != .max
  }

  /// Says of words that a second thread has come to who made the block that they lie in.
  private static func describe(_ address: UInt) -> Bool {
    if lc_word_is_described(address) { return true }
    var size: UInt64 = 0
    var creation: UInt32 = 0
    let block = unsafe lc_block_around(address, &size, &creation)
    guard creation != 0 else {
      lc_word_describe(address)
      return true
    }
    return RecordedVariables.introduce(
      {
        let run = lc_words_describe(address, block, size)
        return run.words == 0 ? nil : (run.first, run.words * 8, run.address, creation)
      }, begin: {})
  }
}

/// Called for a touch that needs the recorder's lock. Returns whether there is room for what it asks.
@c(lc_settle_touch) public func settleTouch(_ outcome: UInt32, _ address: UInt) -> Bool {
  Variables.settle(lc_touch_outcome(outcome), at: address)
}

/// Called for a new heap block: the stack that makes it.
@c(lc_allocation_stack) public func allocationStack(_ frame: UInt) -> UInt32 {
  RecordedVariables.creation(frame: frame)
}
