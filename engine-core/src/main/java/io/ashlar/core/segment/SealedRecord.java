package io.ashlar.core.segment;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.BlockDescriptorFlyweight;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.reservation.ReservationCodec;
import io.ashlar.core.transform.Codec;
import io.ashlar.core.volume.VolumeHistory;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A record of a volume's history with its sealed blocks, as one replica hands it to another: what
/// the group's header says of it, and its payloads. It is sealed once and never opened on the way.
///
/// ```
/// +----------------+--------------------+------------------------------------+
/// | record (40)    | descriptors (12 n) | n payloads, each padded to a unit  |
/// +----------------+--------------------+------------------------------------+
/// ```
///
/// A view: it holds nothing of its own, and is good as long as the memory that it was wrapped
/// around.
public final class SealedRecord {
  /// The longest: an atomic write of the most blocks, none of which could be compressed.
  public static final int BYTES_MAX = bytesMax(RecordFlyweight.BLOCKS_MAX);

  private final UnsafeBuffer memory = new UnsafeBuffer(0, 0);
  private final RecordFlyweight record = new RecordFlyweight();
  private final BlockDescriptorFlyweight block = new BlockDescriptorFlyweight();
  private final ReservationCodec reservations = new ReservationCodec();
  private int headOffset;
  private int headBytes;
  private int payloadOffset;
  private int payloadBytes;

  /// Wraps a record whose payloads lie apart from its head, as in a group that is being built.
  SealedRecord wrap(
      UnsafeBuffer source, int headOffset, int headBytes, int payloadOffset, int payloadBytes) {
    memory.wrap(source);
    this.headOffset = headOffset;
    this.headBytes = headBytes;
    this.payloadOffset = payloadOffset;
    this.payloadBytes = payloadBytes;
    record.wrap(memory, headOffset);
    return this;
  }

  /// Wraps a record that came from elsewhere, if it is one that replicas hand on: its lengths add
  /// up, its blocks, or its payload, have the checksums that it tells, and they are of a form that
  /// a start would replay.
  ///
  /// @return what is wrong with it, as a part of a sentence, or null
  public @Nullable String read(UnsafeBuffer source, int offset, int length, Crc32c crc) {
    if (length < RecordFlyweight.BYTES || length > source.capacity() - offset) {
      return "is shorter than a record";
    }
    memory.wrap(source);
    headOffset = offset;
    record.wrap(memory, offset);
    String complaint = complaintAboutHead(length);
    if (complaint != null) {
      return complaint;
    }
    headBytes = record.length();
    payloadOffset = offset + headBytes;
    payloadBytes = length - headBytes;
    return record.payloadBytes() > 0 ? complaintAboutPayload(crc) : complaintAboutBlocks(crc);
  }

  private @Nullable String complaintAboutPayload(Crc32c crc) {
    boolean sound = PayloadChecksum.of(crc, record, memory, payloadOffset) == record.checksum();
    if (!sound) {
      return "has a damaged payload";
    }
    int length = record.payloadBytes();
    return record.type() == RecordType.REJOIN
        ? complaintAboutRejoin(length)
        : reservations.complaint(memory, payloadOffset, length);
  }

  private @Nullable String complaintAboutRejoin(int length) {
    VolumeHistory primary = new VolumeHistory();
    String complaint = primary.decode(new UnsafeBuffer(memory, payloadOffset, length), length);
    boolean follows =
        record.argument() >= 0
            && record.argument() <= record.writeId()
            && primary.hasBegunBy(record.writeId());
    return complaint != null || follows ? complaint : "begins before the history that it tells";
  }

  private @Nullable String complaintAboutHead(int length) {
    int code = record.typeCode();
    boolean isKnown = RecordType.isKnown(code);
    if (!isKnown || !isHandedOn(record.type())) {
      return "is of type " + code + ", which replicas do not hand on";
    }
    boolean isPlaced =
        record.lba() >= 0
            && WriteId.isSound(record.writeId(), writeIds(), WriteId.epoch(record.writeId()));
    return isShaped(length) && isPlaced ? null : "makes no sense";
  }

  private static boolean isHandedOn(RecordType type) {
    return switch (type) {
      case WRITE, UNMAP, RESERVATIONS, EPOCH, FETCHED, FETCHED_UNMAP, REJOIN, LEVEL -> true;
      default -> false;
    };
  }

  private boolean isShaped(int length) {
    int blocks = record.blocks();
    int payload = record.payloadBytes();
    int bare = RecordFlyweight.BYTES;
    return switch (record.type()) {
      case WRITE, FETCHED ->
          payload == 0
              && blocks >= 1
              && blocks <= RecordFlyweight.BLOCKS_MAX
              && record.length() <= length;
      case UNMAP, FETCHED_UNMAP ->
          payload == 0 && blocks == 0 && record.argument() > 0 && length == bare;
      case LEVEL -> payload == 0 && blocks == 0 && length == bare;
      case EPOCH -> payload == 0 && blocks == 0 && length == bare && isEpoch();
      default ->
          blocks == 0
              && payload > 0
              && payload <= ReservationCodec.LENGTH_BYTES_MAX
              && length == bare + Sectors.align(payload, Sectors.BYTES);
    };
  }

  private boolean isEpoch() {
    long previous = record.argument();
    return previous >= 0
        && WriteId.epoch(record.writeId()) > WriteId.epoch(previous)
        && WriteId.counter(record.writeId()) == WriteId.counter(previous) + 1;
  }

  private @Nullable String complaintAboutBlocks(Crc32c crc) {
    int at = payloadOffset;
    int end = payloadOffset + payloadBytes;
    for (int i = 0; i < record.blocks(); i++) {
      block.wrap(memory, headOffset + RecordFlyweight.descriptorOffset(i));
      int padded = Sectors.align(block.length(), Sectors.BYTES);
      if (!Codec.isForm(block.codec(), block.length(), block.keyGeneration())) {
        return "has a block " + i + " of no known form";
      }
      if (padded > end - at) {
        return "is longer than it says";
      }
      if (checksum(crc, i, at) != block.checksum()) {
        return "has a damaged block " + i;
      }
      at += padded;
    }
    return at == end ? null : "is shorter than it says";
  }

  private int checksum(Crc32c crc, int index, int at) {
    long layer = Integer.toUnsignedLong(record.layer());
    return crc.ofSeeded(
        layer, record.lba() + index, record.writeId() + index, memory, at, block.length());
  }

  /// Writes the record in one piece.
  ///
  /// @return its length
  public int copyTo(MutableDirectBuffer target, int offset) {
    target.putBytes(offset, memory, headOffset, headBytes);
    target.putBytes(offset + headBytes, memory, payloadOffset, payloadBytes);
    return bytes();
  }

  /// The longest that a record of so many blocks may be in one piece.
  public static int bytesMax(int blocks) {
    return RecordFlyweight.descriptorOffset(blocks) + blocks * EntryFlyweight.LENGTH_MAX;
  }

  /// Length in one piece.
  public int bytes() {
    return headBytes + payloadBytes;
  }

  /// Padded length of all payloads.
  public int payloadBytes() {
    return payloadBytes;
  }

  public RecordFlyweight record() {
    return record;
  }

  /// How many write ids in a row the record takes.
  public int writeIds() {
    return Math.max(1, record.blocks());
  }

  /// The last of them.
  public long lastWriteId() {
    return record.writeId() + writeIds() - 1;
  }

  /// Adds the record to a group that has room for it.
  public void appendTo(Group group) {
    RecordType type = record.type();
    group.record(type, record.layer(), record.writeId(), record.lba(), record.argument());
    int at = payloadOffset;
    if (record.payloadBytes() > 0) {
      group.memory().putBytes(group.payloadStart(), memory, at, record.payloadBytes());
      group.payload(record.payloadBytes(), record.checksum());
      at += payloadBytes;
    }
    for (int i = 0; i < record.blocks(); i++) {
      block.wrap(memory, headOffset + RecordFlyweight.descriptorOffset(i));
      group.memory().putBytes(group.payloadStart(), memory, at, block.length());
      group.block(block.checksum(), block.length(), block.codec(), block.keyGeneration());
      at += Sectors.align(block.length(), Sectors.BYTES);
    }
    Check.that(at == payloadOffset + payloadBytes, "payloads add up", payloadBytes);
  }
}
