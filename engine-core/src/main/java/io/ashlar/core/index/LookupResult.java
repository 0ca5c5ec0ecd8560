package io.ashlar.core.index;

/// How a question to the index ended.
public enum LookupResult {
  /// Answered, as of this instant.
  FOUND,
  /// Pages are being loaded; the waiter is woken when asking again can get further.
  PENDING,
  /// A page on the way cannot be read or is not what was written. Other ranges are not affected.
  DAMAGED
}
