package io.ashlar.target.nvme.subsystem;

/// Whether PDUs may carry digests.
public enum DigestPolicy {
  /// A host gets none, even if it asks.
  REFUSED,
  /// A host gets those that it asks for.
  ALLOWED
}
