package io.ashlar.control;

/// What becomes of a volume that is to be deleted while hosts are connected to it.
public enum DeleteMode {
  /// It stays: its deletion is refused.
  UNUSED,
  /// It is deleted, and the hosts are cut off.
  EVEN_IF_USED
}
