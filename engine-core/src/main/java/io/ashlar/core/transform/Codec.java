package io.ashlar.core.transform;

/// How a stored block's content is encoded: the codes of the format. Code 0 is none of them, so
/// that a zeroed entry is not mistaken for a block. Whether the content is encrypted is told by the
/// key generation.
public final class Codec {
  /// The block as it is, [io.ashlar.core.volume.VolumeGeometry#BLOCK_BYTES] long.
  public static final int RAW = 1;

  /// All bytes are zero; nothing is stored.
  public static final int ZERO = 2;

  /// An LZ4 block behind its length.
  public static final int LZ4 = 3;

  private Codec() {}

  /// Whether a block of this codec may take so many stored bytes. Nothing else is sealed, opened,
  /// replayed, or taken from another replica.
  ///
  /// @param keyGeneration 0 if the content is not encrypted
  public static boolean isForm(int codec, int storedLength, int keyGeneration) {
    return switch (codec) {
      case RAW -> storedLength == BlockMemory.BLOCK_BYTES;
      case ZERO -> storedLength == 0;
      case LZ4 ->
          storedLength > BlockMemory.LZ4_LENGTH_BYTES
              && storedLength < BlockMemory.BLOCK_BYTES
              && (keyGeneration == SealedBlock.PLAIN || storedLength % XtsCipher.BLOCK_BYTES == 0);
      default -> false;
    };
  }
}
