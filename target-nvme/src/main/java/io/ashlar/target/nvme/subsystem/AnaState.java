package io.ashlar.target.nvme.subsystem;

/// How good a path to a namespace is (Base 2.0, 8.1.2).
public enum AnaState {
  /// The best path.
  OPTIMIZED(0x1),
  /// A path that works, at a price.
  NON_OPTIMIZED(0x2),
  /// A path that does not work now; another may.
  INACCESSIBLE(0x3);

  public final int code;

  AnaState(int code) {
    this.code = code;
  }
}
