package io.ashlar.core.transform;

/// How opening or verifying a sealed block went. Only after [#OK] is the target the block.
public enum OpenResult {
  /// The block is what was written to this place.
  OK,
  /// The stored bytes are not those that were sealed for this layer, lba and write id.
  BAD_CHECKSUM,
  /// No block has this codec and stored length, or fewer bytes are at hand.
  BAD_LENGTH,
  /// The key ring lacks the block's key.
  NO_KEY,
  /// The checksum holds, yet the content does not decode to a block: a wrong key, or a defect.
  BAD_CONTENT
}
