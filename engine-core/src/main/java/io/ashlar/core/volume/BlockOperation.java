package io.ashlar.core.volume;

/// What a [BlockRequest] asks of a volume.
public enum BlockOperation {
  /// Fills `data` from the range. Unmapped blocks read as zeroes.
  READ,
  /// Writes `data` to the range; durable when it completes.
  WRITE,
  /// Completes once all writes that completed before it are durable; they already are, so it is a
  /// barrier only.
  FLUSH,
  /// Makes the range read as zeroes and returns its space. No limit on length.
  UNMAP,
  /// Makes the range read as zeroes; as [#UNMAP] in a thin store. No limit on length.
  WRITE_ZEROES,
  /// Compares the range with `data`; [BlockStatus#MISCOMPARE] tells the first differing byte,
  /// counted from the range's start, in `resultBytes`.
  COMPARE,
  /// `data` is two halves: if the range equals the first, writes the second over it, as one atomic
  /// step. `lengthBytes` is the range's length, half of the data's.
  COMPARE_AND_WRITE,
  /// Sets the range to itself OR `data`, as one atomic step.
  OR_WRITE,
  /// Reads and checks the range on the medium; transfers nothing.
  VERIFY,
  /// Copies `lengthBytes` from `source` at `sourceOffsetBytes` to the range, inside the store. No
  /// limit on length; atomic only up to [VolumeGeometry#ATOMIC_WRITE_BYTES_MAX]. Blocks unmapped in
  /// the source become unmapped here. Overlapping ranges of one volume are [BlockStatus#INVALID].
  COPY,
  /// Tells whether the block at `offsetBytes` is mapped (`resultMapped`) and for how many bytes
  /// from there the answer stays the same (`resultBytes`, at most `lengthBytes`).
  MAPPING,
  /// Makes the state of [BlockVolume#reservations] durable as it is when the request is carried
  /// out; a target answers a reservation command after that. Has no range.
  SAVE_RESERVATIONS
}
