package io.ashlar.core.format;

/// What a record in a group is. Codes are for ever.
public enum RecordType {
  /// Sealed blocks that a host wrote: `blocks` descriptors; block i has lba + i and write id + i.
  WRITE(1),
  /// `argument` blocks from `lba` on read as zeroes as of `writeId`.
  UNMAP(2),
  /// An index page: `layer`, level in `argument`, page number in `lba`; one payload of
  /// `payloadBytes`.
  PAGE(3),
  /// A sealed block that the cleaner moved, with its old write id; one descriptor.
  RELOCATE(4),
  /// The last group of a segment: the stream goes on in segment `lba` with generation `argument`.
  SEAL(5),
  /// Nothing but the header's durable-through mark.
  MARK(6),
  /// A piece of a checkpoint; `lba` is the piece's number, `argument` the address of the piece
  /// before it.
  CHECKPOINT(7),
  /// A volume as of now, created or changed: payload is a volume entry.
  VOLUME(8),
  /// The volume whose head layer is `layer` is gone.
  VOLUME_DELETED(9),
  /// A volume's reservations as of `writeId` (0 in records of format v2): payload is the
  /// reservation table.
  RESERVATIONS(10),
  /// All that lived in segment `lba` in its life `argument` lives elsewhere, as records before this
  /// one say: the segment is free.
  RELEASE(11),
  /// An epoch of the volume whose head layer is `layer` begins, with `writeId`; the last id before
  /// it is `argument`.
  EPOCH(12),
  /// Sealed blocks that a replica that was away fetched from the primary, with the write ids that
  /// they have there: `blocks` descriptors; block i has lba + i and write id + i.
  FETCHED(13),
  /// `argument` blocks from `lba` on that the primary has unmapped as of `writeId`, fetched as
  /// well.
  FETCHED_UNMAP(14),
  /// A replica takes part again: from `writeId` on it has what the primary sequences, up to
  /// `argument` it has the history, and what lies between is being fetched. Payload: the history of
  /// the primary, as [io.ashlar.core.volume.VolumeHistory] encodes it, for where the epochs began.
  REJOIN(15),
  /// Everything up to `writeId` is here again.
  LEVEL(16);

  private static final RecordType[] BY_CODE = new RecordType[17];

  static {
    for (RecordType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  final byte code;

  RecordType(int code) {
    this.code = (byte) code;
  }

  /// What stands for this type on the device.
  public byte code() {
    return code;
  }

  /// Whether a record of this type is followed by block descriptors.
  public boolean hasBlocks() {
    return this == WRITE || this == RELOCATE || this == FETCHED;
  }

  /// Whether a record may carry this code.
  public static boolean isKnown(int code) {
    return code > 0 && code < BY_CODE.length;
  }

  /// The type that a known code stands for.
  public static RecordType of(int code) {
    return BY_CODE[code];
  }
}
