package io.ashlar.target.iscsi.scsi;

/// What a command moves, and which of its fields say how much.
enum Transfer {
  /// Nothing.
  NONE,
  /// Parameter data to the initiator, at most the CDB's allocation length.
  PARAMETERS_IN,
  /// A parameter list from the initiator, of the CDB's parameter list length.
  PARAMETERS_OUT,
  /// The CDB's number of blocks to the initiator.
  BLOCKS_IN,
  /// The CDB's number of blocks from the initiator.
  BLOCKS_OUT,
  /// One block from the initiator, unless NDOB is set.
  PATTERN_OUT,
  /// Twice the CDB's number of blocks from the initiator: what to compare, what to write.
  TWO_HALVES_OUT,
  /// What VERIFY's BYTCHK says: nothing, the blocks, or one block.
  VERIFY_OUT,
  /// Nothing, though the CDB names a range that must lie within the unit.
  RANGE_ONLY
}
