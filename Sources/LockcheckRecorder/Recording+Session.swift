import CLockcheckShims

extension Recording {
  /// The number of the recording that the calling thread's events go into; 0 where there is none.
  ///
  /// Numbers are not used again, so that a primitive can keep the end of something out of a trace
  /// that does not have its beginning.
  public static var session: UInt32 {
    guard isOn else { return 0 }
    let session =
      if let thread = unsafe lc_current() {
        unsafe Session.inForce(on: thread)
      } else {
        unsafe Session.inherited() ?? lc_get_shared_session()
      }
    guard let session = unsafe session, unsafe lc_session_is_active(session) else { return 0 }
    return unsafe session.pointee.number
  }
}
