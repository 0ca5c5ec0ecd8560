package io.ashlar.core.transform;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A [DataKey] encrypted under a [KeyEncryptionKey], as it rests in the cluster's metadata and on
/// devices.
///
/// ```
/// 0       4         6           8       12           14         16
/// +-------+---------+-----------+-------+------------+----------+------------------+
/// | magic | version | algorithm | layer | generation | reserved | id of the key    |
/// | "AWK1"|  (2)    |   (2)     |  (4)  |    (2)     |   (2)    | that wraps (16)  |
/// +-------+---------+-----------+-------+------------+----------+------------------+
/// 32           44                               108            124        128
/// +------------+--------------------------------+--------------+----------+
/// | nonce (12) | encrypted key (64)             | tag (16)     | crc (4)  |
/// +------------+--------------------------------+--------------+----------+
/// ```
///
/// Little-endian; the id is its two halves, most significant first. Algorithm 1 is AES-256-GCM
/// (NIST SP 800-38D) with a random nonce and the first 32 bytes as associated data: a key moved to
/// another layer or generation does not unwrap. GCM rather than key wrap with padding (SP 800-38F)
/// because that has no associated data. One wrapping key wraps far fewer than the 2^32 keys that
/// random nonces allow. The checksum (CRC-32C of all before it) tells damage from a wrong key.
public final class WrappedKey {
  private static final int MAGIC = 0x314B_5741;
  private static final int VERSION = 1;
  private static final int AES_256_GCM = 1;

  private static final int MAGIC_OFFSET = 0;
  private static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
  private static final int ALGORITHM_OFFSET = VERSION_OFFSET + Short.BYTES;
  private static final int LAYER_OFFSET = ALGORITHM_OFFSET + Short.BYTES;
  private static final int GENERATION_OFFSET = LAYER_OFFSET + Integer.BYTES;
  private static final int RESERVED_OFFSET = GENERATION_OFFSET + Short.BYTES;
  private static final int KEY_ID_OFFSET = RESERVED_OFFSET + Short.BYTES;
  private static final int NONCE_OFFSET = KEY_ID_OFFSET + 2 * Long.BYTES;
  private static final int SECRET_OFFSET = NONCE_OFFSET + KeyWrapping.NONCE_BYTES;
  private static final int CRC_OFFSET =
      SECRET_OFFSET + DataKey.LENGTH_BYTES + KeyWrapping.TAG_BYTES;

  public static final int LENGTH_BYTES = CRC_OFFSET + Integer.BYTES;

  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  static {
    Check.that(LENGTH_BYTES == 128, "the picture is true", LENGTH_BYTES);
  }

  private final byte[] bytes = new byte[LENGTH_BYTES];
  private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);

  private WrappedKey() {}

  /// Wraps `key`. See [KeyProvider#wrap].
  static WrappedKey wrap(
      DataKey key, int layer, int generation, KeyEncryptionKey by, Entropy entropy) {
    Check.that(
        generation > SealedBlock.PLAIN && generation <= SealedBlock.KEY_GENERATION_MAX,
        "key generation fits 16 bits and is not 0",
        generation);
    WrappedKey wrapped = new WrappedKey();
    UnsafeBuffer to = wrapped.buffer;
    to.putInt(MAGIC_OFFSET, MAGIC, LITTLE);
    to.putShort(VERSION_OFFSET, (short) VERSION, LITTLE);
    to.putShort(ALGORITHM_OFFSET, (short) AES_256_GCM, LITTLE);
    to.putInt(LAYER_OFFSET, layer, LITTLE);
    to.putShort(GENERATION_OFFSET, (short) generation, LITTLE);
    to.putLong(KEY_ID_OFFSET, by.id().getMostSignificantBits(), LITTLE);
    to.putLong(KEY_ID_OFFSET + Long.BYTES, by.id().getLeastSignificantBits(), LITTLE);
    byte[] nonce = new byte[KeyWrapping.NONCE_BYTES];
    entropy.fill(nonce);
    to.putBytes(NONCE_OFFSET, nonce);
    to.putBytes(SECRET_OFFSET, KeyWrapping.encrypt(key, by, nonce, wrapped.boundBytes()));
    to.putInt(CRC_OFFSET, new Crc32c().of(to, 0, CRC_OFFSET), LITTLE);
    return wrapped;
  }

  /// What is wrong with these bytes as a wrapped key, in words, or null if nothing is.
  public static @Nullable String complaintAbout(DirectBuffer from, int offset, int lengthBytes) {
    if (lengthBytes != LENGTH_BYTES) {
      return "a wrapped key is %d bytes long, not %d".formatted(LENGTH_BYTES, lengthBytes);
    }
    if (from.getInt(offset + MAGIC_OFFSET, LITTLE) != MAGIC) {
      return "this is no wrapped key: the magic number is missing";
    }
    int crc = new Crc32c().of(from, offset, CRC_OFFSET);
    if (from.getInt(offset + CRC_OFFSET, LITTLE) != crc) {
      return "the wrapped key is damaged: its checksum does not hold";
    }
    int version = from.getShort(offset + VERSION_OFFSET, LITTLE) & 0xFFFF;
    int algorithm = from.getShort(offset + ALGORITHM_OFFSET, LITTLE) & 0xFFFF;
    if (version != VERSION || algorithm != AES_256_GCM) {
      return "the wrapped key is of version %d, algorithm %d; this program knows version %d, algorithm %d"
          .formatted(version, algorithm, VERSION, AES_256_GCM);
    }
    return null;
  }

  /// Reads a wrapped key of which [#complaintAbout] has none.
  public static WrappedKey read(DirectBuffer from, int offset) {
    String complaint = complaintAbout(from, offset, LENGTH_BYTES);
    Check.that(complaint == null, "a wrapped key is proved before it is read");
    WrappedKey wrapped = new WrappedKey();
    from.getBytes(offset, wrapped.bytes);
    return wrapped;
  }

  /// Writes [#LENGTH_BYTES] bytes.
  public void write(MutableDirectBuffer to, int offset) {
    to.putBytes(offset, bytes);
  }

  /// The layer whose key this is.
  public int layer() {
    return buffer.getInt(LAYER_OFFSET, LITTLE);
  }

  /// Which of the layer's keys this is, from 1.
  public int generation() {
    return buffer.getShort(GENERATION_OFFSET, LITTLE) & 0xFFFF;
  }

  /// The [KeyEncryptionKey] that unwraps it.
  public UUID keyId() {
    return new UUID(
        buffer.getLong(KEY_ID_OFFSET, LITTLE), buffer.getLong(KEY_ID_OFFSET + Long.BYTES, LITTLE));
  }

  /// What the wrapping is bound to.
  byte[] boundBytes() {
    return Arrays.copyOf(bytes, NONCE_OFFSET);
  }

  byte[] nonce() {
    return Arrays.copyOfRange(bytes, NONCE_OFFSET, SECRET_OFFSET);
  }

  /// The encrypted key and its tag.
  byte[] encrypted() {
    return Arrays.copyOfRange(bytes, SECRET_OFFSET, CRC_OFFSET);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof WrappedKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "WrappedKey[layer=%d, generation=%d, by=%s]".formatted(layer(), generation(), keyId());
  }
}
