/// What the rules of one object say of an operation in a certain state.
enum PermittedStep: Equatable {
  /// It would have had this outcome.
  case allowed
  /// It would have had this outcome if all that was done to the object before is as in the trace.
  case withSamePast
  /// It would not have had this outcome.
  case refused(WitnessFlaw.Rule)
}
