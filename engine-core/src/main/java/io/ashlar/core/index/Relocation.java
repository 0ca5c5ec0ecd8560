package io.ashlar.core.index;

/// What became of a relocation.
enum Relocation {
  /// The block has the version that was moved: it is at its new place.
  APPLIED,
  /// The block has another version: the copy is garbage.
  VOID,
  /// Only the block's leaf can tell.
  UNKNOWN
}
