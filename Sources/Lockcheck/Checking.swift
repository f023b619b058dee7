// `Checking` and its settings: users of the primitives need not know that they live in another module.
@_exported public import LockcheckLive
