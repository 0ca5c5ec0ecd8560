package io.ashlar.core.format;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// The head of one piece of a checkpoint. Pieces are chained backwards; all but the last hold
/// [#DATA_BYTES] of the checkpoint's body.
///
/// ```
/// 0        4        8               16              24       28      32
/// +--------+--------+---------------+---------------+--------+-------+-- - -
/// | magic  | piece  |  checkpoint   |previous piece | prev   | data  | body …
/// |        | number |  number       |(sector)       | gener. | bytes |
/// +--------+--------+---------------+---------------+--------+-------+-- - -
/// ```
public final class CheckpointPieceFlyweight {
  public static final int MAGIC = 0x504B4341; // "ACKP"

  static final int MAGIC_OFFSET = 0;
  static final int NUMBER_OFFSET = MAGIC_OFFSET + Integer.BYTES;
  static final int CHECKPOINT_OFFSET = NUMBER_OFFSET + Integer.BYTES;
  static final int PREVIOUS_OFFSET = CHECKPOINT_OFFSET + Long.BYTES;
  static final int PREVIOUS_GENERATION_OFFSET = PREVIOUS_OFFSET + Long.BYTES;
  static final int DATA_BYTES_OFFSET = PREVIOUS_GENERATION_OFFSET + Integer.BYTES;

  public static final int HEAD_BYTES = DATA_BYTES_OFFSET + Integer.BYTES;

  /// Body bytes of every piece but the last; head and body together are a whole number of blocks.
  public static final int DATA_BYTES = 32 * 1024 - HEAD_BYTES;

  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  public CheckpointPieceFlyweight wrap(DirectBuffer source, int offset) {
    buffer.wrap(source, offset, HEAD_BYTES);
    return this;
  }

  public static void encode(
      MutableDirectBuffer target,
      int offset,
      long checkpoint,
      int number,
      long previous,
      int previousGeneration,
      int dataBytes) {
    target.putInt(offset + MAGIC_OFFSET, MAGIC);
    target.putInt(offset + NUMBER_OFFSET, number);
    target.putLong(offset + CHECKPOINT_OFFSET, checkpoint);
    target.putLong(offset + PREVIOUS_OFFSET, previous);
    target.putInt(offset + PREVIOUS_GENERATION_OFFSET, previousGeneration);
    target.putInt(offset + DATA_BYTES_OFFSET, dataBytes);
  }

  /// Whether this is piece `number` of `checkpoint` with `dataBytes` of body.
  public boolean is(long checkpoint, int number, int dataBytes) {
    return buffer.getInt(MAGIC_OFFSET) == MAGIC
        && buffer.getInt(NUMBER_OFFSET) == number
        && buffer.getLong(CHECKPOINT_OFFSET) == checkpoint
        && buffer.getInt(DATA_BYTES_OFFSET) == dataBytes;
  }

  public int number() {
    return buffer.getInt(NUMBER_OFFSET);
  }

  public long checkpoint() {
    return buffer.getLong(CHECKPOINT_OFFSET);
  }

  public int dataBytes() {
    return buffer.getInt(DATA_BYTES_OFFSET);
  }

  public long previous() {
    return buffer.getLong(PREVIOUS_OFFSET);
  }

  public int previousGeneration() {
    return buffer.getInt(PREVIOUS_GENERATION_OFFSET);
  }
}
